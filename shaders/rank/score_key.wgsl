// An integer that orders like the score; both zeros have the same.
fn score_key(score: f32) -> i32 {
  let bits = bitcast<i32>(select(score, 0.0, score == 0.0));
  return bits ^ ((bits >> 31u) & 0x7fffffff);
}
