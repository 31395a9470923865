// Scores of pairs by a tower of one hidden layer, which is not stored: weighted user row * item row + head * layer +
// bias. The head's last vec4 holds the bias. Header: PRODUCT_VECTORS, VECTORS.
// Parts: activation, pair_of, score_step, pair_tile, first_layer.
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
@group(0) @binding(2) var<storage, read> user_sums: array<vec4f>;
@group(0) @binding(3) var<storage, read> item_sums: array<vec4f>;
@group(0) @binding(4) var<storage, read> head: array<vec4f>;
@group(0) @binding(5) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(6) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(workgroup, lane);
  var score = product_scores(head[VECTORS].x, tile);
  for (var v = 0u; v < VECTORS; v++) {
    let layer = first_layer(tile, v);
    let weight = head[v];
    score.x = score_step(score.x, layer.a, weight);
    score.y = score_step(score.y, layer.b, weight);
    score.z = score_step(score.z, layer.c, weight);
    score.w = score_step(score.w, layer.d, weight);
  }
  for (var k = 0u; k < 4u; k++) {
    if (tile.row[k] < params.rows) { scores[params.first_score + tile.row[k]] = score[k]; }
  }
}
