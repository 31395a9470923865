// group_maxima for rows too long for registers: USERS x ITEMS scores grow together, four dimensions at a time.
// Header: USERS, ITEMS (both small), VECTORS. Parts: score_step.
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

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = workgroup.x * SIZE * USERS + lane;
  var user: array<u32, USERS>;
  /* unroll */ for (var r = 0u; r < USERS; r++) {
    user[r] = (params.user_row + state[min(first + r * SIZE, params.count - 1u)]) * VECTORS;
  }
  let begin = params.first_group + workgroup.y * params.groups_per_slice;
  let end = min(params.groups, begin + params.groups_per_slice);
  for (var g = begin; g < end; g++) {
    var best: array<f32, USERS>;
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      best[r] = -3.4e38;
    }
    for (var i = g; i < params.samples; i += params.groups * ITEMS) {
      // Beyond the last one the tile repeats the group's first one, which changes no maximum.
      var item: array<u32, ITEMS>;
      /* unroll */ for (var c = 0u; c < ITEMS; c++) {
        let other = i + c * params.groups;
        item[c] = (params.item_row + select(i, other, other < params.samples) * params.stride) * VECTORS;
      }
      // Without the value, naga would keep the scores of the turn before.
      var score = array<f32, USERS * ITEMS>();
      for (var v = 0u; v < VECTORS; v++) {
        var right: array<vec4f, ITEMS>;
        /* unroll */ for (var c = 0u; c < ITEMS; c++) {
          right[c] = item_rows[item[c] + v];
        }
        /* unroll */ for (var r = 0u; r < USERS; r++) {
          let left = users[user[r] + v];
          /* unroll */ for (var c = 0u; c < ITEMS; c++) {
            score[r * ITEMS + c] = score_step(score[r * ITEMS + c], left, right[c]);
          }
        }
      }
      /* unroll */ for (var r = 0u; r < USERS; r++) {
        /* unroll */ for (var c = 0u; c < ITEMS; c++) {
          best[r] = max(best[r], score[r * ITEMS + c]);
        }
      }
    }
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      let n = first + r * SIZE;
      if (n < params.count) {
        maxima[g * params.count + n] = bitcast<u32>(best[r]);
      }
    }
  }
}
