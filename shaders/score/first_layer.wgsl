// The first layer of a tower for four pairs of a tile: its sums are a user's part and an item's part, known
// beforehand. Needs VECTORS and the buffers `user_sums` and `item_sums`. Parts before: activation, pair_tile.
struct Four { a: vec4f, b: vec4f, c: vec4f, d: vec4f }

fn first_layer(tile: Tile, v: u32) -> Four {
  let left = tile.user * VECTORS;
  let right = tile.item * VECTORS;
  let own = user_sums[left.x + v];
  var sums = Four(own, own, own, own);
  if (LISTED == 1u) {
    sums.b = user_sums[left.y + v];
    sums.c = user_sums[left.z + v];
    sums.d = user_sums[left.w + v];
  }
  return Four(
    activated(sums.a + item_sums[right.x + v]),
    activated(sums.b + item_sums[right.y + v]),
    activated(sums.c + item_sums[right.z + v]),
    activated(sums.d + item_sums[right.w + v]),
  );
}
