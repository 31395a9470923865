// Shared by the exp-sum kernels. Header: WIDTH (vec4 in an embedding), BOUND (scores are clamped to +-BOUND; 0: free).

// Stands for the logarithm of zero.
const LOWEST: f32 = -3.0e38;

fn limited(score: f32) -> f32 {
  if (BOUND == 0u) { return score; }
  return clamp(score, -f32(BOUND), f32(BOUND));
}

// Whether a score passes its gradient on: one outside the bound does not.
fn passes(score: f32) -> bool {
  return BOUND == 0u || abs(score) <= f32(BOUND);
}

fn product(left: vec4f, right: vec4f, start: f32) -> f32 {
  return fma(left.w, right.w, fma(left.z, right.z, fma(left.y, right.y, fma(left.x, right.x, start))));
}
