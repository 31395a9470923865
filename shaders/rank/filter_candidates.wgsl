// Scores every item and writes down those that reach the user's threshold, in no particular order:
// candidates[position * count + user], then their scores, as bits. Beyond `capacity` they are only counted. An
// invocation has USERS users and a slice of the items. Header: VECTORS, HELD (those of a row that stay in
// registers), USERS, SHARE. Parts: score_step, one of shaders/subgroup.
struct Params {
  count: u32,
  user_row: u32,
  item_row: u32,
  items: u32,
  capacity: u32,
  first_item: u32,
  slice: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> state: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> candidates: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;
const NEVER: f32 = 3.4e38;

var<private> user: array<vec4f, USERS * HELD>;
var<private> user_place: array<u32, USERS>;
var<private> threshold: array<f32, USERS>;
var<private> first_place: u32;
var<private> after: u32;

fn visit(item: u32) {
  // Users side by side: sums that do not wait for each other.
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
  // One bit for each user who may want the item: mostly none.
  var open = 0u;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    open |= select(0u, 1u << r, score[r] >= threshold[r] && item < after);
  }
  while (open != 0u) {
    let r = firstTrailingBit(open);
    open &= open - 1u;
    var own_score = score[0];
    /* unroll */ for (var other = 0u; other < USERS; other++) {
      own_score = select(own_score, score[other], r == other);
    }
    let n = first_place + r * SIZE;
    let position = atomicAdd(&state[2u * params.count + n], 1u);
    if (position < params.capacity) {
      candidates[position * params.count + n] = item;
      candidates[(params.capacity + position) * params.count + n] = bitcast<u32>(own_score);
    }
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  first_place = group.x * SIZE * USERS + lane;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    let n = min(first_place + r * SIZE, params.count - 1u);
    user_place[r] = (params.user_row + atomicLoad(&state[n])) * VECTORS;
    /* unroll */ for (var v = 0u; v < HELD; v++) { user[r * HELD + v] = users[user_place[r] + v]; }
    let own_threshold = bitcast<f32>(atomicLoad(&state[params.count + n]));
    threshold[r] = select(NEVER, own_threshold, first_place + r * SIZE < params.count);
  }
  let begin = params.first_item + group.y * params.slice;
  after = min(params.items, begin + params.slice);
  for (var i = begin; i < after; i += SHARE) {
    let row = (params.item_row + min(i + lane % SHARE, params.items - 1u)) * VECTORS;
    /* unroll */ for (var v = 0u; v < HELD; v++) { own[v] = item_rows[row + v]; }
    visit_shared(i);
  }
}
