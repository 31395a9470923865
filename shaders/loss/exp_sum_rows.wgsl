// One slice of the vectors, streamed past the rows: per row the sum of exp(score - m) and of exp(score - m) * vector
// over the vectors outside the row's index. Every invocation holds GROUPS * LANES rows; all read the same vector at a
// time.
struct Params { start: u32, count: u32, first_vector: u32, vectors: u32, slice_length: u32, first_slice: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> numbers: array<u32>;
@group(0) @binding(3) var<storage, read> spans: array<vec4u>;
@group(0) @binding(4) var<storage, read> entries: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> partial_vectors: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

const BLOCK: u32 = 32u;
const NEVER: u32 = 0xffffffffu;
// A block is summed with the maximum known before it, and again if a score exceeds that by more than this.
const SLACK: f32 = 60.0;

var<private> highest: array<Lanes, GROUPS>;
var<private> sum: array<Lanes, GROUPS>;
var<private> sum_vector: array<Lanes, GROUPS * PADDED>;
var<private> top: array<Lanes, GROUPS>;
var<private> block: array<Lanes, GROUPS>;
var<private> excluded: array<LaneBits, GROUPS>;
var<private> entry: array<u32, GROUPS * LANES>;
var<private> end: array<u32, GROUPS * LANES>;
var<private> upcoming: array<u32, GROUPS * LANES>;

fn vector_at(place: u32, last: u32) -> u32 {
  if (place < last) { return entries[place].x; }
  return NEVER;
}

// Moves a row's entry to the first one that is not before `first`.
fn seek(r: u32, slot: u32, first: u32) {
  let number = numbers[params.start + min(slot + r * SIZE, params.count - 1u)];
  var low = spans[number].x;
  let last = spans[number + 1u].x;
  var high = last;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (entries[middle].x < first) { low = middle + 1u; } else { high = middle; }
  }
  entry[r] = low;
  end[r] = last;
  upcoming[r] = vector_at(low, last);
}

fn hold_step(g: u32, slot: u32, w: u32) {
  let r = g * LANES;
  let last = params.count - 1u;
  let quad = transposed(
    rows[min(slot + r * SIZE, last) * WIDTH + w],
    rows[min(slot + (r + 1u) * SIZE, last) * WIDTH + w],
    rows[min(slot + (r + 2u) * SIZE, last) * WIDTH + w],
    rows[min(slot + (r + 3u) * SIZE, last) * WIDTH + w]);
  let d = g * PADDED + 4u * w;
  held[d] = quad.x;
  held[d + 1u] = quad.y;
  held[d + 2u] = quad.z;
  held[d + 3u] = quad.w;
}

