// Takes the gradient by the last PARTS numbers of every item's row back to the others (item_squares.wgsl says how they
// follow from these), and sets it to zero. One invocation per item.

struct Params { users: u32, items: u32 }

@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;
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
    let slope = gradient[row + DIM + part];
    for (var d = part * length; d < (part + 1u) * length; d++) { gradient[row + d] -= slope * table[row + d]; }
    gradient[row + DIM + part] = 0.0;
  }
}
