// For each user and target item: its score as an integer key; the highest key for an absent target.
// Layout: keys[target * count + user]. Header: VECTORS. Parts: score_step, score_key.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  length: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> targets: array<u32>;
@group(0) @binding(4) var<storage, read_write> keys: array<i32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let place = id.y * params.count + n;
  let target_item = targets[(params.first + n) * params.length + id.y];
  if (target_item >= params.items) {
    keys[place] = 0x7fffffff;
    return;
  }
  var user = params.first + n;
  if (params.named == 1u) { user = rows[user]; }
  let left = (params.user_row + user) * VECTORS;
  let right = (params.item_row + target_item) * VECTORS;
  var score = 0.0;
  for (var v = 0u; v < VECTORS; v++) {
    score = score_step(score, users[left + v], item_rows[right + v]);
  }
  keys[place] = score_key(score);
}
