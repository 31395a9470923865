// filter_candidates for a block of stored scores, in which excluded items have the lowest value. An invocation has one
// user and a slice of the items.
struct Params { count: u32, items: u32, capacity: u32, first_item: u32, slice: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(2) var<storage, read_write> candidates: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let threshold = bitcast<f32>(atomicLoad(&state[count + n]));
  let begin = params.first_item + id.y * params.slice;
  let end = min(params.items, begin + params.slice);
  for (var item = begin; item < end; item++) {
    let score = scores[item * count + n];
    // A loop, because drivers on processors skip nothing else that no invocation needs.
    for (var open = score >= threshold && score > -3.4e38; open; open = false) {
      let position = atomicAdd(&state[2u * count + n], 1u);
      if (position < params.capacity) {
        candidates[position * count + n] = item;
        candidates[(params.capacity + position) * count + n] = bitcast<u32>(score);
      }
    }
  }
}
