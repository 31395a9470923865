// Input rows of a tower: for each example of a batch the user's table row followed by the item's, without the padding
// between them. Example e is item e % examples of group e / examples; a group is (user, positive, negatives ...).
struct Params { first: u32, count: u32, examples: u32 }
@group(0) @binding(0) var<storage, read> groups: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read_write> rows: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let stride = (2u * DIM + 3u) / 4u * 4u;
  let n = id.x + id.y * workgroups.x * 64u;
  let example = n / stride;
  let column = n % stride;
  if (example >= params.count * params.examples) { return; }
  let group = (params.first + example / params.examples) * (params.examples + 1u);
  let item_side = column >= DIM;
  let row = groups[group + select(0u, 1u + example % params.examples, item_side)];
  let source = row * ((DIM + 3u) / 4u * 4u) + column - select(0u, DIM, item_side);
  if (column < 2u * DIM) { rows[n] = table[source]; } else { rows[n] = 0.0; }
}
