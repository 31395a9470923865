// count_places for a block of stored scores, in which excluded items have the lowest value. Parts: score_key, place_of.
struct Params { count: u32, items: u32, length: u32, first_item: u32, slice: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> ordered_keys: array<i32>;
@group(0) @binding(2) var<storage, read> ordered_items: array<u32>;
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let lowest = lowest_key(n);
  let begin = params.first_item + id.y * params.slice;
  let end = min(params.items, begin + params.slice);
  for (var item = begin; item < end; item++) {
    let key = score_key(scores[item * params.count + n]);
    // A loop, because drivers on processors skip nothing else that no invocation needs.
    for (var open = key >= lowest; open; open = false) {
      let place = place_of(n, key, item);
      if (place < params.length) { atomicAdd(&counts[place * params.count + n], 1u); }
    }
  }
}
