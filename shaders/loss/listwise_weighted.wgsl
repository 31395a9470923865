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
  var sum = vec2f(logs[slot].x, 1.0);
  for (var first = middle; first < end; first += AHEAD) {
    load_ahead(first, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < end) { sum = added(sum, limited(ahead[u])); }
    }
  }
  let denominator = sum.x + log(sum.y);
  let free = !floored(denominator);

  // dL/dZ, in units of 1 / Z.
  var slope = 0.0;
  var loss = 0.0;
  for (var n = 0u; n < middle; n++) {
    let place = n * params.count + slot;
    let raw = scores[place];
    let score = limited(raw);
    let own = log_add(denominator, score);
    let below = floored(own);
    loss += params.positives_weight * (select(own, LOG_FLOOR, below) - score);
    slope += select(params.positives_weight * fraction(denominator - own), 0.0, below);
    let coefficient = select(fraction(score - own), 0.0, below) - 1.0;
    scores[place] = select(0.0, params.weight * params.positives_weight * coefficient, passes(raw));
  }
  if (free) {
    for (var n = middle; n < end; n++) { slope += exp(-f32(n - middle) / params.scale); }
  }
  for (var first = middle; first < end; first += AHEAD) {
    load_ahead(first, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < end) {
        let weight = exp(-f32(first + u - middle) / params.scale);
        let score = limited(ahead[u]);
        loss += weight * (select(LOG_FLOOR, denominator, free) - score);
        let coefficient = slope * fraction(score - denominator) - weight;
        scores[(first + u) * params.count + slot] = select(0.0, params.weight * coefficient, passes(ahead[u]));
      }
    }
  }
  losses[params.start + slot] = params.weight * loss;
  let total = log_or_lowest(slope, -denominator);
  logs[slot].y = select(total + params.log_weight, LOWEST, total < -1.0e37 || logs[slot].x < -1.0e37);
}
