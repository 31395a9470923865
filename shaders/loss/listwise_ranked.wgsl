// Plackett-Luce over two lists per row: the positives P, then the tops T. With R the sum over everything unlisted, the
// denominator of the k-th top is c_k = R + the exponentials of the tops from k on. That is the same number for the
// list of the first half and the list of the first tenth of T, each with what it leaves out of T in its rest; so both
// are one list whose k-th term weighs 1/2 for each of the two that hold it. P's rest is R and the second half of T.
// Scores become coefficients dL/ds in place. One invocation per row.
struct Params { start: u32, count: u32, weight: f32, log_weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> odds: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.x * 64u + local.x;
  if (slot >= params.count) { return; }
  let span = spans[numbers[params.start + slot]];
  let middle = span.z - span.y;
  let end = span.w - span.y;
  let half = middle + (end - middle) / 2u;
  let tenth = middle + (end - middle) / 10u;
  var loss = 0.0;

  let rest = logs[slot].x;
  var sum = vec3f(rest, 1.0, 0.0);
  var positives_sum = sum;
  for (var last = end; last > middle; last -= min(AHEAD, last - middle)) {
    load_back(middle, last, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (last > middle + u) {
        let n = last - u;
        let score = limited(ahead[u]);
        odds[(n - 1u) * params.count + slot] = odds_before(sum, score);
        sum = added(sum, score);
        let weight = select(0.0, 0.5, n <= half) + select(0.0, 0.5, n <= tenth);
        if (n > half) { positives_sum = sum; }
        loss += weight * term_loss(sum, score);
      }
    }
  }
  loss += list_loss(0u, middle, slot, positives_sum);
  losses[params.start + slot] = params.weight * loss;

  let positives_weight =
    log_or_lowest(list_coefficients(0u, middle, slot), -(positives_sum.x + positives_sum.z));
  var prefix = 0.0;
  for (var first = middle; first < end; first += AHEAD) {
    load_ahead(first, end, slot);
    load_odds(first, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < end) {
        let n = first + u;
        let raw = ahead[u];
        let score = limited(raw);
        let next = advanced(prefix, ahead_odds[u], score, select(0.0, 0.5, n < half) + select(0.0, 0.5, n < tenth));
        prefix = next.x;
        let coefficient = next.y + select(0.0, exp(score + positives_weight), n >= half);
        scores[n * params.count + slot] = select(0.0, params.weight * coefficient, passes(raw));
      }
    }
  }
  let tops_weight = log_or_lowest(prefix, -rest);
  let both = log_add(positives_weight, tops_weight);
  logs[slot].y = select(both + params.log_weight, LOWEST, both < -1.0e37 || rest < -1.0e37);
}
