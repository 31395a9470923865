// Shared by the exp-sum kernels. Header: DIM (length of an embedding), WIDTH (vec4 in it), WEIGHTED_WIDTH
// (vec4 in one with its log weight behind it), BOUND (scores are clamped to +-BOUND; 0: free).

// Stands for the logarithm of zero.
const LOWEST: f32 = -3.0e38;

// Free scores are streamed in units of log 2, so that exp2 takes them as they are.
const UNIT: f32 = select(1.4426950408889634, 1.0, BOUND > 0u);

fn limited(score: f32) -> f32 {
  if (BOUND == 0u) { return score; }
  return clamp(score, -f32(BOUND), f32(BOUND));
}

// Whether a score passes its gradient on: one outside the bound does not.
fn passes(score: f32) -> bool {
  return BOUND == 0u || abs(score) <= f32(BOUND);
}

// Where the second and the third table of marks start; exp_sum_prepare.wgsl says what they are.
fn marks_by_vector(blocks: u32, padded: u32) -> u32 {
  return blocks * padded;
}
fn marks_of_entries(blocks: u32, padded: u32) -> u32 {
  return blocks * padded + 32u * blocks * ((padded + 31u) / 32u);
}

// Blocks that share an entry in the third.
const TOGETHER: u32 = 4u;
