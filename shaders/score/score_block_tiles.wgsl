// Scores of a block of users with all items: scores[user * stride + item], where `stride` is a multiple of 4. A
// workgroup has a tile of users and `tiles` tiles of items. Header: that of score_tile. Parts: score_step, score_tile.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  stride: u32,
  first_item: u32,
  tiles: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

var<private> first_item: u32;

fn item_row_of(tile: u32, place: u32) -> u32 {
  return params.item_row + min(first_item + tile * ITEM_TILE + place, params.items - 1u);
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_user = group.x * USER_TILE;
  let last_user = params.count - 1u;
  /* unroll */ for (var j = 0u; j < USER_LOADS; j++) {
    var user = params.first + min(first_user + (lane + j * SIZE) / SLAB, last_user);
    if (params.named == 1u) { user = rows[user]; }
    own_users[j] = (params.user_row + user) * VECTORS;
  }
  let user_lane = lane % USER_LANES;
  let item_lane = lane / USER_LANES;
  let begin = params.first_item + group.y * params.tiles * ITEM_TILE;
  let tiles = min(params.tiles, (max(params.items, begin) - begin + ITEM_TILE - 1u) / ITEM_TILE);
  first_item = begin;
  start_tiles(0u, lane);
  for (var tile = 0u; tile < tiles; tile++) {
    score_tile(tile, tile + 1u, tile == 0u, lane);
    /* unroll */ for (var q = 0u; q < QUADS; q++) {
      let item = begin + tile * ITEM_TILE + q * 4u * ITEM_LANES + item_lane * 4u;
      /* unroll */ for (var r = 0u; r < USERS; r++) {
        let n = first_user + r * USER_LANES + user_lane;
        if (n <= last_user && item < params.stride) { scores[(n * params.stride + item) >> 2u] = score[q * USERS + r]; }
      }
    }
  }
}
