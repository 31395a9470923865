// Adds each item of a slice to the count of its place among every user's ordered targets; what comes behind all of them
// is not counted. Scores are never stored. An invocation has USERS users. Header: VECTORS, HELD (those
// of a row that stay in registers), USERS, SHARE. Parts: score_step, score_key, place_of, one of shaders/subgroup.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  length: u32,
  first_item: u32,
  slice: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> ordered_keys: array<i32>;
@group(0) @binding(4) var<storage, read> ordered_items: array<u32>;
@group(0) @binding(5) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;
const NEVER: i32 = 0x7fffffff;

var<private> user: array<vec4f, USERS * HELD>;
var<private> user_place: array<u32, USERS>;
var<private> lowest: array<i32, USERS>;
var<private> first_place: u32;
var<private> after: u32;

fn visit(item: u32) {
  var score = array<f32, USERS>();
  /* unroll */ for (var v = 0u; v < HELD; v++) {
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      score[r] = score_step(score[r], user[r * HELD + v], streamed[v]);
    }
  }
  // What registers cannot hold.
  for (var v = HELD; v < VECTORS; v++) {
    let right = item_rows[(params.item_row + min(item, params.items - 1u)) * VECTORS + v];
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      score[r] = score_step(score[r], users[user_place[r] + v], right);
    }
  }
  var key: array<i32, USERS>;
  // One bit for each user with a target behind this item: mostly none.
  var open = 0u;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    key[r] = score_key(score[r]);
    open |= select(0u, 1u << r, key[r] >= lowest[r] && item < after);
  }
  while (open != 0u) {
    let r = firstTrailingBit(open);
    open &= open - 1u;
    var own_key = key[0];
    /* unroll */ for (var other = 0u; other < USERS; other++) { own_key = select(own_key, key[other], r == other); }
    let n = first_place + r * SIZE;
    let place = place_of(n, own_key, item);
    if (place < params.length) { atomicAdd(&counts[place * params.count + n], 1u); }
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  first_place = group.x * SIZE * USERS + lane;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    let n = min(first_place + r * SIZE, params.count - 1u);
    var number = params.first + n;
    if (params.named == 1u) { number = rows[number]; }
    user_place[r] = (params.user_row + number) * VECTORS;
    /* unroll */ for (var v = 0u; v < HELD; v++) { user[r * HELD + v] = users[user_place[r] + v]; }
    lowest[r] = select(NEVER, lowest_key(n), first_place + r * SIZE < params.count);
  }
  let begin = params.first_item + group.y * params.slice;
  after = min(params.items, begin + params.slice);
  for (var i = begin; i < after; i += SHARE) {
    let row = (params.item_row + min(i + lane % SHARE, params.items - 1u)) * VECTORS;
    /* unroll */ for (var v = 0u; v < HELD; v++) { own[v] = item_rows[row + v]; }
    visit_shared(i);
  }
}
