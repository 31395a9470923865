// Two embeddings side by side; exp_sum_lanes4.wgsl says what for.
alias Lanes = vec2f;
alias LaneTruth = vec2<bool>;
alias LaneBits = vec2u;
struct LaneQuad { x: vec2f, y: vec2f, z: vec2f, w: vec2f }

fn lane_bits(a: u32, b: u32, c: u32, d: u32) -> vec2u {
  return vec2u(a, b);
}
fn transposed(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> LaneQuad {
  return LaneQuad(vec2f(a.x, b.x), vec2f(a.y, b.y), vec2f(a.z, b.z), vec2f(a.w, b.w));
}
fn lane(quad: LaneQuad, c: u32) -> vec4f {
  return vec4f(quad.x[c], quad.y[c], quad.z[c], quad.w[c]);
}
fn first_lane(words: LaneBits) -> u32 {
  return select(1u, 0u, words.x != 0u);
}
fn word_of(words: LaneBits, l: u32) -> u32 {
  return select(words.y, words.x, l == 0u);
}
