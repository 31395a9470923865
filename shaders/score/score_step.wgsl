// Adds four dimensions to a score. Every kernel that scores goes through the dimensions with this, in ascending
// order from 0, so that a pair has the same bits everywhere: thresholds found by one kernel hold in the next.
fn score_step(sum: f32, left: vec4f, right: vec4f) -> f32 {
  return fma(left.w, right.w, fma(left.z, right.z, fma(left.y, right.y, fma(left.x, right.x, sum))));
}
