// The n-th top t weighs w_n = exp(-n / scale) in a softmax: with Z the sum over everything that is not observed, loss =
// sum of w_n (log Z - s_t) + positives_weight x sum over the positives p of log(Z + exp(s_p)) - s_p. Scores become
// coefficients dL/ds in place; the row's log weight is log(dL/dZ). One invocation per row.
struct Params { start: u32, count: u32, weight: f32, log_weight: f32, positives_weight: f32, scale: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.x * 64u + local.x;
  if (slot >= params.count) { return; }
  let span = spans[numbers[params.start + slot]];
  let middle = span.z - span.y;
  let end = span.w - span.y;
  // Z is exp(largest) * (1 + others). Of a top that is the largest, the share may be so near to 1 that only the others'
  // tells how far.
  var largest = logs[slot].x;
  var others = 0.0;
  var foremost = end;
  for (var first = middle; first < end; first += AHEAD) {
    load_ahead(first, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < end) {
        let score = limited(ahead[u]);
        let small = exp(-abs(score - largest));
        if (score > largest) {
          others = (others + 1.0) * small;
          largest = score;
          foremost = first + u;
        } else {
          others += small;
        }
      }
    }
  }
  let log_sum = largest + log(1.0 + others);
  let free = !floored(log_sum);

  // dL/dZ, in units of 1 / Z, without the foremost top's part.
  var slope = 0.0;
  var loss = 0.0;
  for (var n = 0u; n < middle; n++) {
    let raw = scores[n * params.count + slot];
    let term = params.positives_weight * against(log_sum, limited(raw));
    loss += term.x;
    slope += term.y;
    scores[n * params.count + slot] = select(0.0, params.weight * term.z, passes(raw));
  }
  if (free) {
    for (var n = middle; n < end; n++) { slope += select(exp(-f32(n - middle) / params.scale), 0.0, n == foremost); }
  }
  let foremost_weight = select(0.0, exp(-f32(foremost - middle) / params.scale), free && foremost < end);
  for (var first = middle; first < end; first += AHEAD) {
    load_ahead(first, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < end) {
        let weight = exp(-f32(first + u - middle) / params.scale);
        let score = limited(ahead[u]);
        loss += weight * (select(LOG_FLOOR, log_sum, free) - score);
        let share = exp(min(score - largest, 0.0)) / (1.0 + others);
        var coefficient = (slope + foremost_weight) * share - weight;
        if (first + u == foremost) {
          coefficient = slope * share - weight * select(1.0, others / (1.0 + others), free);
        }
        scores[(first + u) * params.count + slot] = select(0.0, params.weight * coefficient, passes(ahead[u]));
      }
    }
  }
  losses[params.start + slot] = params.weight * loss;
  let total = log_or_lowest(slope + foremost_weight, -log_sum);
  logs[slot].y = select(total + params.log_weight, LOWEST, total < -1.0e37 || logs[slot].x < -1.0e37);
}
