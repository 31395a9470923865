// Behind exp_sum_part.wgsl, one of exp_sum_lanes*.wgsl and one of shaders/subgroup; header: LANES, GROUPS, FUSED. `held` keeps
// the embeddings of an invocation, `gathered` sums of streamed ones: coordinate d of group g in element g * PADDED + d.
// Drivers leave such arrays in memory, far slower, unless every index is constant: so all loops over them are written
// out.
const PADDED: u32 = WIDTH * 4u;

var<private> held: array<Lanes, GROUPS * PADDED>;
var<private> gathered: array<Lanes, GROUPS * PADDED>;

// Keeps four coordinates of the embeddings of a group.
fn hold(g: u32, w: u32, quad: LaneQuad) {
  let d = g * PADDED + 4u * w;
  held[d] = quad.x * UNIT;
  held[d + 1u] = quad.y * UNIT;
  held[d + 2u] = quad.z * UNIT;
  held[d + 3u] = quad.w * UNIT;
}

fn limited_lanes(score: Lanes) -> Lanes {
  if (BOUND == 0u) { return score; }
  return clamp(score, Lanes(-f32(BOUND)), Lanes(f32(BOUND)));
}

// The exponential of a score in units of UNIT.
fn power(score: Lanes) -> Lanes {
  if (BOUND == 0u) { return exp2(score); }
  return exp(score);
}

fn passing_lanes(share: Lanes, score: Lanes) -> Lanes {
  if (BOUND == 0u) { return share; }
  return select(share, Lanes(0.0), abs(score) > Lanes(f32(BOUND)));
}

// Graphics processors have one instruction for it; some software drivers go through it lane by lane.
fn multiply_add(left: Lanes, right: f32, addend: Lanes) -> Lanes {
  if (FUSED == 1u) { return fma(left, Lanes(right), addend); }
  return addend + left * Lanes(right);
}

fn product_step(g: u32, start: Lanes, w: u32) -> Lanes {
  let d = g * PADDED + 4u * w;
  var sum = multiply_add(held[d], streamed[w].x, start);
  if (4u * w + 1u < DIM) { sum = multiply_add(held[d + 1u], streamed[w].y, sum); }
  if (4u * w + 2u < DIM) { sum = multiply_add(held[d + 2u], streamed[w].z, sum); }
  if (4u * w + 3u < DIM) { sum = multiply_add(held[d + 3u], streamed[w].w, sum); }
  return sum;
}

// Dot products of the group's embeddings with the streamed one, added to `start`.
fn products(g: u32, start: Lanes) -> Lanes {
  var sum = start;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) { sum = product_step(g, sum, w); }
  return sum;
}

fn gather_quad(g: u32, w: u32, factor: Lanes, quad: vec4f) {
  let d = g * PADDED + 4u * w;
  gathered[d] = multiply_add(factor, quad.x, gathered[d]);
  if (4u * w + 1u < DIM) { gathered[d + 1u] = multiply_add(factor, quad.y, gathered[d + 1u]); }
  if (4u * w + 2u < DIM) { gathered[d + 2u] = multiply_add(factor, quad.z, gathered[d + 2u]); }
  if (4u * w + 3u < DIM) { gathered[d + 3u] = multiply_add(factor, quad.w, gathered[d + 3u]); }
}

// Adds the streamed embedding, times a factor.
fn gather(g: u32, factor: Lanes) {
  /* unroll */ for (var w = 0u; w < WIDTH; w++) { gather_quad(g, w, factor, streamed[w]); }
}
