// The place of each listed vector when the list is sorted by falling score, from 1; equal scores keep the order of the
// list. One invocation per (place, slot). Parts: short_list_part.
struct Params { start: u32, count: u32, places: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> scores: array<f32>;
@group(0) @binding(3) var<storage, read_write> positions: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count * params.places) { return; }
  let slot = n % params.count;
  let place = n / params.count;
  let length = length_of(numbers[params.start + slot]);
  if (place >= length) { return; }
  let own = scores[n];
  var before = 1u;
  for (var other = 0u; other < length; other++) {
    let score = scores[other * params.count + slot];
    before += select(0u, 1u, score > own || (score == own && other < place));
  }
  positions[n] = f32(before);
}
