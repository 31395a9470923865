// Takes back what count_before counted for excluded items. An invocation has one user and TARGETS targets; one
// dispatch takes the places first_place .. last_place of every user's list. Header: VECTORS, TARGETS.
// Parts: score_step, score_key.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  length: u32,
  first_place: u32,
  last_place: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> targets: array<u32>;
@group(0) @binding(4) var<storage, read> keys: array<i32>;
@group(0) @binding(5) var<storage, read> offsets: array<u32>;
@group(0) @binding(6) var<storage, read> excluded: array<u32>;
@group(0) @binding(7) var<storage, read_write> counts: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  var user = params.first + n;
  if (params.named == 1u) { user = rows[user]; }
  let end = min(offsets[user + 1u], offsets[user] + params.last_place);
  let start = offsets[user] + params.first_place;
  if (start >= end) { return; }
  let left = (params.user_row + user) * VECTORS;
  let first_target = id.y * TARGETS;
  var key: array<i32, TARGETS>;
  var own: array<u32, TARGETS>;
  var before: array<u32, TARGETS>;
  for (var j = 0u; j < TARGETS; j++) {
    let t = min(first_target + j, params.length - 1u);
    key[j] = keys[t * params.count + n];
    own[j] = targets[(params.first + n) * params.length + t];
  }
  for (var place = start; place < end; place++) {
    let item = excluded[place];
    if (item >= params.items) { continue; }
    let right = (params.item_row + item) * VECTORS;
    var score = 0.0;
    for (var v = 0u; v < VECTORS; v++) {
      score = score_step(score, users[left + v], item_rows[right + v]);
    }
    let item_key = score_key(score);
    for (var j = 0u; j < TARGETS; j++) {
      before[j] += select(0u, 1u, item_key + select(0, 1, item < own[j]) > key[j]);
    }
  }
  for (var j = 0u; j < TARGETS; j++) {
    if (first_target + j < params.length) {
      counts[(first_target + j) * params.count + n] -= before[j];
    }
  }
}
