// For each example of a batch the element-wise product of the user's and the item's table row, written to the first
// columns of a wider matrix. Examples as in concatenate_rows.
struct Params { first: u32, count: u32, examples: u32, stride: u32 }
@group(0) @binding(0) var<storage, read> groups: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> products: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let n = id.x + id.y * workgroups.x * 64u;
  let example = n / LANES;
  let lane = n % LANES;
  if (example >= params.count * params.examples) { return; }
  let group = (params.first + example / params.examples) * (params.examples + 1u);
  let user = groups[group] * LANES + lane;
  let item = groups[group + 1u + example % params.examples] * LANES + lane;
  products[example * params.stride + lane] = table[user] * table[item];
}
