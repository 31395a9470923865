// keep_best for a block of stored scores: the exact way for users with too many candidates, a heap of the k best in
// the result's own row. Others return at once. One dispatch takes a range of items. Parts: sufficient, kept_heap.
struct Params { count: u32, first: u32, k: u32, capacity: u32, first_item: u32, last_item: u32 }
@group(0) @binding(0) var<storage, read> stored: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@group(0) @binding(2) var<storage, read_write> items: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  if (sufficient(state[2u * count + n], bitcast<f32>(state[count + n]), params.k, params.capacity)) { return; }
  var kept = state[3u * count + n];
  let out = (params.first + n) * params.k;
  var root = -3.4e38;
  if (kept == params.k) { root = scores[out]; }
  for (var item = params.first_item; item < params.last_item; item++) {
    let score = stored[item * count + n];
    // Items come in ascending order: one that only equals the worst of k is after it.
    if (score > root) {
      if (kept < params.k) {
        rise(out, kept, item, score);
        kept++;
      } else {
        sink(out, kept, item, score);
      }
      if (kept == params.k) { root = scores[out]; }
    }
  }
  state[3u * count + n] = kept;
}
