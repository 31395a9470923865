// Rows of DIM + 2 numbers whose dot product is a negative squared distance:
// [2 p, -|p|^2, 1] . [q, 1, -|q|^2] = -|p - q|^2.

struct Params { rows: u32, users: u32 }

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read_write> factors: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let source = row * ((DIM + 3u) / 4u * 4u);
  let stride = (DIM + 5u) / 4u * 4u;
  let target_start = row * stride;
  let user = row < params.users;
  let scale = select(1.0, 2.0, user);
  var norm = 0.0;
  for (var n = 0u; n < DIM; n++) {
    let value = table[source + n];
    norm += value * value;
    factors[target_start + n] = scale * value;
  }
  factors[target_start + DIM] = select(1.0, -norm, user);
  factors[target_start + DIM + 1u] = select(-norm, 1.0, user);
  for (var n = DIM + 2u; n < stride; n++) { factors[target_start + n] = 0.0; }
}
