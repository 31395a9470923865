// Takes back what count_places counted for excluded items. An invocation has one user and the places first_place +
// y * share .. + share of the user's list. Header: VECTORS. Parts: score_step, score_key, place_of.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  length: u32,
  first_place: u32,
  share: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> ordered_keys: array<i32>;
@group(0) @binding(4) var<storage, read> ordered_items: array<u32>;
@group(0) @binding(5) var<storage, read> offsets: array<u32>;
@group(0) @binding(6) var<storage, read> excluded: array<u32>;
@group(0) @binding(7) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  var user = params.first + n;
  if (params.named == 1u) { user = rows[user]; }
  let start = offsets[user] + params.first_place + id.y * params.share;
  let end = min(offsets[user + 1u], start + params.share);
  let left = (params.user_row + user) * VECTORS;
  let lowest = lowest_key(n);
  for (var listed = start; listed < end; listed++) {
    let item = excluded[listed];
    if (item >= params.items) { continue; }
    let right = (params.item_row + item) * VECTORS;
    var score = 0.0;
    for (var v = 0u; v < VECTORS; v++) {
      score = score_step(score, users[left + v], item_rows[right + v]);
    }
    let key = score_key(score);
    if (key >= lowest) {
      let place = place_of(n, key, item);
      if (place < params.length) { atomicSub(&counts[place * params.count + n], 1u); }
    }
  }
}
