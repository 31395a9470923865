// Gradient of every vector over one slice of the rows: exp(score + log weight) * row, or coefficient * row where the
// row's index names the vector. Every invocation holds GROUPS * 4 vectors; all read the same row at a time. Four
// vectors lie side by side: component c of held[g * DIM + d] is coordinate d of the c-th vector of group g. Loops over
// these arrays have constant lengths and no loop inside, or drivers leave the arrays in memory.
struct Params { padded: u32, first_slot: u32, end_slot: u32, slice_length: u32, first_vector: u32, vectors: u32,
  first_tile: u32, target_vector: u32 }
@group(0) @binding(0) var<storage, read> weighted: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> tiles: array<vec2u>;
@group(0) @binding(3) var<storage, read> tile_entries: array<vec2u>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

var<private> held: array<vec4f, GROUPS * DIM>;
var<private> sum: array<vec4f, GROUPS * DIM>;

fn item_of(item: u32, g: u32) -> vec4u {
  return vec4u(item + 4u * g * SIZE) + vec4u(0u, SIZE, 2u * SIZE, 3u * SIZE);
}

fn hold(g: u32, c: u32, item: u32, slice: u32) {
  let own = min(item, params.vectors - 1u);
  for (var w = 0u; w < WIDTH; w++) {
    let part = vectors[(params.first_vector + own) * WIDTH + w];
    var before = vec4f(0.0);
    // The rows may come in several dispatches: go on from what the last one left.
    if (params.first_slot > 0u) {
      before = gradient[(params.target_vector + slice * params.vectors + own) * WIDTH + w];
    }
    let d = g * DIM + 4u * w;
    held[d][c] = part.x;
    sum[d][c] = before.x;
    if (4u * w + 1u < DIM) { held[d + 1u][c] = part.y; sum[d + 1u][c] = before.y; }
    if (4u * w + 2u < DIM) { held[d + 2u][c] = part.z; sum[d + 2u][c] = before.z; }
    if (4u * w + 3u < DIM) { held[d + 3u][c] = part.w; sum[d + 3u][c] = before.w; }
  }
}

fn visit(tile: u32, item: u32, slot: u32) {
  var row: array<vec4f, WEIGHTED_WIDTH>;
  for (var w = 0u; w < WEIGHTED_WIDTH; w++) { row[w] = weighted[slot * WEIGHTED_WIDTH + w]; }
  let log_weight = row[DIM / 4u][DIM % 4u];
  var share: array<vec4f, GROUPS>;
  for (var g = 0u; g < GROUPS; g++) {
    var raw = vec4f(0.0);
    for (var w = 0u; w < WIDTH; w++) {
      let d = g * DIM + 4u * w;
      raw = fma(held[d], vec4f(row[w].x), raw);
      if (4u * w + 1u < DIM) { raw = fma(held[d + 1u], vec4f(row[w].y), raw); }
      if (4u * w + 2u < DIM) { raw = fma(held[d + 2u], vec4f(row[w].z), raw); }
      if (4u * w + 3u < DIM) { raw = fma(held[d + 3u], vec4f(row[w].w), raw); }
    }
    share[g] = passing4(exp(limited4(raw) + vec4f(log_weight)), raw);
  }
  let span = tiles[tile * params.padded + slot];
  for (var n = span.x; n < span.y; n++) {
    let own = tile_entries[n];
    for (var g = 0u; g < GROUPS; g++) {
      share[g] = select(share[g], vec4f(bitcast<f32>(own.y)), item_of(item, g) == vec4u(own.x));
    }
  }
  for (var g = 0u; g < GROUPS; g++) {
    for (var w = 0u; w < WIDTH; w++) {
      let d = g * DIM + 4u * w;
      sum[d] = fma(share[g], vec4f(row[w].x), sum[d]);
      if (4u * w + 1u < DIM) { sum[d + 1u] = fma(share[g], vec4f(row[w].y), sum[d + 1u]); }
      if (4u * w + 2u < DIM) { sum[d + 2u] = fma(share[g], vec4f(row[w].z), sum[d + 2u]); }
      if (4u * w + 3u < DIM) { sum[d + 3u] = fma(share[g], vec4f(row[w].w), sum[d + 3u]); }
    }
  }
}

fn keep(g: u32, c: u32, item: u32, slice: u32) {
  if (item >= params.vectors) { return; }
  let place = params.target_vector + slice * params.vectors + item;
  for (var w = 0u; w < WIDTH; w++) {
    let d = g * DIM + 4u * w;
    var part = vec4f(sum[d][c], 0.0, 0.0, 0.0);
    if (4u * w + 1u < DIM) { part.y = sum[d + 1u][c]; }
    if (4u * w + 2u < DIM) { part.z = sum[d + 2u][c]; }
    if (4u * w + 3u < DIM) { part.w = sum[d + 3u][c]; }
    gradient[place * WIDTH + w] = part;
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let tile = params.first_tile + group.x;
  let item = tile * (SIZE * GROUPS * 4u) + local.x;
  let first = params.first_slot + group.y * params.slice_length;
  let last = min(params.end_slot, first + params.slice_length);
  for (var g = 0u; g < GROUPS; g++) {
    for (var c = 0u; c < 4u; c++) { hold(g, c, item + (4u * g + c) * SIZE, group.y); }
  }
  for (var slot = first; slot < last; slot += 4u) {
    visit(tile, item, slot);
    visit(tile, item, slot + 1u);
    visit(tile, item, slot + 2u);
    visit(tile, item, slot + 3u);
  }
  for (var g = 0u; g < GROUPS; g++) {
    for (var c = 0u; c < 4u; c++) { keep(g, c, item + (4u * g + c) * SIZE, group.y); }
  }
}
