// Scores of a batch's lists. One invocation per (place, slot). Header: WIDTH. Parts: short_list_part.
struct Params { start: u32, count: u32, places: u32, first_row: u32, first_vector: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> listed: array<u32>;
@group(0) @binding(4) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count * params.places) { return; }
  let slot = n % params.count;
  let place = n / params.count;
  let number = numbers[params.start + slot];
  if (place >= length_of(number)) { return; }
  let row = (params.first_row + number) * WIDTH;
  let vector = (params.first_vector + listed[offsets[number] + place]) * WIDTH;
  var score = 0.0;
  for (var d = 0u; d < WIDTH; d++) { score += dot(table[row + d], table[vector + d]); }
  scores[n] = score;
}
