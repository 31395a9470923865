// Behind exp_sum_part.wgsl and one of exp_sum_lanes*.wgsl; header: LANES, GROUPS, VISITS. `held` keeps the embeddings
// of an invocation, `gathered` sums of streamed ones: coordinate d of group g in element g * PADDED + d. Drivers leave
// such arrays in memory, far slower, unless every loop over them unrolls: so loops have constant lengths, no loop
// inside, and at most PART turns; longer embeddings take several calls. SwiftShader unrolls nothing, so embeddings of up to
// two vec4 do without loops.
const PADDED: u32 = WIDTH * 4u;
const PART: u32 = 8u;

var<private> held: array<Lanes, GROUPS * PADDED>;
var<private> gathered: array<Lanes, GROUPS * PADDED>;
var<private> streamed: array<vec4f, WEIGHTED_WIDTH>;

fn limited_lanes(score: Lanes) -> Lanes {
  if (BOUND == 0u) { return score; }
  return clamp(score, Lanes(-f32(BOUND)), Lanes(f32(BOUND)));
}

fn passing_lanes(share: Lanes, score: Lanes) -> Lanes {
  if (BOUND == 0u) { return share; }
  return select(share, Lanes(0.0), abs(score) > Lanes(f32(BOUND)));
}

fn product_step(g: u32, start: Lanes, w: u32) -> Lanes {
  let d = g * PADDED + 4u * w;
  var sum = start + held[d] * Lanes(streamed[w].x);
  if (4u * w + 1u < DIM) { sum += held[d + 1u] * Lanes(streamed[w].y); }
  if (4u * w + 2u < DIM) { sum += held[d + 2u] * Lanes(streamed[w].z); }
  if (4u * w + 3u < DIM) { sum += held[d + 3u] * Lanes(streamed[w].w); }
  return sum;
}

fn product_part(g: u32, start: Lanes, first: u32) -> Lanes {
  var sum = start;
  for (var w = first; w < min(first + PART, WIDTH); w++) { sum = product_step(g, sum, w); }
  return sum;
}

// Dot products of the group's embeddings with the streamed one.
fn products(g: u32) -> Lanes {
  if (WIDTH <= 2u) {
    let sum = product_step(g, Lanes(0.0), 0u);
    if (WIDTH == 1u) { return sum; }
    return product_step(g, sum, WIDTH - 1u);
  }
  var sum = product_part(g, Lanes(0.0), 0u);
  if (WIDTH > PART) { sum = product_part(g, sum, PART); }
  if (WIDTH > 2u * PART) { sum = product_part(g, sum, 2u * PART); }
  if (WIDTH > 3u * PART) { sum = product_part(g, sum, 3u * PART); }
  return sum;
}

fn gather_step(g: u32, factor: Lanes, w: u32) {
  let d = g * PADDED + 4u * w;
  gathered[d] += factor * Lanes(streamed[w].x);
  if (4u * w + 1u < DIM) { gathered[d + 1u] += factor * Lanes(streamed[w].y); }
  if (4u * w + 2u < DIM) { gathered[d + 2u] += factor * Lanes(streamed[w].z); }
  if (4u * w + 3u < DIM) { gathered[d + 3u] += factor * Lanes(streamed[w].w); }
}

fn gather_part(g: u32, factor: Lanes, first: u32) {
  for (var w = first; w < min(first + PART, WIDTH); w++) { gather_step(g, factor, w); }
}

// Adds the streamed embedding, times a factor.
fn gather(g: u32, factor: Lanes) {
  if (WIDTH <= 2u) {
    gather_step(g, factor, 0u);
    if (WIDTH > 1u) { gather_step(g, factor, WIDTH - 1u); }
    return;
  }
  gather_part(g, factor, 0u);
  if (WIDTH > PART) { gather_part(g, factor, PART); }
  if (WIDTH > 2u * PART) { gather_part(g, factor, 2u * PART); }
  if (WIDTH > 3u * PART) { gather_part(g, factor, 3u * PART); }
}
