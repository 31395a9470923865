// Gradient of every vector over one slice of the rows: exp(score + log weight) * row, or coefficient * row where the
// row's index names the vector. Every invocation holds GROUPS * LANES vectors, neighbours within a group; all read the
// same row at a time, and after 32 rows each adds those that name its own vectors. exp_sum_prepare.wgsl says what marks
// are.
struct Params { padded: u32, first_slot: u32, end_slot: u32, slice_length: u32, first_vector: u32, vectors: u32,
  first_tile: u32, first_block: u32, blocks: u32, target_vector: u32 }
@group(0) @binding(0) var<storage, read> weighted: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> marks: array<u32>;
@group(0) @binding(3) var<storage, read> entry_coefficients: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const BLOCK: u32 = 32u;

var<private> share: array<Lanes, GROUPS>;
var<private> listed: array<LaneBits, GROUPS>;
var<private> first_item: u32;

fn place_of(item: u32) -> u32 {
  return (params.first_vector + min(item, params.vectors - 1u)) * WIDTH;
}

fn target_of(item: u32, slice: u32) -> u32 {
  return (params.target_vector + slice * params.vectors + min(item, params.vectors - 1u)) * WIDTH;
}

fn item_of(g: u32) -> u32 {
  return first_item + g * LANES * SIZE;
}

fn start_group(g: u32, slice: u32) {
  let a = item_of(g);
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    hold(g, w, transposed(vectors[place_of(a) + w], vectors[place_of(a + 1u) + w], vectors[place_of(a + 2u) + w],
      vectors[place_of(a + 3u) + w]));
  }
  // The rows may come in several dispatches: go on from what the last one left.
  if (params.first_slot == 0u) { return; }
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let quad = transposed(gradient[target_of(a, slice) + w], gradient[target_of(a + 1u, slice) + w],
      gradient[target_of(a + 2u, slice) + w], gradient[target_of(a + 3u, slice) + w]);
    let d = g * PADDED + 4u * w;
    gathered[d] = quad.x;
    gathered[d + 1u] = quad.y;
    gathered[d + 2u] = quad.z;
    gathered[d + 3u] = quad.w;
  }
}

// For every vector of the group a bit for each of the rows from `base` on whose index names it.
fn find_listed(g: u32, base: u32) {
  let place = marks_by_vector(params.blocks, params.padded) +
    BLOCK * (base / BLOCK * params.blocks - params.first_block) + item_of(g);
  let a = marks[place];
  var b = 0u;
  var c = 0u;
  var d = 0u;
  if (LANES > 1u) { b = marks[place + 1u]; }
  if (LANES > 2u) { c = marks[place + 2u]; d = marks[place + 3u]; }
  listed[g] = lane_bits(a, b, c, d);
}

fn weigh(g: u32) {
  let weight = Lanes(streamed[DIM / 4u][DIM % 4u]);
  if (BOUND == 0u) {
    share[g] = exp2(products(g, weight));
  } else {
    let raw = products(g, Lanes(0.0));
    share[g] = passing_lanes(exp(limited_lanes(raw) + weight), raw);
  }
}

// The entry of a row's index that names an item: the first of the blocks together, and as many further as are marked
// before the item.
fn entry_of(item: u32, slot: u32) -> u32 {
  let b = item / BLOCK - params.first_block;
  let group = b / TOGETHER;
  var entry = marks[marks_of_entries(params.blocks, params.padded) + group * params.padded + slot] +
    countOneBits(marks[b * params.padded + slot] & ((1u << (item % BLOCK)) - 1u));
  /* unroll */ for (var k = 0u; k < 3u; k++) {
    let earlier = group * TOGETHER + k;
    if (earlier < b) { entry += countOneBits(marks[earlier * params.padded + slot]); }
  }
  return entry;
}

// Adds the rows from `base` on that name the group's vectors, AHEAD at a time: their loads are under way together.
fn add_listed(g: u32, base: u32) {
  let lanes = lane_bits(0u, 1u, 2u, 3u);
  var rest = listed[g];
  while (any(rest != LaneBits(0u))) {
    var lane_of: array<u32, AHEAD>;
    var found: array<bool, AHEAD>;
    var slot: array<u32, AHEAD>;
    var entry: array<u32, AHEAD>;
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      let l = first_lane(rest);
      let word = word_of(rest, l);
      lane_of[u] = l;
      found[u] = word != 0u;
      slot[u] = base + select(0u, firstTrailingBit(word), found[u]);
      rest = select(rest, rest & (rest - LaneBits(1u)), lanes == LaneBits(l));
      entry[u] = entry_of(item_of(g) + l, slot[u]);
    }
    var coefficient: array<f32, AHEAD>;
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      coefficient[u] = select(0.0, entry_coefficients[select(0u, entry[u], found[u])], found[u]);
    }
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      let factor = select(Lanes(0.0), Lanes(coefficient[u]), lanes == LaneBits(lane_of[u]));
      // Not all of a row at once: there may be no registers left for it.
      /* unroll */ for (var w = 0u; w < WIDTH; w++) {
        gather_quad(g, w, factor, weighted[slot[u] * WEIGHTED_WIDTH + w]);
      }
    }
  }
}

fn load(u: u32, slot: u32) {
  /* unroll */ for (var w = 0u; w < WEIGHTED_WIDTH; w++) {
    own[u * WEIGHTED_WIDTH + w] = weighted[slot * WEIGHTED_WIDTH + w];
  }
}

// Adds the streamed row, number n of its 32, where its index does not name the vector.
fn visit(n: u32) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { weigh(g); }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) {
    share[g] = select(share[g], Lanes(0.0), (listed[g] & LaneBits(1u << n)) != LaneBits(0u));
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { gather(g, share[g]); }
}

fn keep_vector(g: u32, l: u32, slice: u32) {
  let item = item_of(g) + l;
  if (item >= params.vectors) { return; }
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let d = g * PADDED + 4u * w;
    gradient[target_of(item, slice) + w] =
      lane(LaneQuad(gathered[d], gathered[d + 1u], gathered[d + 2u], gathered[d + 3u]), l);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  first_item = (params.first_tile + group.x) * (SIZE * GROUPS * LANES) + local.x * LANES;
  let first = params.first_slot + group.y * params.slice_length;
  let last = min(params.end_slot, first + params.slice_length);
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { start_group(g, group.y); }
  for (var base = first; base < last; base += BLOCK) {
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { find_listed(g, base); }
    let length = min(BLOCK, last - base);
    for (var n = 0u; n < length; n += SHARE * AHEAD) {
      /* unroll */ for (var u = 0u; u < AHEAD; u++) { load(u, base + n + u + local.x % SHARE); }
      visit_shared(n);
    }
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { add_listed(g, base); }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) {
    /* unroll */ for (var l = 0u; l < LANES; l++) { keep_vector(g, l, group.y); }
  }
}
