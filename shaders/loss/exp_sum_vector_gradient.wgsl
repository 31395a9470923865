// Gradient of every vector over one slice of the rows: exp(score + log weight) * row, or coefficient * row where the
// row's index names the vector. Every invocation holds GROUPS * LANES vectors; all read the same row at a time.
struct Params { padded: u32, first_slot: u32, end_slot: u32, slice_length: u32, first_vector: u32, vectors: u32,
  table_tile: u32, first_tile: u32, target_vector: u32 }
@group(0) @binding(0) var<storage, read> weighted: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> tile_entries: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

var<private> share: array<Lanes, GROUPS>;
var<private> first_item: u32;

fn place_of(item: u32) -> u32 {
  return (params.first_vector + min(item, params.vectors - 1u)) * WIDTH;
}

fn target_of(item: u32, slice: u32) -> u32 {
  return (params.target_vector + slice * params.vectors + min(item, params.vectors - 1u)) * WIDTH;
}

fn start_group(g: u32, item: u32, slice: u32) {
  let a = item + g * LANES * SIZE;
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let quad = transposed(vectors[place_of(a) + w], vectors[place_of(a + SIZE) + w],
      vectors[place_of(a + 2u * SIZE) + w], vectors[place_of(a + 3u * SIZE) + w]);
    let d = g * PADDED + 4u * w;
    held[d] = quad.x * UNIT;
    held[d + 1u] = quad.y * UNIT;
    held[d + 2u] = quad.z * UNIT;
    held[d + 3u] = quad.w * UNIT;
  }
  // The rows may come in several dispatches: go on from what the last one left.
  if (params.first_slot == 0u) { return; }
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let quad = transposed(gradient[target_of(a, slice) + w], gradient[target_of(a + SIZE, slice) + w],
      gradient[target_of(a + 2u * SIZE, slice) + w], gradient[target_of(a + 3u * SIZE, slice) + w]);
    let d = g * PADDED + 4u * w;
    gathered[d] = quad.x;
    gathered[d + 1u] = quad.y;
    gathered[d + 2u] = quad.z;
    gathered[d + 3u] = quad.w;
  }
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

fn list(g: u32, item: u32, own: vec2u) {
  let a = item + g * LANES * SIZE;
  let items = lane_bits(a, a + SIZE, a + 2u * SIZE, a + 3u * SIZE);
  share[g] = select(share[g], Lanes(bitcast<f32>(own.y)), items == LaneBits(own.x));
}

fn load(slot: u32) {
  /* unroll */ for (var w = 0u; w < WEIGHTED_WIDTH; w++) { own[w] = weighted[slot * WEIGHTED_WIDTH + w]; }
}

// Adds the streamed row; `span` are its entries in this tile.
fn visit(slot: u32, span: vec2u) {
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { weigh(g); }
  for (var n = span.x; n < span.y; n++) {
    let entry = tile_entries[n];
    /* unroll */ for (var g = 0u; g < GROUPS; g++) { list(g, first_item, entry); }
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { gather(g, share[g]); }
}

fn keep_vector(g: u32, c: u32, item: u32, slice: u32) {
  if (item >= params.vectors) { return; }
  /* unroll */ for (var w = 0u; w < WIDTH; w++) {
    let d = g * PADDED + 4u * w;
    gradient[target_of(item, slice) + w] =
      lane(LaneQuad(gathered[d], gathered[d + 1u], gathered[d + 2u], gathered[d + 3u]), c);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let tile = params.first_tile + group.x;
  let item = tile * (SIZE * GROUPS * LANES) + local.x;
  first_item = item;
  let first = params.first_slot + group.y * params.slice_length;
  let last = min(params.end_slot, first + params.slice_length);
  /* unroll */ for (var g = 0u; g < GROUPS; g++) { start_group(g, item, group.y); }
  for (var slot = first; slot < last; slot += SHARE) {
    let own_slot = slot + local.x % SHARE;
    load(own_slot);
    own_extra = tiles[(tile - params.table_tile) * params.padded + own_slot];
    visit_shared(slot);
  }
  /* unroll */ for (var g = 0u; g < GROUPS; g++) {
    /* unroll */ for (var l = 0u; l < LANES; l++) { keep_vector(g, l, item + (g * LANES + l) * SIZE, group.y); }
  }
}
