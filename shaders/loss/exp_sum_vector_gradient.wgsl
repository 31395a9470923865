// Gradient of every vector over one slice of the rows: exp(score + log weight) * row, or coefficient * row where the
// row's index names the vector. Every invocation holds GROUPS * LANES vectors, neighbours within a group; all read the
// same row at a time. exp_sum_prepare.wgsl says what marks are. Where invocations load for each other, a group's
// vectors of all of them are in the same block. With APART 1, exp_sum_entries.wgsl adds what indexes name.
struct Params { padded: u32, first_slot: u32, end_slot: u32, slice_length: u32, first_vector: u32, vectors: u32,
  first_tile: u32, first_block: u32, blocks: u32, target_vector: u32 }
@group(0) @binding(0) var<storage, read> weighted: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> marks: array<u32>;
@group(0) @binding(3) var<storage, read> entry_coefficients: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

var<private> share: array<Lanes, GROUPS>;
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

fn mark_of(g: u32, slot: u32) -> u32 {
  return (item_of(g) / 32u - params.first_block) * params.padded + slot;
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

// Number of a group's first set bit's entry; they follow each other.
fn entry_of(g: u32, slot: u32) -> u32 {
  return marks[params.blocks * params.padded + mark_of(g, slot)];
}

// No exponentials where the row's index names a vector of the group: its coefficient comes later.
fn leave_out(g: u32, mask: u32) {
  let bits = LaneBits(mask >> (item_of(g) % 32u)) & lane_bits(1u, 2u, 4u, 8u);
  share[g] = select(share[g], Lanes(0.0), bits != LaneBits(0u));
}

// Adds the entries of the AHEAD rows that are loaded; all loads are under way together.
fn list_ahead(g: u32, first_slot: u32) {
  let first = item_of(g) % 32u;
  var bits: array<u32, AHEAD>;
  var some = 0u;
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    bits[u] = (extra_of(u)[g] >> first) & ((1u << LANES) - 1u);
    some |= bits[u];
  }
  if (some == 0u) { return; }
  var before: array<u32, AHEAD>;
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    before[u] = entry_of(g, first_slot + u) + countOneBits(extra_of(u)[g] & ((1u << first) - 1u));
  }
  var coefficient: array<Lanes, AHEAD>;
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    var entry = before[u];
    /* unroll */ for (var l = 0u; l < LANES; l++) {
      let here = ((bits[u] >> l) & 1u) == 1u;
      let value = Lanes(entry_coefficients[select(0u, entry, here)]);
      let own_lane = lane_bits(0u, 1u, 2u, 3u) == LaneBits(l);
      coefficient[u] = select(coefficient[u], value, own_lane & LaneTruth(here));
      if (here) { entry++; }
    }
  }
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    if (bits[u] != 0u) {
      stream_of(u);
      gather(g, coefficient[u]);
    }
  }
}

fn load(u: u32, slot: u32) {
  /* unroll */ for (var w = 0u; w < WEIGHTED_WIDTH; w++) {
    own[u * WEIGHTED_WIDTH + w] = weighted[slot * WEIGHTED_WIDTH + w];
  }
  var masks = vec2u(marks[mark_of(0u, slot)], 0u);
  if (GROUPS > 1u) { masks.y = marks[mark_of(1u, slot)]; }
  keep_extra(u, masks);
}

// Adds the streamed row but for its entries in the groups' blocks, which these masks name.
fn visit(slot: u32, masks: vec2u) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { weigh(g); }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { leave_out(g, masks[g]); }
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
  for (var slot = first; slot < last; slot += SHARE * AHEAD) {
    /* unroll */ for (var u = 0u; u < AHEAD; u++) { load(u, slot + u + local.x % SHARE); }
    visit_shared(slot);
    if (APART == 0u) {
      /* unroll */ for (var g = 0u; g < GROUPS; g++) { list_ahead(g, slot); }
    }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) {
    /* unroll */ for (var l = 0u; l < LANES; l++) { keep_vector(g, l, group.y); }
  }
}
