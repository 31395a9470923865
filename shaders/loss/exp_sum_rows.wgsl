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
// A block is summed relative to the highest score known before it, and again if its sum exceeds this.
const MOST: f32 = 1.0e24;
// So many vectors give a slice its first highest score.
const FIRST: u32 = 8u;

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

fn start_group(g: u32, slot: u32, first: u32) {
  let r = g * LANES;
  let last = params.count - 1u;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let quad = transposed(
      rows[min(slot + r * SIZE, last) * WIDTH + w],
      rows[min(slot + (r + 1u) * SIZE, last) * WIDTH + w],
      rows[min(slot + (r + 2u) * SIZE, last) * WIDTH + w],
      rows[min(slot + (r + 3u) * SIZE, last) * WIDTH + w]);
    let d = g * PADDED + 4u * w;
    held[d] = quad.x * UNIT;
    held[d + 1u] = quad.y * UNIT;
    held[d + 2u] = quad.z * UNIT;
    held[d + 3u] = quad.w * UNIT;
  }
  highest[g] = Lanes(select(0.0, LOWEST, BOUND == 0u));
  /* unroll */ for (var l = 0u; l < LANES; l++) { seek(r + l, slot, first); }
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

fn load(item: u32) {
  let place = (params.first_vector + min(item, params.vectors - 1u)) * WIDTH;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) { own[w] = vectors[place + w]; }
}

fn left_out(g: u32, bit: u32) -> LaneTruth {
  return (excluded[g] & LaneBits(1u << bit)) != LaneBits(0u);
}

fn visit_group(g: u32, bit: u32) {
  let raw = products(g, -highest[g]);
  let share = select(power(limited_lanes(raw)), Lanes(0.0), left_out(g, bit));
  block[g] += share;
  gather(g, passing_lanes(share, raw));
}

// Adds the streamed vector to the block's sums.
fn visit(bit: u32, extra: vec2u) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { visit_group(g, bit); }
}

fn look(g: u32, bit: u32) {
  top[g] = max(top[g], select(products(g, Lanes(0.0)), Lanes(LOWEST), left_out(g, bit)));
}

// Raises the highest scores to those among the first vectors of a block, and the sums so far with them.
fn raise(g: u32) {
  let raised = max(highest[g], top[g]);
  let scale = exp2(highest[g] - raised);
  highest[g] = raised;
  sum[g] *= scale;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    /* unroll */ for (var part = 0u; part < 4u; part++) { sum_vector[g * PADDED + 4u * w + part] *= scale; }
  }
}

// Every invocation loads all vectors itself: this happens seldom.
fn raise_highest(base: u32, length: u32) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { top[g] = Lanes(LOWEST); }
  for (var n = 0u; n < length; n++) {
    load(base + n);
    /* unroll */ for (var w = 0u; w < WIDTH; w++) { streamed[w] = own[w]; }
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { look(g, n); }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { raise(g); }
}

// Also true if the sum is not a number.
fn too_high(g: u32) -> bool {
  return !all(block[g] <= Lanes(MOST));
}

// Adds the block's sums to the slice's, unless the block has to be done again, and clears them.
fn settle(g: u32, again: bool) {
  sum[g] += select(block[g], Lanes(0.0), again);
  block[g] = Lanes(0.0);
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    /* unroll */ for (var part = 0u; part < 4u; part++) {
      let d = g * PADDED + 4u * w + part;
      sum_vector[d] += select(gathered[d], Lanes(0.0), again);
      gathered[d] = Lanes(0.0);
    }
  }
}

fn keep_row(g: u32, c: u32, slot: u32, slice: u32) {
  if (slot >= params.count) { return; }
  let place = slice * params.count + slot;
  partial_sums[place] = lane(LaneQuad(highest[g], sum[g], sum[g], sum[g]), c).xy;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let d = g * PADDED + 4u * w;
    partial_vectors[place * WIDTH + w] =
      lane(LaneQuad(sum_vector[d], sum_vector[d + 1u], sum_vector[d + 2u], sum_vector[d + 3u]), c);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slice = params.first_slice + group.y;
  let first = slice * params.slice_length;
  let last = min(params.vectors, first + params.slice_length);
  let slot = group.x * (SIZE * GROUPS * LANES) + local.x;
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { start_group(g, slot, first); }
  for (var base = first; base < last; base += BLOCK) {
    let limit = min(base + BLOCK, last);
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { exclude(g, base, limit); }
    if (BOUND == 0u && base == first) { raise_highest(base, FIRST); }
    // Twice at most, whatever is no number.
    for (var turn = 0u; turn < 2u; turn++) {
      for (var n = 0u; n < BLOCK; n += SHARE) {
        load(base + n + local.x % SHARE);
        visit_shared(n);
      }
      var again = false;
      /* unroll */ for (var g = 0u; g < GROUPS; g++) { again = again || too_high(g); }
      again = wanted_by_any(again && turn == 0u);
      /* unroll */ for (var g = 0u; g < GROUPS; g++) { settle(g, again); }
      if (!again) { break; }
      raise_highest(base, BLOCK);
    }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) {
    /* unroll */ for (var l = 0u; l < LANES; l++) { keep_row(g, l, slot + (g * LANES + l) * SIZE, slice); }
  }
}
