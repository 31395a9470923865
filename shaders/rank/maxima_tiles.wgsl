// For each user of a chunk and each group of sampled items, the highest score: maxima[user * groups + group]. Only every
// `stride`-th item takes part. Group g holds the g-th of these, the (g + groups)-th, ...: neighbours often score alike,
// so they are kept apart. A workgroup has a tile of users and one of groups. Header: that of score_tile; `groups` is a
// multiple of ITEM_TILE. Parts: score_step, score_tile.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  samples: u32,
  stride: u32,
  groups: u32,
  first_tile: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> maxima: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const LOWEST: f32 = -3.4e38;
var<private> first_group: u32;

fn item_row_of(step: u32, place: u32) -> u32 {
  let sample = step * params.groups + first_group + place;
  return params.item_row + min(sample, params.samples - 1u) * params.stride;
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_user = workgroup.x * USER_TILE;
  let last_user = params.count - 1u;
  /* unroll */ for (var j = 0u; j < USER_LOADS; j++) {
    var user = params.first + min(first_user + (lane + j * SIZE) / SLAB, last_user);
    if (params.named == 1u) { user = rows[user]; }
    own_users[j] = (params.user_row + user) * VECTORS;
  }
  let user_lane = lane % USER_LANES;
  let item_lane = lane / USER_LANES;
  let begin = (params.first_tile + workgroup.y) * ITEM_TILE;
  first_group = begin;
  var best: array<vec4f, QUADS * USERS>;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    /* unroll */ for (var q = 0u; q < QUADS; q++) { best[q * USERS + r] = vec4f(LOWEST); }
  }
  let steps = (max(params.samples, begin) - begin + params.groups - 1u) / params.groups;
  start_tiles(0u, lane);
  for (var step = 0u; step < steps; step++) {
    score_tile(step, step + 1u, step == 0u, lane);
    /* unroll */ for (var q = 0u; q < QUADS; q++) {
      let sample = step * params.groups + begin + q * 4u * ITEM_LANES + item_lane * 4u;
      let sampled = vec4u(sample) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.samples);
      /* unroll */ for (var r = 0u; r < USERS; r++) {
        best[q * USERS + r] = max(best[q * USERS + r], select(vec4f(LOWEST), score[q * USERS + r], sampled));
      }
    }
  }
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    let n = first_user + r * USER_LANES + user_lane;
    if (n <= last_user) {
      /* unroll */ for (var q = 0u; q < QUADS; q++) {
        let group = begin + q * 4u * ITEM_LANES + item_lane * 4u;
        maxima[(n * params.groups + group) >> 2u] = best[q * USERS + r];
      }
    }
  }
}
