// An unsigned number that orders like the score, both zeros alike, and the way back. 0 stands for no score at all.
fn ordered_key(score: f32) -> u32 {
  let bits = bitcast<u32>(select(score, 0.0, score == 0.0));
  return bits ^ select(0x80000000u, 0xffffffffu, bits >= 0x80000000u);
}

fn score_of(key: u32) -> f32 {
  return bitcast<f32>(key ^ select(0xffffffffu, 0x80000000u, key >= 0x80000000u));
}
