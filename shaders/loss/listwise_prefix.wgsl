// Shared by the kernels that go along the list of a row, behind listwise_part.wgsl.

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

// A sum of exponentials: exp(x) * y, and z = log(y).
fn added(sum: vec3f, score: f32) -> vec3f {
  let small = exp(-abs(score - sum.x));
  let y = select(sum.y + small, sum.y * small + 1.0, score > sum.x);
  return vec3f(max(score, sum.x), y, log(y));
}

fn term_loss(sum: vec3f, score: f32) -> f32 {
  return select((sum.x - score) + sum.z, LOG_FLOOR - score, floored(sum.x + sum.z));
}

// A place's denominator in Plackett-Luce is exp(its score) and what stands behind it: the denominator of the next place,
// at last the rest. Of a place is kept the logarithm of how the first stands to the second, its odds, which gives
// the share of either in the denominator, however small it is.
fn odds_before(behind: vec3f, score: f32) -> f32 {
  return (score - behind.x) - behind.z;
}

// One place on: x the sum of weight / denominator so far, in units of 1 / what stands behind the place; y dloss/dscore.
fn advanced(prefix: f32, place_odds: f32, score: f32, weight: f32) -> vec2f {
  let small = exp(-abs(place_odds));
  let shares = select(vec2f(small, 1.0), vec2f(1.0, small), place_odds >= 0.0) / (1.0 + small);
  let below = floored(score + max(-place_odds, 0.0) + log_one_plus(small));
  return vec2f(shares.y * (prefix + select(weight, 0.0, below)),
    shares.x * prefix - weight * select(shares.y, 1.0, below));
}
