// Scores every item and writes down those that reach the user's threshold, in no particular order: (item, score as bits)
// at candidates[user * capacity + position]. Beyond `capacity` they are only counted. A workgroup has a tile of users
// and `tiles` tiles of items; it lists what it finds in its own memory, because waiting for each position in global
// memory would take longer than the scores. Header: that of score_tile; LIST, entries of the list; EMPTIED, tiles
// after which it is emptied. Parts: score_step, score_tile.
struct Params {
  count: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  capacity: u32,
  first_item: u32,
  tiles: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> candidates: array<vec2u>;
@group(0) @binding(8) var<uniform> params: Params;

const NEVER: f32 = 3.4e38;
// Entries: place of the item in the workgroup's range and, in the lowest 10 bits, that of the user; the score's bits.
var<workgroup> list: array<vec2u, LIST>;
var<workgroup> listed: atomic<u32>;
var<private> first_item: u32;

fn item_row_of(tile: u32, place: u32) -> u32 {
  return params.item_row + min(first_item + tile * ITEM_TILE + place, params.items - 1u);
}

fn append(n: u32, item: u32, bits: u32) {
  let position = atomicAdd(&state[2u * params.count + n], 1u);
  if (position < params.capacity) { candidates[n * params.capacity + position] = vec2u(item, bits); }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_user = group.x * USER_TILE;
  let last_user = params.count - 1u;
  /* unroll */ for (var j = 0u; j < USER_LOADS; j++) {
    let n = min(first_user + (lane + j * SIZE) / SLAB, last_user);
    own_users[j] = (params.user_row + atomicLoad(&state[n])) * VECTORS;
  }
  let user_lane = lane % USER_LANES;
  let item_lane = lane / USER_LANES;
  var threshold: array<f32, USERS>;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    let n = first_user + r * USER_LANES + user_lane;
    let own = bitcast<f32>(atomicLoad(&state[params.count + min(n, last_user)]));
    threshold[r] = select(NEVER, own, n <= last_user);
  }
  let begin = params.first_item + group.y * params.tiles * ITEM_TILE;
  let tiles = min(params.tiles, (max(params.items, begin) - begin + ITEM_TILE - 1u) / ITEM_TILE);
  first_item = begin;
  start_tiles(0u, lane);
  for (var tile = 0u; tile < tiles; tile++) {
    score_tile(tile, tile + 1u, tile == 0u, lane);
    /* unroll */ for (var q = 0u; q < QUADS; q++) {
      let offset = tile * ITEM_TILE + q * 4u * ITEM_LANES + item_lane * 4u;
      // A bit for each user and item: mostly none.
      var open = 0u;
      /* unroll */ for (var r = 0u; r < USERS; r++) {
        let bits = select(vec4u(), vec4u(1u, 2u, 4u, 8u), score[q * USERS + r] >= vec4f(threshold[r]));
        open |= (bits.x | bits.y | bits.z | bits.w) << (4u * r);
      }
      let left = max(params.items, first_item + offset) - (first_item + offset);
      open &= 0x11111111u * select(15u, (1u << min(left, 3u)) - 1u, left < 4u);
      while (open != 0u) {
        let bit = firstTrailingBit(open);
        open &= open - 1u;
        let r = bit >> 2u;
        let c = bit & 3u;
        var quad = score[q * USERS];
        /* unroll */ for (var other = 0u; other < USERS; other++) {
          quad = select(quad, score[q * USERS + other], r == other);
        }
        let pair = select(quad.xy, quad.zw, c >= 2u);
        let bits = bitcast<u32>(select(pair.x, pair.y, (c & 1u) == 1u));
        let user = r * USER_LANES + user_lane;
        let place = atomicAdd(&listed, 1u);
        if (place < LIST) {
          list[place] = vec2u(((offset + c) << 10u) | user, bits);
        } else {
          append(first_user + user, first_item + offset + c, bits);
        }
      }
    }
    if (tile % EMPTIED == EMPTIED - 1u || tile + 1u == tiles) {
      workgroupBarrier();
      let length = min(atomicLoad(&listed), LIST);
      for (var place = lane; place < length; place += SIZE) {
        let entry = list[place];
        append(first_user + (entry.x & 1023u), first_item + (entry.x >> 10u), entry.y);
      }
      workgroupBarrier();
      if (lane == 0u) { atomicStore(&listed, 0u); }
    }
  }
}
