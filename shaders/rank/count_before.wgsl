// Adds to each user's targets how many items of a slice come before them: those that score higher, and of blocks
// before the target's own also those that score the same. Scores are never stored. An invocation has one user and
// 4 * QUADS targets, and takes items in blocks of 8. Header: VECTORS, QUADS. Parts: score_step, score_key.
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
  var bar: array<vec4i, QUADS>;
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
  for (var i = begin; i < end; i += 8u) {
    let further = (vec4u(params.item_row) + min(vec4u(i) + vec4u(4u, 5u, 6u, 7u), vec4u(last))) * VECTORS;
    let near = (vec4u(params.item_row) + min(vec4u(i) + vec4u(0u, 1u, 2u, 3u), vec4u(last))) * VECTORS;
    var low = vec4f();
    var high = vec4f();
    for (var v = 0u; v < VECTORS; v++) {
      let left = users[left_row + v];
      low.x = score_step(low.x, left, item_rows[near.x + v]);
      low.y = score_step(low.y, left, item_rows[near.y + v]);
      low.z = score_step(low.z, left, item_rows[near.z + v]);
      low.w = score_step(low.w, left, item_rows[near.w + v]);
      high.x = score_step(high.x, left, item_rows[further.x + v]);
      high.y = score_step(high.y, left, item_rows[further.y + v]);
      high.z = score_step(high.z, left, item_rows[further.z + v]);
      high.w = score_step(high.w, left, item_rows[further.w + v]);
    }
    var low_keys = vec4i(score_key(low.x), score_key(low.y), score_key(low.z), score_key(low.w));
    var high_keys = vec4i(score_key(high.x), score_key(high.y), score_key(high.z), score_key(high.w));
    // What is beyond the last item comes before nothing.
    let lowest = vec4i(-0x7fffffff);
    low_keys = select(lowest, low_keys, vec4u(i) + vec4u(0u, 1u, 2u, 3u) < vec4u(end));
    high_keys = select(lowest, high_keys, vec4u(i) + vec4u(4u, 5u, 6u, 7u) < vec4u(end));
    for (var q = 0u; q < QUADS; q++) {
      bar[q] = key[q] - vec4i(vec4u(i + 8u) <= own[q]);
    }
    // One short loop per item: drivers unroll these, and only then keep the arrays in registers.
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(low_keys.x) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(low_keys.y) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(low_keys.z) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(low_keys.w) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(high_keys.x) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(high_keys.y) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(high_keys.z) > bar[q]); }
    for (var q = 0u; q < QUADS; q++) { before[q] += vec4u(vec4i(high_keys.w) > bar[q]); }
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
