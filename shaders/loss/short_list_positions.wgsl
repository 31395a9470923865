// The place of each listed vector when the list is sorted by falling score, from 1; equal scores keep the order of the
// list. An invocation has PLACES places of one slot. Header: PLACES. Parts: short_list_part.
struct Params { start: u32, count: u32, places: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> scores: array<f32>;
@group(0) @binding(3) var<storage, read_write> positions: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  let slot = n % params.count;
  let first = n / params.count * PLACES;
  let length = length_of(numbers[params.start + slot]);
  if (first >= params.places) { return; }
  var own: array<f32, PLACES>;
  var before = array<u32, PLACES>();
  /* unroll */ for (var p = 0u; p < PLACES; p++) {
    own[p] = scores[min(first + p, params.places - 1u) * params.count + slot];
  }
  for (var other = 0u; other < length; other++) {
    let score = scores[other * params.count + slot];
    /* unroll */ for (var p = 0u; p < PLACES; p++) {
      before[p] += select(0u, 1u, score > own[p] || (score == own[p] && other < first + p));
    }
  }
  /* unroll */ for (var p = 0u; p < PLACES; p++) {
    if (first + p < length) { positions[(first + p) * params.count + slot] = f32(before[p] + 1u); }
  }
}
