// Shared by the listwise kernels, behind exp_sum_part.wgsl and log_one_plus.wgsl.

// log(1e-5): with bounded scores, a denominator is never taken smaller, and there passes no gradient on.
const LOG_FLOOR: f32 = -11.512925464970229;

fn floored(log_denominator: f32) -> bool {
  return BOUND > 0u && log_denominator < LOG_FLOOR;
}

// exp with a result in [0, 1] whatever the rounding.
fn fraction(log_value: f32) -> f32 {
  return exp(min(log_value, 0.0));
}

// A listed score against a sum of exponentials, whose logarithm is `rest`: the loss log(exp(rest) + exp(score)) - score,
// and its slopes by rest and by score. The second is no p - 1: that would lose what is left of a p near 1.
fn against(rest: f32, score: f32) -> vec3f {
  let distance = rest - score;
  let small = exp(-abs(distance));
  let share = select(small, 1.0, distance >= 0.0) / (1.0 + small);
  if (floored(max(rest, score) + log_one_plus(small))) { return vec3f(LOG_FLOOR - score, 0.0, -1.0); }
  return vec3f(max(distance, 0.0) + log_one_plus(small), share, -share);
}

fn log_or_lowest(value: f32, shift: f32) -> f32 {
  if (value <= 0.0 || shift < -1.0e37) { return LOWEST; }
  return log(value) + shift;
}

fn log_add(left: f32, right: f32) -> f32 {
  let high = max(left, right);
  if (high < -1.0e37) { return LOWEST; }
  return high + log_one_plus(fraction(min(left, right) - high));
}
