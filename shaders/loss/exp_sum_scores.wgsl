// Scores of the listed vectors of every row: scores[place * count + slot]. One invocation per (place, slot).
struct Params { start: u32, count: u32, places: u32, first_vector: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> numbers: array<u32>;
@group(0) @binding(3) var<storage, read> spans: array<vec4u>;
@group(0) @binding(4) var<storage, read> listed: array<u32>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.count * params.places) { return; }
  let slot = n % params.count;
  let span = spans[numbers[params.start + slot]];
  let place = span.y + n / params.count;
  if (place >= span.w) { return; }
  let vector = (params.first_vector + listed[place]) * WIDTH;
  var score = 0.0;
  for (var d = 0u; d < WIDTH; d++) {
    score += dot(rows[slot * WIDTH + d], vectors[vector + d]);
  }
  scores[n] = score;
}
