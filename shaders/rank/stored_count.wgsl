// count_before for a block of stored scores, in which excluded items have the lowest value: adds to 16 of a user's
// targets how many items of a slice score higher, or the same with a lower number. Parts: score_key.
struct Params { count: u32, first: u32, items: u32, length: u32, first_item: u32, slice: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> keys: array<i32>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;

fn four(values: vec4u, n: u32) -> vec4i {
  return vec4i(keys[values.x * params.count + n], keys[values.y * params.count + n],
    keys[values.z * params.count + n], keys[values.w * params.count + n]);
}

fn owns(row: u32, place: vec4u) -> vec4u {
  return vec4u(targets[row + place.x], targets[row + place.y], targets[row + place.z], targets[row + place.w]);
}

fn add(place: u32, n: u32, before: vec4u) {
  for (var c = 0u; c < 4u; c++) {
    if (place + c < params.length && before[c] > 0u) {
      atomicAdd(&counts[(place + c) * params.count + n], before[c]);
    }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let start = 16u * id.z;
  let lane = vec4u(0u, 1u, 2u, 3u) + vec4u(start);
  let last = vec4u(params.length - 1u);
  let row = (params.first + n) * params.length;
  let key_a = four(min(lane, last), n);
  let key_b = four(min(lane + vec4u(4u), last), n);
  let key_c = four(min(lane + vec4u(8u), last), n);
  let key_d = four(min(lane + vec4u(12u), last), n);
  let own_a = owns(row, min(lane, last));
  let own_b = owns(row, min(lane + vec4u(4u), last));
  let own_c = owns(row, min(lane + vec4u(8u), last));
  let own_d = owns(row, min(lane + vec4u(12u), last));
  var before_a = vec4u();
  var before_b = vec4u();
  var before_c = vec4u();
  var before_d = vec4u();
  let begin = params.first_item + id.y * params.slice;
  let end = min(params.items, begin + params.slice);
  for (var item = begin; item < end; item++) {
    let key = vec4i(score_key(scores[item * params.count + n]));
    let here = vec4u(item);
    before_a += vec4u(key + vec4i(here < own_a) > key_a);
    before_b += vec4u(key + vec4i(here < own_b) > key_b);
    before_c += vec4u(key + vec4i(here < own_c) > key_c);
    before_d += vec4u(key + vec4i(here < own_d) > key_d);
  }
  add(start, n, before_a);
  add(start + 4u, n, before_b);
  add(start + 8u, n, before_c);
  add(start + 12u, n, before_d);
}
