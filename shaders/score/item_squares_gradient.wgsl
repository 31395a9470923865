// Takes the gradient by the second half of every item's row back to the first (item_squares.wgsl says how it follows from
// that), and sets it to zero. One invocation per number.

struct Params { users: u32, count: u32 }

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count) { return; }
  let place = (params.users + n / DIM) * ((2u * DIM + 3u) / 4u * 4u) + n % DIM;
  gradient[place] -= gradient[place + DIM] * table[place];
  gradient[place + DIM] = 0.0;
}
