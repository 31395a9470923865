// Takes the gradient by the last number of every item's row back to the others, of which it is minus half the squared
// length, and sets it to zero. One invocation per item.

struct Params { users: u32, items: u32 }

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let item = id.x + id.y * groups.x * 64u;
  if (item >= params.items) { return; }
  let row = (params.users + item) * ((DIM + 4u) / 4u * 4u);
  let last = gradient[row + DIM];
  for (var d = row; d < row + DIM; d++) { gradient[d] -= last * table[d]; }
  gradient[row + DIM] = 0.0;
}
