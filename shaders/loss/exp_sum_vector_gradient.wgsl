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

fn place_of(item: u32) -> u32 {
  return (params.first_vector + min(item, params.vectors - 1u)) * WIDTH;
}

fn target_of(item: u32, slice: u32) -> u32 {
  return (params.target_vector + slice * params.vectors + min(item, params.vectors - 1u)) * WIDTH;
}

fn hold_step(g: u32, item: u32, w: u32) {
  let a = item + g * LANES * SIZE;
  let quad = transposed(vectors[place_of(a) + w], vectors[place_of(a + SIZE) + w],
    vectors[place_of(a + 2u * SIZE) + w], vectors[place_of(a + 3u * SIZE) + w]);
  let d = g * PADDED + 4u * w;
  held[d] = quad.x;
  held[d + 1u] = quad.y;
  held[d + 2u] = quad.z;
  held[d + 3u] = quad.w;
}

fn hold_part(g: u32, item: u32, first: u32) {
  if (WIDTH <= 2u) {
    hold_step(g, item, 0u);
    if (WIDTH > 1u) { hold_step(g, item, WIDTH - 1u); }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { hold_step(g, item, w); }
}

fn resume_step(g: u32, item: u32, slice: u32, w: u32) {
  let a = item + g * LANES * SIZE;
  let quad = transposed(gradient[target_of(a, slice) + w], gradient[target_of(a + SIZE, slice) + w],
    gradient[target_of(a + 2u * SIZE, slice) + w], gradient[target_of(a + 3u * SIZE, slice) + w]);
  let d = g * PADDED + 4u * w;
  gathered[d] = quad.x;
  gathered[d + 1u] = quad.y;
  gathered[d + 2u] = quad.z;
  gathered[d + 3u] = quad.w;
}

fn resume_part(g: u32, item: u32, slice: u32, first: u32) {
  if (WIDTH <= 2u) {
    resume_step(g, item, slice, 0u);
    if (WIDTH > 1u) { resume_step(g, item, slice, WIDTH - 1u); }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { resume_step(g, item, slice, w); }
}

fn start_part(g: u32, item: u32, slice: u32, first: u32) {
  hold_part(g, item, first);
  // The rows may come in several dispatches: go on from what the last one left.
  if (params.first_slot > 0u) { resume_part(g, item, slice, first); }
}

fn start_group(g: u32, item: u32, slice: u32) {
  start_part(g, item, slice, 0u);
  if (WIDTH > PART) { start_part(g, item, slice, PART); }
  if (WIDTH > 2u * PART) { start_part(g, item, slice, 2u * PART); }
  if (WIDTH > 3u * PART) { start_part(g, item, slice, 3u * PART); }
}

fn weigh(g: u32) {
  let raw = products(g);
  share[g] = passing_lanes(exp(limited_lanes(raw) + Lanes(streamed[DIM / 4u][DIM % 4u])), raw);
}

fn list(g: u32, item: u32, own: vec2u) {
  let a = item + g * LANES * SIZE;
  let items = lane_bits(a, a + SIZE, a + 2u * SIZE, a + 3u * SIZE);
  share[g] = select(share[g], Lanes(bitcast<f32>(own.y)), items == LaneBits(own.x));
}

fn load_part(slot: u32, first: u32) {
  if (WEIGHTED_WIDTH <= 2u) {
    streamed[0] = weighted[slot * WEIGHTED_WIDTH];
    if (WEIGHTED_WIDTH > 1u) { streamed[WEIGHTED_WIDTH - 1u] = weighted[slot * WEIGHTED_WIDTH + 1u]; }
    return;
  }
  for (var w = first; w < min(first + PART, WEIGHTED_WIDTH); w++) {
    streamed[w] = weighted[slot * WEIGHTED_WIDTH + w];
  }
}

fn visit(tile: u32, item: u32, slot: u32) {
  load_part(slot, 0u);
  if (WEIGHTED_WIDTH > PART) { load_part(slot, PART); }
  if (WEIGHTED_WIDTH > 2u * PART) { load_part(slot, 2u * PART); }
  if (WEIGHTED_WIDTH > 3u * PART) { load_part(slot, 3u * PART); }
  if (WEIGHTED_WIDTH > 4u * PART) { load_part(slot, 4u * PART); }
  weigh(0u);
  if (GROUPS > 1u) { weigh(GROUPS - 1u); }
  let span = tiles[(tile - params.table_tile) * params.padded + slot];
  for (var n = span.x; n < span.y; n++) {
    let own = tile_entries[n];
    list(0u, item, own);
    if (GROUPS > 1u) { list(GROUPS - 1u, item, own); }
  }
  gather(0u, share[0]);
  if (GROUPS > 1u) { gather(GROUPS - 1u, share[GROUPS - 1u]); }
}

fn keep_step(g: u32, c: u32, place: u32, w: u32) {
  let d = g * PADDED + 4u * w;
  gradient[place + w] = lane(LaneQuad(gathered[d], gathered[d + 1u], gathered[d + 2u], gathered[d + 3u]), c);
}

fn keep_part(g: u32, c: u32, place: u32, first: u32) {
  if (WIDTH <= 2u) {
    keep_step(g, c, place, 0u);
    if (WIDTH > 1u) { keep_step(g, c, place, WIDTH - 1u); }
    return;
  }
  for (var w = first; w < min(first + PART, WIDTH); w++) { keep_step(g, c, place, w); }
}

fn keep_vector(g: u32, c: u32, item: u32, slice: u32) {
  if (item >= params.vectors) { return; }
  let place = target_of(item, slice);
  keep_part(g, c, place, 0u);
  if (WIDTH > PART) { keep_part(g, c, place, PART); }
  if (WIDTH > 2u * PART) { keep_part(g, c, place, 2u * PART); }
  if (WIDTH > 3u * PART) { keep_part(g, c, place, 3u * PART); }
}

fn keep_group(g: u32, item: u32, slice: u32) {
  let a = item + g * LANES * SIZE;
  keep_vector(g, 0u, a, slice);
  if (LANES > 1u) { keep_vector(g, 1u, a + SIZE, slice); }
  if (LANES > 2u) {
    keep_vector(g, 2u, a + 2u * SIZE, slice);
    keep_vector(g, 3u, a + 3u * SIZE, slice);
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let tile = params.first_tile + group.x;
  let item = tile * (SIZE * GROUPS * LANES) + local.x;
  let first = params.first_slot + group.y * params.slice_length;
  let last = min(params.end_slot, first + params.slice_length);
  start_group(0u, item, group.y);
  if (GROUPS > 1u) { start_group(GROUPS - 1u, item, group.y); }
  for (var slot = first; slot < last; slot += VISITS) {
    visit(tile, item, slot);
    if (VISITS > 1u) { visit(tile, item, slot + 1u); }
    if (VISITS > 2u) { visit(tile, item, slot + 2u); visit(tile, item, slot + 3u); }
  }
  keep_group(0u, item, group.y);
  if (GROUPS > 1u) { keep_group(GROUPS - 1u, item, group.y); }
}
