// Scores the items of each user's listed groups again and writes down those that reach the threshold, in ascending
// order: candidates[position * count + user], then their scores, as bits. Items excluded are left out. Beyond
// `capacity` they are only known to be too many. One dispatch takes a range of items.
// Header: VECTORS. Parts: score_step, exclusion_search, list_search.
struct Params {
  count: u32,
  user_row: u32,
  item_row: u32,
  groups: u32,
  capacity: u32,
  first_item: u32,
  last_item: u32,
  excluding: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> state: array<u32>;
@group(0) @binding(3) var<storage, read> lists: array<u32>;
@group(0) @binding(4) var<storage, read> offsets: array<u32>;
@group(0) @binding(5) var<storage, read> excluded: array<u32>;
@group(0) @binding(6) var<storage, read_write> candidates: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let user = state[n];
  let threshold = bitcast<f32>(state[count + n]);
  let listed = state[2u * count + n];
  var counted = state[3u * count + n];
  var left: array<vec4f, VECTORS>;
  for (var v = 0u; v < VECTORS; v++) {
    left[v] = users[(params.user_row + user) * VECTORS + v];
  }
  var place = 0u;
  var end = 0u;
  if (params.excluding == 1u) {
    end = offsets[user + 1u];
    place = exclusion_at(params.first_item, offsets[user], end);
  }
  var next = 0xffffffffu;
  if (place < end) { next = excluded[place]; }
  // Items in ascending order: all listed groups' first items, all their second items, ...
  var base = params.first_item / params.groups * params.groups;
  if (listed == 0u) { return; }
  var position = listed_at(params.first_item - base, listed, n);
  if (position == listed) {
    position = 0u;
    base += params.groups;
  }
  while (counted <= params.capacity) {
    let item = base + lists[position * count + n];
    if (item >= params.last_item) { break; }
    let row = (params.item_row + item) * VECTORS;
    var score = 0.0;
    for (var v = 0u; v < VECTORS; v++) {
      score = score_step(score, left[v], item_rows[row + v]);
    }
    if (score >= threshold) {
      while (next < item) {
        place++;
        next = 0xffffffffu;
        if (place < end) { next = excluded[place]; }
      }
      if (next != item) {
        if (counted < params.capacity) {
          candidates[counted * count + n] = item;
          candidates[(params.capacity + counted) * count + n] = bitcast<u32>(score);
        }
        counted++;
      }
    }
    position++;
    if (position == listed) {
      position = 0u;
      base += params.groups;
    }
  }
  state[3u * count + n] = counted;
}
