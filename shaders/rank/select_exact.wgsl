// The exact way for users whose candidates were not complete; the workgroups of others return at once. A workgroup goes
// through the items of one user, in a list that is cut down to the k best whenever it is full. One dispatch takes a
// range of items and goes on from the k best of those before, which are in the result. Header: SIZE, LIST, VECTORS,
// BATCH (items of an invocation at a time; LIST has room for k and SIZE x BATCH more), WRITTEN (a divisor of VECTORS).
// Parts: score_step, ordered_key, workgroup_reach, place_listed, exclusion_search.
struct Params {
  count: u32,
  first: u32,
  user_row: u32,
  item_row: u32,
  k: u32,
  first_item: u32,
  last_item: u32,
  excluding: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read> excluded: array<u32>;
@group(0) @binding(5) var<storage, read_write> items: array<u32>;
@group(0) @binding(6) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> marked: u32;
var<private> least_key: u32;
// Among entries of the least key, those with this or more stay.
var<private> least_tie: u32;
var<private> by_item: bool;

fn key_at(place: u32) -> u32 {
  let entry = list[place];
  return select(entry.x, select(0u, ~entry.y, entry.x == least_key), by_item);
}

fn stays(entry: vec2u) -> bool {
  return entry.x > least_key || (entry.x == least_key && ~entry.y >= least_tie);
}

// Cuts a list of more than k entries down to the k best.
fn cut(length: u32, lane: u32) -> u32 {
  by_item = false;
  let by_score = reached(length, params.k, 0u, lane);
  least_key = by_score.low;
  least_tie = 0u;
  if (by_score.above + by_score.level > params.k) {
    by_item = true;
    least_tie = reached(length, params.k - by_score.above, 0u, lane).low;
  }
  return compact(length, lane);
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = group.x;
  let count = params.count;
  if (lane == 0u) { marked = state[3u * count + n]; }
  if (workgroupUniformLoad(&marked) == 0u) { return; }
  let user = state[n];
  let left = (params.user_row + user) * VECTORS;
  let out = (params.first + n) * params.k;
  var start = 0u;
  var end = 0u;
  if (params.excluding == 1u) {
    start = offsets[user];
    end = offsets[user + 1u];
  }
  if (params.first_item > 0u) {
    for (var place = lane; place < params.k; place += SIZE) {
      if (items[out + place] != 0xffffffffu) {
        list[atomicAdd(&listed, 1u)] = vec2u(ordered_key(scores[out + place]), items[out + place]);
      }
    }
  }
  var length = list_length(lane);
  // Once there are k, an item has to be better than the worst of them: an equal one comes after it.
  var worst = 0u;
  if (length == params.k) { worst = ordered_key(scores[out + params.k - 1u]); }
  for (var base = params.first_item; base < params.last_item; base += SIZE * BATCH) {
    var row: array<u32, BATCH>;
    var score = array<f32, BATCH>();
    /* unroll */ for (var b = 0u; b < BATCH; b++) {
      row[b] = (params.item_row + min(base + b * SIZE + lane, params.last_item - 1u)) * VECTORS;
    }
    for (var v = 0u; v < VECTORS; v += WRITTEN) {
      var right: array<vec4f, BATCH * WRITTEN>;
      /* unroll */ for (var w = 0u; w < WRITTEN; w++) {
        /* unroll */ for (var b = 0u; b < BATCH; b++) { right[w * BATCH + b] = item_rows[row[b] + v + w]; }
      }
      /* unroll */ for (var w = 0u; w < WRITTEN; w++) {
        let own = users[left + v + w];
        /* unroll */ for (var b = 0u; b < BATCH; b++) {
          score[b] = score_step(score[b], own, right[w * BATCH + b]);
        }
      }
    }
    /* unroll */ for (var b = 0u; b < BATCH; b++) {
      let item = base + b * SIZE + lane;
      let key = ordered_key(score[b]);
      if (item < params.last_item && key > worst) {
        let found_at = exclusion_at(item, start, end);
        var free = true;
        if (found_at < end) { free = excluded[found_at] != item; }
        if (free) { list[atomicAdd(&listed, 1u)] = vec2u(key, item); }
      }
    }
    length = list_length(lane);
    if (length > params.k && length + SIZE * BATCH > LIST) {
      length = cut(length, lane);
      worst = least_key;
    }
  }
  if (length > params.k) { length = cut(length, lane); }
  write_best(length, params.k, out, lane);
}
