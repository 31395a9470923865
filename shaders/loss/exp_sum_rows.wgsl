// One slice of the vectors, streamed past the rows: per row the sum of exp(score - m) and of exp(score - m) * vector
// over the vectors outside the row's index. Every invocation holds GROUPS * LANES rows; all read the same vector at a
// time.
struct Params { start: u32, count: u32, first_row: u32, scattered: u32, first_vector: u32, vectors: u32,
  slice_length: u32, first_slice: u32, first_block: u32, padded: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(3) var<storage, read> marks: array<u32>;
@group(0) @binding(4) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> partial_vectors: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const BLOCK: u32 = 32u;
// A slice is summed relative to the highest score of its first vectors, and again, relative to its own, if the sum
// exceeds this: up to here the sum of vectors, of numbers up to 1e18, overflows no more than the sum itself.
const MOST: f32 = 1.0e20;
const SAMPLE: u32 = 16u;

var<private> highest: array<Lanes, GROUPS>;
var<private> sum: array<Lanes, GROUPS>;
var<private> top: array<Lanes, GROUPS>;
var<private> excluded: array<LaneBits, GROUPS>;

fn place_of(slot: u32) -> u32 {
  let inside = min(slot, params.count - 1u);
  var row = inside;
  if (params.scattered == 1u) { row = numbers[params.start + inside]; }
  return (params.first_row + row) * WIDTH;
}

fn start_group(g: u32, slot: u32) {
  let first = slot + g * LANES * SIZE;
  let a = place_of(first);
  let b = place_of(first + SIZE);
  let c = place_of(first + 2u * SIZE);
  let d = place_of(first + 3u * SIZE);
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    hold(g, w, transposed(table[a + w], table[b + w], table[c + w], table[d + w]));
  }
}

// One bit per vector of the block that the row leaves out.
fn excluded_of(slot: u32, base: u32) -> u32 {
  let block = (base / BLOCK - params.first_block) * params.padded + min(slot, params.count - 1u);
  var mask = marks[block];
  if (params.vectors - base < BLOCK) { mask |= 0xffffffffu << (params.vectors - base); }
  return mask;
}

fn exclude(g: u32, slot: u32, base: u32) {
  let first = slot + g * LANES * SIZE;
  let a = excluded_of(first, base);
  var b = 0u;
  var c = 0u;
  var d = 0u;
  if (LANES > 1u) { b = excluded_of(first + SIZE, base); }
  if (LANES > 2u) { c = excluded_of(first + 2u * SIZE, base); d = excluded_of(first + 3u * SIZE, base); }
  excluded[g] = lane_bits(a, b, c, d);
}

fn load(u: u32, item: u32) {
  let place = (params.first_vector + min(item, params.vectors - 1u)) * WIDTH;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) { own[u * WIDTH + w] = vectors[place + w]; }
}

fn left_out(g: u32, bit: u32) -> LaneTruth {
  return (excluded[g] & LaneBits(1u << bit)) != LaneBits(0u);
}

fn visit_group(g: u32, bit: u32) {
  let raw = products(g, -highest[g]);
  let share = select(power(limited_lanes(raw)), Lanes(0.0), left_out(g, bit));
  sum[g] += share;
  gather(g, passing_lanes(share, raw));
}

// Adds the streamed vector.
fn visit(bit: u32) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { visit_group(g, bit); }
}

fn look(g: u32, bit: u32) {
  top[g] = max(top[g], select(products(g, Lanes(0.0)), Lanes(LOWEST), left_out(g, bit)));
}

// The highest scores among the vectors from `first`, where a block starts, to `last`. Every invocation loads all of them
// itself: they are few, or this happens seldom.
fn find_highest(slot: u32, first: u32, last: u32) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { top[g] = Lanes(LOWEST); }
  for (var base = first; base < last; base += BLOCK) {
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { exclude(g, slot, base); }
    let length = min(BLOCK, last - base);
    for (var n = 0u; n < length; n += AHEAD) {
      /* unroll */ for (var u = 0u; u < AHEAD; u++) { load(u, base + n + u); }
      /* unroll */ for (var u = 0u; u < AHEAD; u++) {
        stream_of(u);
        /* unroll */ for (var g = 0u; g < GROUPS; g++) { look(g, n + u); }
      }
    }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { highest[g] = top[g]; }
}

// Also true if the sum is not a number.
fn too_high(g: u32) -> bool {
  return !all(sum[g] <= Lanes(MOST));
}

fn clear(g: u32) {
  sum[g] = Lanes(0.0);
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    /* unroll */ for (var part = 0u; part < 4u; part++) { gathered[g * PADDED + 4u * w + part] = Lanes(0.0); }
  }
}

fn keep_row(g: u32, c: u32, slot: u32, slice: u32) {
  if (slot >= params.count) { return; }
  let place = slice * params.count + slot;
  partial_sums[place] = lane(LaneQuad(highest[g], sum[g], sum[g], sum[g]), c).xy;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let d = g * PADDED + 4u * w;
    partial_vectors[place * WIDTH + w] =
      lane(LaneQuad(gathered[d], gathered[d + 1u], gathered[d + 2u], gathered[d + 3u]), c);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slice = params.first_slice + group.y;
  let first = slice * params.slice_length;
  let last = min(params.vectors, first + params.slice_length);
  let slot = group.x * (SIZE * GROUPS * LANES) + local.x;
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { start_group(g, slot); }
  if (BOUND == 0u) { find_highest(slot, first, min(last, first + SAMPLE)); }
  // Twice at most, whatever is no number.
  for (var turn = 0u; turn < 2u; turn++) {
    for (var base = first; base < last; base += BLOCK) {
      /* unroll */ for (var g = 0u; g < GROUPS; g++) { exclude(g, slot, base); }
      for (var n = 0u; n < BLOCK; n += SHARE * AHEAD) {
        /* unroll */ for (var u = 0u; u < AHEAD; u++) { load(u, base + n + u + local.x % SHARE); }
        visit_shared(n);
      }
    }
    var again = false;
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { again = again || too_high(g); }
    if (!wanted_by_any(again && turn == 0u)) { break; }
    find_highest(slot, first, last);
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { clear(g); }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) {
    /* unroll */ for (var l = 0u; l < LANES; l++) { keep_row(g, l, slot + (g * LANES + l) * SIZE, slice); }
  }
}
