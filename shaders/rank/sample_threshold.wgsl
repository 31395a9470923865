// A workgroup finds one user's threshold: a score that `rank` groups of sampled items reach with their maximum, and few
// more. Groups whose best item is excluded do not count. Also starts the user's `state`; its fields, each `count` long:
// user number, threshold (bits), candidates, whether select_exact has to serve the user. Header: SIZE, GROUPS,
// SHARE = GROUPS / SIZE, rounded up; VECTORS, WRITTEN (a divisor of it). Parts: score_step, ordered_key, workgroup_reach.
struct Params {
  count: u32,
  first: u32,
  named: u32,
  user_row: u32,
  item_row: u32,
  samples: u32,
  stride: u32,
  rank: u32,
  excluding: u32,
}
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read> excluded: array<u32>;
@group(0) @binding(5) var<storage, read> maxima: array<f32>;
@group(0) @binding(6) var<storage, read_write> state: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

const LOWEST: f32 = -3.4e38;
var<workgroup> keys: array<atomic<u32>, GROUPS>;

fn key_at(place: u32) -> u32 {
  return atomicLoad(&keys[place]);
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = group.x;
  var user = params.first + n;
  if (params.named == 1u) { user = rows[user]; }
  // All are loaded before the first is used.
  var best: array<f32, SHARE>;
  /* unroll */ for (var j = 0u; j < SHARE; j++) { best[j] = maxima[n * GROUPS + min(j * SIZE + lane, GROUPS - 1u)]; }
  /* unroll */ for (var j = 0u; j < SHARE; j++) {
    let key = select(0u, ordered_key(best[j]), best[j] > LOWEST);
    if (j * SIZE + lane < GROUPS) { atomicStore(&keys[j * SIZE + lane], key); }
  }
  workgroupBarrier();
  if (params.excluding == 1u) {
    let end = offsets[user + 1u];
    for (var place = offsets[user] + lane; place < end; place += SIZE) {
      let item = excluded[place];
      let sample = item / params.stride;
      if (sample * params.stride == item && sample < params.samples) {
        let left = (params.user_row + user) * VECTORS;
        let right = (params.item_row + item) * VECTORS;
        var score = 0.0;
        for (var v = 0u; v < VECTORS; v += WRITTEN) {
          var own: array<vec4f, WRITTEN>;
          var other: array<vec4f, WRITTEN>;
          /* unroll */ for (var w = 0u; w < WRITTEN; w++) {
            own[w] = users[left + v + w];
            other[w] = item_rows[right + v + w];
          }
          /* unroll */ for (var w = 0u; w < WRITTEN; w++) { score = score_step(score, own[w], other[w]); }
        }
        if (ordered_key(score) >= atomicLoad(&keys[sample % GROUPS])) { atomicStore(&keys[sample % GROUPS], 0u); }
      }
    }
    workgroupBarrier();
  }
  let low = reached(GROUPS, params.rank, params.rank >> 4u, lane).low;
  if (lane == 0u) {
    var threshold = LOWEST;
    // A few units of rounding lower, in case another kernel rounds otherwise.
    if (low > 0u) { threshold = max(LOWEST, score_of(low) - abs(score_of(low)) * 1e-6); }
    state[n] = user;
    state[params.count + n] = bitcast<u32>(threshold);
    state[2u * params.count + n] = 0u;
    state[3u * params.count + n] = 0u;
  }
}
