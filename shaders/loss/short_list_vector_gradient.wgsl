// Adds the sum of coefficient * row to the gradient of each vector, over those rows of the batch that list it: of the
// inverse lists, only entries whose row carries the batch's stamp count. One invocation per (vector, vec4); the entries
// from `first` to `last` of each inverse list. Header: WIDTH.
struct Params { vectors: u32, count: u32, first_row: u32, first_vector: u32, stamp: u32, first: u32, last: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> inverse_offsets: array<u32>;
// Pairs (row, place).
@group(0) @binding(2) var<storage, read> inverse: array<vec2u>;
@group(0) @binding(3) var<storage, read> marks: array<vec2u>;
@group(0) @binding(4) var<storage, read> coefficients: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.vectors * WIDTH) { return; }
  let vector = n / WIDTH;
  let part = n % WIDTH;
  let start = inverse_offsets[vector];
  let end = min(inverse_offsets[vector + 1u], start + params.last);
  var sum = vec4f();
  for (var entry = start + params.first; entry < end; entry++) {
    let pair = inverse[entry];
    let mark = marks[pair.x];
    if (mark.x != params.stamp) { continue; }
    sum += coefficients[pair.y * params.count + mark.y] * table[(params.first_row + pair.x) * WIDTH + part];
  }
  if (any(sum != vec4f())) { gradient[(params.first_vector + vector) * WIDTH + part] += sum; }
}
