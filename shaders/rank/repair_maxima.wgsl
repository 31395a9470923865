// Takes the excluded items out of group_maxima: where one of them is its group's best, the group is scored again
// without them. An invocation takes `share` of a user's excluded items from `first_place` on; two
// may repair the same group, with the
// same result. Header: VECTORS, HELD (those of a row that stay in registers). Parts: score_step, exclusion_search.
struct Params { count: u32, user_row: u32, item_row: u32, samples: u32, stride: u32, groups: u32,
  first_place: u32, share: u32 }
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> maxima: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read> offsets: array<u32>;
@group(0) @binding(5) var<storage, read> excluded: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let user = state[n];
  let own = (params.user_row + user) * VECTORS;
  var left: array<vec4f, HELD>;
  for (var v = 0u; v < HELD; v++) { left[v] = users[own + v]; }
  let start = offsets[user];
  let end = offsets[user + 1u];
  var place = start + params.first_place + id.y * params.share;
  let last = min(end, place + params.share);
  var repairing = false;
  var best = 0.0;
  // Among the items that take part: number `sample` is item `sample * stride`.
  var sample = 0u;
  // One item per turn, whether an excluded one or one of a group under repair: lanes stay busy together.
  while (place < last) {
    if (!repairing) {
      let item = excluded[place];
      sample = select(params.samples, item / params.stride, item % params.stride == 0u);
    }
    let known = sample < params.samples;
    var score = -3.4e38;
    if (known) {
      score = 0.0;
      let row = (params.item_row + sample * params.stride) * VECTORS;
      for (var v = 0u; v < HELD; v++) { score = score_step(score, left[v], item_rows[row + v]); }
      for (var v = HELD; v < VECTORS; v++) { score = score_step(score, users[own + v], item_rows[row + v]); }
    }
    let group = (sample % params.groups) * params.count + n;
    if (repairing) {
      if (score > best) {
        let item = sample * params.stride;
        let found = exclusion_at(item, start, end);
        var free = true;
        if (found < end) { free = excluded[found] != item; }
        if (free) { best = score; }
      }
      sample += params.groups;
      if (sample >= params.samples) {
        atomicStore(&maxima[group], bitcast<u32>(best));
        repairing = false;
        place++;
      }
    } else if (known && score >= bitcast<f32>(atomicLoad(&maxima[group]))) {
      repairing = true;
      best = -3.4e38;
      sample %= params.groups;
    } else {
      place++;
    }
  }
}
