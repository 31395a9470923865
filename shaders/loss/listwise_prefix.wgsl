// Shared by the Plackett-Luce kernels, behind listwise_part.wgsl.

// Numbers of AHEAD places of a row, which are loaded before the first is used: the row's loop waits for memory once.
var<private> ahead: array<f32, AHEAD>;

// Scores from place `first` on; those from `end` on repeat the last.
fn load_ahead(first: u32, end: u32, slot: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) { ahead[u] = scores[min(first + u, end - 1u) * params.count + slot]; }
}

// Scores from the place before `end` backwards; those before `first` repeat it.
fn load_back(first: u32, end: u32, slot: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    ahead[u] = scores[(max(end, first + 1u + u) - 1u - u) * params.count + slot];
  }
}

// A sum of exponentials: exp(x) * y.
fn added(sum: vec2f, score: f32) -> vec2f {
  let small = exp(-abs(score - sum.x));
  if (score > sum.x) { return vec2f(score, sum.y * small + 1.0); }
  return vec2f(sum.x, sum.y + small);
}

fn term_loss(sum: vec2f, score: f32) -> f32 {
  let log_sum = log(sum.y);
  return select((sum.x - score) + log_sum, LOG_FLOOR - score, floored(sum.x + log_sum));
}

// One step along a list: x is the log denominator before, y the sum of weight / denominator, in units of 1 / exp(x).
fn advanced(prefix: vec2f, denominator: f32, weight: f32) -> vec2f {
  return vec2f(denominator, prefix.y * fraction(denominator - prefix.x) + select(weight, 0.0, floored(denominator)));
}
