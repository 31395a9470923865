// For each user of a chunk and each group of items, the highest score: maxima[group * count + user], as bits. Only
// every `stride`-th item takes part. Group g holds the g-th of these, the (g + groups)-th, ...: neighbours often score
// alike, so they are kept apart.
// Header: USERS users per invocation, VECTORS vec4 per row, both small enough for registers; SHARE. Parts: score_step,
// one of shaders/subgroup.
struct Params {
  count: u32,
  user_row: u32,
  item_row: u32,
  samples: u32,
  stride: u32,
  groups: u32,
  first_group: u32,
  groups_per_slice: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> state: array<u32>;
@group(0) @binding(3) var<storage, read_write> maxima: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

var<private> user: array<vec4f, USERS * VECTORS>;
var<private> best: array<f32, USERS>;

fn visit(n: u32) {
  // Users side by side: sums that do not wait for each other.
  var score = array<f32, USERS>();
  /* unroll */ for (var v = 0u; v < VECTORS; v++) {
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      score[r] = score_step(score[r], user[r * VECTORS + v], streamed[v]);
    }
  }
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    best[r] = max(best[r], score[r]);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * SIZE * USERS + lane;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    let row = params.user_row + state[min(first + r * SIZE, params.count - 1u)];
    /* unroll */ for (var v = 0u; v < VECTORS; v++) {
      user[r * VECTORS + v] = users[row * VECTORS + v];
    }
  }
  let begin = params.first_group + workgroup.y * params.groups_per_slice;
  let end = min(params.groups, begin + params.groups_per_slice);
  for (var g = begin; g < end; g++) {
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      best[r] = -3.4e38;
    }
    for (var i = g; i < params.samples; i += params.groups * SHARE) {
      // Beyond the last one, the group's first one changes no maximum.
      let other = i + lane % SHARE * params.groups;
      let place = (params.item_row + select(g, other, other < params.samples) * params.stride) * VECTORS;
      /* unroll */ for (var v = 0u; v < VECTORS; v++) {
        own[v] = item_rows[place + v];
      }
      visit_shared(0u);
    }
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      let n = first + r * SIZE;
      if (n < params.count) {
        maxima[g * params.count + n] = bitcast<u32>(best[r]);
      }
    }
  }
}
