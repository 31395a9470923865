// Sorts the heaps of keep_best in place, the best first, and fills rows that are not full. One dispatch settles the
// places from `last` up to `end`, after those from `end` on.
// Parts: sufficient, kept_heap.
struct Params { count: u32, first: u32, k: u32, capacity: u32, last: u32, end: u32 }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> items: array<u32>;
@group(0) @binding(2) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let counted = state[2u * count + n];
  if (sufficient(counted, bitcast<f32>(state[count + n]), params.k, params.capacity)) { return; }
  let out = (params.first + n) * params.k;
  let kept = state[3u * count + n];
  var size = min(kept, params.end);
  while (size > max(1u, params.last)) {
    size--;
    let item = items[out + size];
    let score = scores[out + size];
    items[out + size] = items[out];
    scores[out + size] = scores[out];
    sink(out, size, item, score);
  }
  for (var a = max(kept, params.last); a < params.end; a++) {
    items[out + a] = 0xffffffffu;
    scores[out + a] = -3.4e38;
  }
}
