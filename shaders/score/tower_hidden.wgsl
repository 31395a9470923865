// First hidden layer of a tower for pairs of users and items: its sums are a user's part and an item's part, known
// beforehand. One row of `hidden` per pair. Header: VECTORS. Parts: activation, pair_of.
struct Params { rows: u32, users: u32, first_user: u32, first_item: u32, first_pair: u32 }
@group(0) @binding(0) var<storage, read> user_sums: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_sums: array<vec4f>;
@group(0) @binding(2) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let n = id.x + id.y * workgroups.x * 64u;
  let row = n / VECTORS;
  let v = n % VECTORS;
  if (row >= params.rows) { return; }
  let pair = pair_of(row);
  hidden[n] = activated(user_sums[pair.x * VECTORS + v] + item_sums[pair.y * VECTORS + v]);
}
