// The exact way for users with too many candidates: a heap of the k best, built in the result's own row. Others
// return at once. One dispatch takes a range of items.
// Header: VECTORS, HELD (those of a row that stay in registers). Parts:
// score_step, exclusion_search, sufficient, kept_heap.
struct Params {
  count: u32,
  first: u32,
  user_row: u32,
  item_row: u32,
  k: u32,
  capacity: u32,
  first_item: u32,
  last_item: u32,
  excluding: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read> excluded: array<u32>;
@group(0) @binding(5) var<storage, read_write> items: array<u32>;
@group(0) @binding(6) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let counted = state[2u * count + n];
  var threshold = bitcast<f32>(state[count + n]);
  if (sufficient(counted, threshold, params.k, params.capacity)) { return; }
  let user = state[n];
  var kept = state[3u * count + n];
  // With too few candidates, those aside that are excluded, the threshold is too high.
  var left_out = 0u;
  if (params.excluding == 1u) { left_out = offsets[user + 1u] - offsets[user]; }
  if (counted <= params.capacity || counted < params.k + left_out) { threshold = -3.4e38; }
  let own = (params.user_row + user) * VECTORS;
  var left: array<vec4f, HELD>;
  for (var v = 0u; v < HELD; v++) { left[v] = users[own + v]; }
  var place = 0u;
  var end = 0u;
  if (params.excluding == 1u) {
    end = offsets[user + 1u];
    place = exclusion_at(params.first_item, offsets[user], end);
  }
  var next = 0xffffffffu;
  if (place < end) { next = excluded[place]; }
  let out = (params.first + n) * params.k;
  var root = threshold;
  if (kept == params.k) { root = scores[out]; }
  for (var item = params.first_item; item < params.last_item; item++) {
    let row = (params.item_row + item) * VECTORS;
    var score = 0.0;
    for (var v = 0u; v < HELD; v++) { score = score_step(score, left[v], item_rows[row + v]); }
    for (var v = HELD; v < VECTORS; v++) { score = score_step(score, users[own + v], item_rows[row + v]); }
    // Items come in ascending order: once k are kept, one that only equals the worst of them is after it.
    if (score > root || (score == root && kept < params.k)) {
      while (next < item) {
        place++;
        next = 0xffffffffu;
        if (place < end) { next = excluded[place]; }
      }
      if (next != item) {
        if (kept < params.k) {
          rise(out, kept, item, score);
          kept++;
        } else {
          sink(out, kept, item, score);
        }
        if (kept == params.k) { root = scores[out]; }
      }
    }
  }
  state[3u * count + n] = kept;
}
