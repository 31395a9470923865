// gather_candidates for a block of stored scores, in which excluded items have the lowest value. One dispatch takes a
// range of items. Parts: list_search.
struct Params { count: u32, groups: u32, capacity: u32, first_item: u32, last_item: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@group(0) @binding(2) var<storage, read> lists: array<u32>;
@group(0) @binding(3) var<storage, read_write> candidates: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let threshold = bitcast<f32>(state[count + n]);
  let listed = state[2u * count + n];
  var counted = state[3u * count + n];
  if (listed == 0u) { return; }
  // Items in ascending order: all listed groups' first items, all their second items, ...
  var base = params.first_item / params.groups * params.groups;
  var position = listed_at(params.first_item - base, listed, n);
  if (position == listed) {
    position = 0u;
    base += params.groups;
  }
  while (counted <= params.capacity) {
    let item = base + lists[position * count + n];
    if (item >= params.last_item) { break; }
    let score = scores[item * count + n];
    if (score >= threshold && score > -3.4e38) {
      if (counted < params.capacity) {
        candidates[counted * count + n] = item;
        candidates[(params.capacity + counted) * count + n] = bitcast<u32>(score);
      }
      counted++;
    }
    position++;
    if (position == listed) {
      position = 0u;
      base += params.groups;
    }
  }
  state[3u * count + n] = counted;
}
