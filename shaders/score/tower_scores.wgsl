// Scores of pairs by a tower of any depth, whose last layer is stored in `hidden`, one row per pair: weighted user row
// * item row + head * layer + bias. The head's last vec4 holds the bias. Header: PRODUCT_VECTORS, VECTORS.
// Parts: pair_of, score_step.
struct Params {
  rows: u32,
  users: u32,
  first_user: u32,
  first_item: u32,
  first_pair: u32,
  item_row: u32,
  first_score: u32,
}
@group(0) @binding(0) var<storage, read> user_products: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> hidden: array<vec4f>;
@group(0) @binding(3) var<storage, read> head: array<vec4f>;
@group(0) @binding(4) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let row = id.x + id.y * workgroups.x * 64u;
  if (row >= params.rows) { return; }
  let pair = pair_of(row);
  let left = pair.x * PRODUCT_VECTORS;
  let right = (params.item_row + pair.y) * PRODUCT_VECTORS;
  var score = head[VECTORS].x;
  for (var v = 0u; v < PRODUCT_VECTORS; v++) {
    score = score_step(score, user_products[left + v], item_rows[right + v]);
  }
  for (var v = 0u; v < VECTORS; v++) { score = score_step(score, hidden[row * VECTORS + v], head[v]); }
  scores[params.first_score + row] = score;
}
