// Scores of pairs by a tower of two hidden layers, of which neither is stored; see tower_one. An invocation goes
// through the second layer 16 outputs at a time. `second` holds the second layer's weights, its bias, then the head.
// Header: PRODUCT_VECTORS, VECTORS (first layer), SECOND_VECTORS.
// Parts: activation, pair_of, score_step, pair_tile, first_layer.
struct Params {
  rows: u32,
  users: u32,
  first_user: u32,
  first_item: u32,
  first_pair: u32,
  item_row: u32,
  first_score: u32,
  first_width: u32,
}
@group(0) @binding(0) var<storage, read> user_products: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> user_sums: array<vec4f>;
@group(0) @binding(3) var<storage, read> item_sums: array<vec4f>;
@group(0) @binding(4) var<storage, read> second: array<vec4f>;
@group(0) @binding(5) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(6) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

// Four inputs of four pairs into four outputs.
fn accumulate(sums: Four, inputs: Four, place: vec4u) -> Four {
  let w0 = second[place.x];
  let w1 = second[place.y];
  let w2 = second[place.z];
  let w3 = second[place.w];
  let a = inputs.a;
  let b = inputs.b;
  let c = inputs.c;
  let d = inputs.d;
  return Four(
    fma(vec4f(a.w), w3, fma(vec4f(a.z), w2, fma(vec4f(a.y), w1, fma(vec4f(a.x), w0, sums.a)))),
    fma(vec4f(b.w), w3, fma(vec4f(b.z), w2, fma(vec4f(b.y), w1, fma(vec4f(b.x), w0, sums.b)))),
    fma(vec4f(c.w), w3, fma(vec4f(c.z), w2, fma(vec4f(c.y), w1, fma(vec4f(c.x), w0, sums.c)))),
    fma(vec4f(d.w), w3, fma(vec4f(d.z), w2, fma(vec4f(d.y), w1, fma(vec4f(d.x), w0, sums.d)))),
  );
}

fn all_four(value: vec4f) -> Four {
  return Four(value, value, value, value);
}

fn headed(score: vec4f, sums: Four, weight: vec4f) -> vec4f {
  return vec4f(
    score_step(score.x, activated(sums.a), weight),
    score_step(score.y, activated(sums.b), weight),
    score_step(score.z, activated(sums.c), weight),
    score_step(score.w, activated(sums.d), weight),
  );
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tile = tile_of(workgroup, lane);
  let bias = params.first_width * SECOND_VECTORS;
  let head = bias + SECOND_VECTORS;
  var score = product_scores(second[head + SECOND_VECTORS].x, tile);
  for (var column = 0u; column < SECOND_VECTORS; column += 4u) {
    let own = min(vec4u(column) + vec4u(0u, 1u, 2u, 3u), vec4u(SECOND_VECTORS - 1u));
    var sums_a = all_four(second[bias + own.x]);
    var sums_b = all_four(second[bias + own.y]);
    var sums_c = all_four(second[bias + own.z]);
    var sums_d = all_four(second[bias + own.w]);
    for (var v = 0u; v < VECTORS; v++) {
      let inputs = first_layer(tile, v);
      // beyond the last input the layer is 0
      let place = min(vec4u(4u * v) + vec4u(0u, 1u, 2u, 3u), vec4u(params.first_width - 1u)) * SECOND_VECTORS;
      sums_a = accumulate(sums_a, inputs, place + vec4u(own.x));
      sums_b = accumulate(sums_b, inputs, place + vec4u(own.y));
      sums_c = accumulate(sums_c, inputs, place + vec4u(own.z));
      sums_d = accumulate(sums_d, inputs, place + vec4u(own.w));
    }
    score = headed(score, sums_a, second[head + own.x]);
    if (column + 1u < SECOND_VECTORS) { score = headed(score, sums_b, second[head + own.y]); }
    if (column + 2u < SECOND_VECTORS) { score = headed(score, sums_c, second[head + own.z]); }
    if (column + 3u < SECOND_VECTORS) { score = headed(score, sums_d, second[head + own.w]); }
  }
  for (var k = 0u; k < 4u; k++) {
    if (tile.row[k] < params.rows) { scores[params.first_score + tile.row[k]] = score[k]; }
  }
}
