// Four embeddings side by side in one invocation: a Lanes holds one coordinate of each. The more of them, the fewer
// loads of the streamed side; the larger the embeddings, the fewer fit in registers.
alias Lanes = vec4f;
alias LaneTruth = vec4<bool>;
alias LaneBits = vec4u;
struct LaneQuad { x: vec4f, y: vec4f, z: vec4f, w: vec4f }

fn lane_bits(a: u32, b: u32, c: u32, d: u32) -> vec4u {
  return vec4u(a, b, c, d);
}
fn transposed(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> LaneQuad {
  return LaneQuad(vec4f(a.x, b.x, c.x, d.x), vec4f(a.y, b.y, c.y, d.y), vec4f(a.z, b.z, c.z, d.z),
    vec4f(a.w, b.w, c.w, d.w));
}
fn lane(quad: LaneQuad, c: u32) -> vec4f {
  return vec4f(quad.x[c], quad.y[c], quad.z[c], quad.w[c]);
}
fn first_lane(words: LaneBits) -> u32 {
  return select(select(select(3u, 2u, words.z != 0u), 1u, words.y != 0u), 0u, words.x != 0u);
}
fn word_of(words: LaneBits, l: u32) -> u32 {
  return select(select(select(words.w, words.z, l == 2u), words.y, l == 1u), words.x, l == 0u);
}
