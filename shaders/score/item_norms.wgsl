// The last number of every item's row of DIM + 1: minus half the squared length of the others. One invocation per item.

struct Params { users: u32, items: u32 }

@group(0) @binding(0) var<storage, read_write> table: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let item = id.x + id.y * groups.x * 64u;
  if (item >= params.items) { return; }
  let row = (params.users + item) * ((DIM + 4u) / 4u * 4u);
  var sum = 0.0;
  for (var d = row; d < row + DIM; d++) { sum += table[d] * table[d]; }
  table[row + DIM] = -0.5 * sum;
}
