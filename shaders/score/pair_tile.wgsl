// Four pairs of an invocation: in a block the lanes are users, and an invocation has the same user with 4 items, all
// lanes the same ones; in a list (LISTED 1) it has 4 consecutive pairs. Needs PRODUCT_VECTORS, the buffers
// `user_products` and `item_rows`, and what pair_of needs, params.rows and .item_row. Parts before: pair_of, score_step.
struct Tile { row: vec4u, user: vec4u, item: vec4u }

fn tile_of(workgroup: vec3u, lane: u32) -> Tile {
  let n = workgroup.x * 64u + lane;
  let place = vec4u(0u, 1u, 2u, 3u);
  var tile = Tile();
  if (LISTED == 1u) {
    tile.row = vec4u(4u * n) + place;
    for (var k = 0u; k < 4u; k++) {
      let pair = pair_of(min(tile.row[k], params.rows - 1u));
      tile.user[k] = pair.x;
      tile.item[k] = pair.y;
    }
  } else {
    // lanes beyond the last user repeat it, and write nothing
    let items = params.rows / params.users;
    let own = vec4u(4u * workgroup.y) + place;
    let inside = vec4<bool>(n < params.users) & (own < vec4u(items));
    tile.row = select(vec4u(0xffffffffu), vec4u(n) + own * params.users, inside);
    tile.user = vec4u(params.first_user + min(n, params.users - 1u));
    tile.item = vec4u(params.first_item) + min(own, vec4u(items - 1u));
  }
  return tile;
}

// Adds the products' part to four scores.
fn product_scores(start: f32, tile: Tile) -> vec4f {
  var score = vec4f(start);
  let left = tile.user * PRODUCT_VECTORS;
  let right = (vec4u(params.item_row) + tile.item) * PRODUCT_VECTORS;
  for (var v = 0u; v < PRODUCT_VECTORS; v++) {
    let own = user_products[left.x + v];
    score.x = score_step(score.x, own, item_rows[right.x + v]);
    if (LISTED == 1u) {
      score.y = score_step(score.y, user_products[left.y + v], item_rows[right.y + v]);
      score.z = score_step(score.z, user_products[left.z + v], item_rows[right.z + v]);
      score.w = score_step(score.w, user_products[left.w + v], item_rows[right.w + v]);
    } else {
      score.y = score_step(score.y, own, item_rows[right.y + v]);
      score.z = score_step(score.z, own, item_rows[right.z + v]);
      score.w = score_step(score.w, own, item_rows[right.w + v]);
    }
  }
  return score;
}
