// One embedding at a time; exp_sum_lanes4.wgsl says what for.
alias Lanes = f32;
alias LaneTruth = bool;
alias LaneBits = u32;
struct LaneQuad { x: f32, y: f32, z: f32, w: f32 }

fn lane_bits(a: u32, b: u32, c: u32, d: u32) -> u32 {
  return a;
}
fn transposed(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> LaneQuad {
  return LaneQuad(a.x, a.y, a.z, a.w);
}
fn lane(quad: LaneQuad, c: u32) -> vec4f {
  return vec4f(quad.x, quad.y, quad.z, quad.w);
}
fn first_lane(words: LaneBits) -> u32 {
  return 0u;
}
fn word_of(words: LaneBits, l: u32) -> u32 {
  return words;
}
