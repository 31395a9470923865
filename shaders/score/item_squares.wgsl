// The last PARTS numbers of every item's row of DIM + PARTS: minus half the squared length of each of as many equal parts
// of the others. One invocation per item.

struct Params { users: u32, items: u32 }

@group(0) @binding(0) var<storage, read_write> table: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;
override PARTS: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let item = id.x + id.y * groups.x * 64u;
  if (item >= params.items) { return; }
  let row = (params.users + item) * ((DIM + PARTS + 3u) / 4u * 4u);
  let length = DIM / PARTS;
  for (var part = 0u; part < PARTS; part++) {
    var sum = 0.0;
    for (var d = part * length; d < (part + 1u) * length; d++) { sum += table[row + d] * table[row + d]; }
    table[row + DIM + part] = -0.5 * sum;
  }
}
