// A workgroup finds the ranks of one user's targets among stored scores, those of item i at
// scores[user * user_stride + i * item_stride]: it puts the targets in order, counts every item at its place among them,
// takes excluded items back, and sums up. Header: SIZE, HALVINGS, ROOM = 2 to the power of HALVINGS, more than `length`,
// TURNS = ROOM / SIZE, at least 1; HALVINGS is at least 2. Parts: ordered_key.
struct Params {
  first: u32,
  named: u32,
  items: u32,
  length: u32,
  user_stride: u32,
  item_stride: u32,
  excluding: u32,
}
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read> excluded: array<u32>;
@group(0) @binding(5) var<storage, read_write> ranks: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

// Keys and items in the order of ranking, the best first; keys of 0 behind them.
var<workgroup> ordered: array<vec2u, ROOM>;
var<workgroup> counts: array<atomic<u32>, ROOM>;

fn key_of(n: u32, item: u32) -> u32 {
  return ordered_key(scores[n * params.user_stride + item * params.item_stride]);
}

// How many targets come before the item, itself included if it is one.
fn place_of(key: u32, item: u32) -> u32 {
  var place = 0u;
  var half = ROOM;
  /* unroll */ for (var step = 0u; step < HALVINGS; step++) {
    half >>= 1u;
    let other = ordered[place + half - 1u];
    place += select(0u, half, other.x > key || (other.x == key && other.y <= item));
  }
  return place;
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = group.x;
  let length = params.length;
  let row = (params.first + n) * length;
  // Absent targets come first and hide nothing.
  for (var t = lane; t < ROOM; t += SIZE) {
    var entry = vec2u();
    if (t < length) {
      let item = targets[row + t];
      entry = vec2u(0xffffffffu, item);
      if (item < params.items) { entry.x = key_of(n, item); }
    }
    ordered[t] = entry;
  }
  workgroupBarrier();
  var own: array<vec2u, TURNS>;
  var place: array<u32, TURNS>;
  /* unroll */ for (var turn = 0u; turn < TURNS; turn++) {
    let t = turn * SIZE + lane;
    own[turn] = ordered[min(t, ROOM - 1u)];
    place[turn] = 0u;
    for (var other = 0u; other < length; other += 4u) {
      /* unroll */ for (var j = 0u; j < 4u; j++) {
        let entry = ordered[other + j];
        let lower = entry.y < own[turn].y || (entry.y == own[turn].y && other + j < t);
        place[turn] += select(0u, 1u, entry.x > own[turn].x || (entry.x == own[turn].x && lower));
      }
    }
  }
  workgroupBarrier();
  /* unroll */ for (var turn = 0u; turn < TURNS; turn++) {
    if (turn * SIZE + lane < length) { ordered[place[turn]] = own[turn]; }
  }
  workgroupBarrier();
  let lowest = ordered[length - 1u].x;
  // Four loads and four searches that do not wait for each other.
  for (var base = lane; base < params.items; base += 4u * SIZE) {
    var key: array<u32, 4>;
    var highest = 0u;
    /* unroll */ for (var j = 0u; j < 4u; j++) { key[j] = key_of(n, min(base + j * SIZE, params.items - 1u)); }
    /* unroll */ for (var j = 0u; j < 4u; j++) {
      key[j] = select(0u, key[j], base + j * SIZE < params.items);
      highest = max(highest, key[j]);
    }
    if (highest >= lowest) {
      var at: array<u32, 4>;
      /* unroll */ for (var j = 0u; j < 4u; j++) { at[j] = place_of(key[j], base + j * SIZE); }
      /* unroll */ for (var j = 0u; j < 4u; j++) {
        if (key[j] >= lowest) { atomicAdd(&counts[at[j]], 1u); }
      }
    }
  }
  if (params.excluding == 1u) {
    var user = params.first + n;
    if (params.named == 1u) { user = rows[user]; }
    let end = offsets[user + 1u];
    for (var listed = offsets[user] + lane; listed < end; listed += SIZE) {
      let item = excluded[listed];
      if (item < params.items) {
        let key = key_of(n, item);
        if (key >= lowest) { atomicSub(&counts[place_of(key, item)], 1u); }
      }
    }
  }
  workgroupBarrier();
  /* unroll */ for (var turn = 0u; turn < TURNS; turn++) {
    let t = turn * SIZE + lane;
    if (t < length) {
      var sum = 0u;
      for (var before = 0u; before <= place[turn]; before++) { sum += atomicLoad(&counts[before]); }
      ranks[row + t] = select(0xffffffffu, sum, own[turn].y < params.items);
    }
  }
}