fn hold_part(g: u32, slot: u32, first: u32) {
  if (WIDTH <= 2u) {
    hold_step(g, slot, 0u);
    if (WIDTH > 1u) { hold_step(g, slot, WIDTH - 1u); }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { hold_step(g, slot, w); }
}

fn start_group(g: u32, slot: u32, first: u32) {
  hold_part(g, slot, 0u);
  if (WIDTH > PART) { hold_part(g, slot, PART); }
  if (WIDTH > 2u * PART) { hold_part(g, slot, 2u * PART); }
  if (WIDTH > 3u * PART) { hold_part(g, slot, 3u * PART); }
  highest[g] = Lanes(select(0.0, -1.0e38, BOUND == 0u));
  top[g] = Lanes(LOWEST);
  let r = g * LANES;
  seek(r, slot, first);
  if (LANES > 1u) { seek(r + 1u, slot, first); }
  if (LANES > 2u) { seek(r + 2u, slot, first); seek(r + 3u, slot, first); }
}

// One bit per vector of the block that a row leaves out.
fn excluded_of(r: u32, base: u32, limit: u32) -> u32 {
  var mask = 0u;
  if (limit - base < BLOCK) { mask = 0xffffffffu << (limit - base); }
  var next = upcoming[r];
  var place = entry[r];
  while (next < limit) {
    mask |= 1u << (next - base);
    place++;
    next = vector_at(place, end[r]);
  }
  upcoming[r] = next;
  entry[r] = place;
  return mask;
}

fn exclude(g: u32, base: u32, limit: u32) {
  let r = g * LANES;
  let a = excluded_of(r, base, limit);
  var b = 0u;
  var c = 0u;
  var d = 0u;
  if (LANES > 1u) { b = excluded_of(r + 1u, base, limit); }
  if (LANES > 2u) { c = excluded_of(r + 2u, base, limit); d = excluded_of(r + 3u, base, limit); }
  excluded[g] = lane_bits(a, b, c, d);
}

fn load_part(place: u32, first: u32) {
  if (WIDTH <= 2u) {
    streamed[0] = vectors[place];
    if (WIDTH > 1u) { streamed[WIDTH - 1u] = vectors[place + 1u]; }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { streamed[w] = vectors[place + w]; }
}

fn visit_group(g: u32, bit: u32) {
  let raw = products(g);
  let out = (excluded[g] & LaneBits(1u << bit)) != LaneBits(0u);
  let score = select(limited_lanes(raw), Lanes(LOWEST), out);
  top[g] = max(top[g], score);
  let share = select(exp(min(score - highest[g], Lanes(SLACK))), Lanes(0.0), out);
  block[g] += share;
  gather(g, passing_lanes(share, raw));
}

// Adds one vector to the block's sums.
fn visit(base: u32, bit: u32) {
  let place = (params.first_vector + min(base + bit, params.vectors - 1u)) * WIDTH;
  load_part(place, 0u);
  if (WIDTH > PART) { load_part(place, PART); }
  if (WIDTH > 2u * PART) { load_part(place, 2u * PART); }
  if (WIDTH > 3u * PART) { load_part(place, 3u * PART); }
  visit_group(0u, bit);
  if (GROUPS > 1u) { visit_group(GROUPS - 1u, bit); }
}

fn too_high(g: u32) -> bool {
  return any(top[g] > highest[g] + Lanes(SLACK));
}

fn settle_step(g: u32, scale: Lanes, share: f32, w: u32) {
  let d = g * PADDED + 4u * w;
  sum_vector[d] = sum_vector[d] * scale + gathered[d] * share;
  sum_vector[d + 1u] = sum_vector[d + 1u] * scale + gathered[d + 1u] * share;
  sum_vector[d + 2u] = sum_vector[d + 2u] * scale + gathered[d + 2u] * share;
  sum_vector[d + 3u] = sum_vector[d + 3u] * scale + gathered[d + 3u] * share;
  gathered[d] = Lanes(0.0);
  gathered[d + 1u] = Lanes(0.0);
  gathered[d + 2u] = Lanes(0.0);
  gathered[d + 3u] = Lanes(0.0);
}

fn settle_part(g: u32, scale: Lanes, share: f32, first: u32) {
  if (WIDTH <= 2u) {
    settle_step(g, scale, share, 0u);
    if (WIDTH > 1u) { settle_step(g, scale, share, WIDTH - 1u); }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { settle_step(g, scale, share, w); }
}

// Adds the block's sums to the slice's or, if the block has to be done again, raises the maximum; clears the block's.
fn settle(g: u32, again: bool) {
  let raised = select(highest[g], top[g], top[g] > highest[g] + Lanes(SLACK));
  let scale = exp(highest[g] - raised);
  let share = select(1.0, 0.0, again);
  highest[g] = raised;
  sum[g] = sum[g] * scale + block[g] * share;
  block[g] = Lanes(0.0);
  top[g] = Lanes(LOWEST);
  settle_part(g, scale, share, 0u);
  if (WIDTH > PART) { settle_part(g, scale, share, PART); }
  if (WIDTH > 2u * PART) { settle_part(g, scale, share, 2u * PART); }
  if (WIDTH > 3u * PART) { settle_part(g, scale, share, 3u * PART); }
}

fn keep_step(g: u32, c: u32, place: u32, w: u32) {
  let d = g * PADDED + 4u * w;
  partial_vectors[place * WIDTH + w] =
    lane(LaneQuad(sum_vector[d], sum_vector[d + 1u], sum_vector[d + 2u], sum_vector[d + 3u]), c);
}

fn keep_part(g: u32, c: u32, place: u32, first: u32) {
  if (WIDTH <= 2u) {
    keep_step(g, c, place, 0u);
    if (WIDTH > 1u) { keep_step(g, c, place, WIDTH - 1u); }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { keep_step(g, c, place, w); }
}

fn keep_row(g: u32, c: u32, slot: u32, slice: u32) {
  if (slot >= params.count) { return; }
  let place = slice * params.count + slot;
  partial_sums[place] = lane(LaneQuad(highest[g], sum[g], sum[g], sum[g]), c).xy;
  keep_part(g, c, place, 0u);
  if (WIDTH > PART) { keep_part(g, c, place, PART); }
  if (WIDTH > 2u * PART) { keep_part(g, c, place, 2u * PART); }
  if (WIDTH > 3u * PART) { keep_part(g, c, place, 3u * PART); }
}

fn keep_group(g: u32, slot: u32, slice: u32) {
  let r = g * LANES;
  keep_row(g, 0u, slot + r * SIZE, slice);
  if (LANES > 1u) { keep_row(g, 1u, slot + (r + 1u) * SIZE, slice); }
  if (LANES > 2u) {
    keep_row(g, 2u, slot + (r + 2u) * SIZE, slice);
    keep_row(g, 3u, slot + (r + 3u) * SIZE, slice);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slice = params.first_slice + group.y;
  let first = slice * params.slice_length;
  let last = min(params.vectors, first + params.slice_length);
  let slot = group.x * (SIZE * GROUPS * LANES) + local.x;
  start_group(0u, slot, first);
  if (GROUPS > 1u) { start_group(GROUPS - 1u, slot, first); }
  for (var base = first; base < last; base += BLOCK) {
    let limit = min(base + BLOCK, last);
    exclude(0u, base, limit);
    if (GROUPS > 1u) { exclude(GROUPS - 1u, base, limit); }
    loop {
      for (var n = 0u; n < BLOCK; n += VISITS) {
        visit(base, n);
        if (VISITS > 1u) { visit(base, n + 1u); }
        if (VISITS > 2u) { visit(base, n + 2u); visit(base, n + 3u); }
      }
      var again = too_high(0u);
      if (GROUPS > 1u) { again = again || too_high(GROUPS - 1u); }
      settle(0u, again);
      if (GROUPS > 1u) { settle(GROUPS - 1u, again); }
      if (!again) { break; }
    }
  }
  keep_group(0u, slot, slice);
  if (GROUPS > 1u) { keep_group(GROUPS - 1u, slot, slice); }
}
