// Adds to each user's targets how many items of a slice come before them: those that score higher, and of blocks
// before the target's own also those that score the same. Scores are never stored. An invocation has one user and
// 4 * QUADS targets, and takes items in blocks of 16. Header: VECTORS, QUADS. Parts: score_step, score_key.
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
@group(0) @binding(3) var<storage, read> targets: array<u32>;
@group(0) @binding(4) var<storage, read> keys: array<i32>;
@group(0) @binding(5) var<storage, read_write> counts: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> params: Params;

override SIZE: u32 = 64;

// Keys of four scores; what is beyond the last item comes before nothing.
fn block_keys(scores: vec4f, inside: vec4<bool>) -> vec4i {
  let keys = vec4i(score_key(scores.x), score_key(scores.y), score_key(scores.z), score_key(scores.w));
  return select(vec4i(-0x7fffffff), keys, inside);
}

// How many of four items pass each of four bars.
fn passed(keys: vec4i, bar: vec4i) -> vec4u {
  return vec4u(vec4i(keys.x) > bar) + vec4u(vec4i(keys.y) > bar) +
    vec4u(vec4i(keys.z) > bar) + vec4u(vec4i(keys.w) > bar);
}

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  var user = params.first + n;
  if (params.named == 1u) { user = rows[user]; }
  let left_row = (params.user_row + user) * VECTORS;
  let first_target = id.z * 4u * QUADS;
  var key: array<vec4i, QUADS>;
  var own: array<vec4u, QUADS>;
  var before: array<vec4u, QUADS>;
  for (var q = 0u; q < QUADS; q++) {
    let t = min(vec4u(first_target + 4u * q) + vec4u(0u, 1u, 2u, 3u), vec4u(params.length - 1u));
    let place = t * params.count + n;
    key[q] = vec4i(keys[place.x], keys[place.y], keys[place.z], keys[place.w]);
    let row = (params.first + n) * params.length + t;
    own[q] = vec4u(targets[row.x], targets[row.y], targets[row.z], targets[row.w]);
  }
  let begin = params.first_item + id.y * params.slice;
  let end = min(params.items, begin + params.slice);
  let last = params.items - 1u;
  for (var i = begin; i < end; i += 16u) {
    let place_a = (vec4u(params.item_row) + min(vec4u(i) + vec4u(0u, 1u, 2u, 3u), vec4u(last))) * VECTORS;
    let place_b = (vec4u(params.item_row) + min(vec4u(i) + vec4u(4u, 5u, 6u, 7u), vec4u(last))) * VECTORS;
    let place_c = (vec4u(params.item_row) + min(vec4u(i) + vec4u(8u, 9u, 10u, 11u), vec4u(last))) * VECTORS;
    let place_d = (vec4u(params.item_row) + min(vec4u(i) + vec4u(12u, 13u, 14u, 15u), vec4u(last))) * VECTORS;
    var score_a = vec4f();
    var score_b = vec4f();
    var score_c = vec4f();
    var score_d = vec4f();
    for (var v = 0u; v < VECTORS; v++) {
      let left = users[left_row + v];
      score_a.x = score_step(score_a.x, left, item_rows[place_a.x + v]);
      score_a.y = score_step(score_a.y, left, item_rows[place_a.y + v]);
      score_a.z = score_step(score_a.z, left, item_rows[place_a.z + v]);
      score_a.w = score_step(score_a.w, left, item_rows[place_a.w + v]);
      score_b.x = score_step(score_b.x, left, item_rows[place_b.x + v]);
      score_b.y = score_step(score_b.y, left, item_rows[place_b.y + v]);
      score_b.z = score_step(score_b.z, left, item_rows[place_b.z + v]);
      score_b.w = score_step(score_b.w, left, item_rows[place_b.w + v]);
      score_c.x = score_step(score_c.x, left, item_rows[place_c.x + v]);
      score_c.y = score_step(score_c.y, left, item_rows[place_c.y + v]);
      score_c.z = score_step(score_c.z, left, item_rows[place_c.z + v]);
      score_c.w = score_step(score_c.w, left, item_rows[place_c.w + v]);
      score_d.x = score_step(score_d.x, left, item_rows[place_d.x + v]);
      score_d.y = score_step(score_d.y, left, item_rows[place_d.y + v]);
      score_d.z = score_step(score_d.z, left, item_rows[place_d.z + v]);
      score_d.w = score_step(score_d.w, left, item_rows[place_d.w + v]);
    }
    let key_a = block_keys(score_a, vec4u(i) + vec4u(0u, 1u, 2u, 3u) < vec4u(end));
    let key_b = block_keys(score_b, vec4u(i) + vec4u(4u, 5u, 6u, 7u) < vec4u(end));
    let key_c = block_keys(score_c, vec4u(i) + vec4u(8u, 9u, 10u, 11u) < vec4u(end));
    let key_d = block_keys(score_d, vec4u(i) + vec4u(12u, 13u, 14u, 15u) < vec4u(end));
    for (var q = 0u; q < QUADS; q++) {
      let bar = key[q] - vec4i(vec4u(i + 16u) <= own[q]);
      before[q] += passed(key_a, bar) + passed(key_b, bar) + passed(key_c, bar) + passed(key_d, bar);
    }
  }
  for (var q = 0u; q < QUADS; q++) {
    for (var c = 0u; c < 4u; c++) {
      let t = first_target + 4u * q + c;
      if (t < params.length && before[q][c] > 0u) {
        atomicAdd(&counts[t * params.count + n], before[q][c]);
      }
    }
  }
}
