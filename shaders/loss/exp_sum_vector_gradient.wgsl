// Gradient of every vector over one slice of the rows: exp(score + log weight) * row, and coefficient * row where the
// row's index names the vector (0 for an entry without a place). Invocations are vectors, VECTORS of them each; all
// read the same row at a time.
struct Params { count: u32, first_slot: u32, end_slot: u32, slice_length: u32, first_vector: u32, vectors: u32,
  first_tile: u32, target_vector: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read> tiles: array<u32>;
@group(0) @binding(4) var<storage, read> entries: array<vec2u>;
@group(0) @binding(5) var<storage, read> coefficients: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

const NOWHERE: u32 = 0xffffffffu;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let tile = params.first_tile + group.x;
  let item = tile * (SIZE * VECTORS) + local.x;
  let first = params.first_slot + group.y * params.slice_length;
  let last = min(params.end_slot, first + params.slice_length);

  var vector: array<vec4f, VECTORS * WIDTH>;
  var sum: array<vec4f, VECTORS * WIDTH>;
  for (var v = 0u; v < VECTORS; v++) {
    let own = params.first_vector + min(item + v * SIZE, params.vectors - 1u);
    for (var d = 0u; d < WIDTH; d++) { vector[v * WIDTH + d] = vectors[own * WIDTH + d]; }
  }
  if (params.first_slot > 0u) { // The rows come in several dispatches: go on from what the last one left.
    for (var v = 0u; v < VECTORS; v++) {
      let own = min(item + v * SIZE, params.vectors - 1u);
      let place = params.target_vector + group.y * params.vectors + own;
      for (var d = 0u; d < WIDTH; d++) { sum[v * WIDTH + d] = gradient[place * WIDTH + d]; }
    }
  }
  for (var slot = first; slot < last; slot++) {
    var row: array<vec4f, WIDTH>;
    for (var d = 0u; d < WIDTH; d++) { row[d] = rows[slot * WIDTH + d]; }
    let log_weight = logs[slot].y;
    var share: array<f32, VECTORS>;
    for (var v = 0u; v < VECTORS; v++) {
      var raw = 0.0;
      for (var d = 0u; d < WIDTH; d++) { raw = product(vector[v * WIDTH + d], row[d], raw); }
      share[v] = select(0.0, exp(limited(raw) + log_weight), passes(raw));
    }
    let end = tiles[(tile + 1u) * params.count + slot];
    for (var entry = tiles[tile * params.count + slot]; entry < end; entry++) {
      let listed = entries[entry];
      var coefficient = 0.0;
      if (listed.y != NOWHERE) { coefficient = coefficients[listed.y * params.count + slot]; }
      for (var v = 0u; v < VECTORS; v++) {
        share[v] = select(share[v], coefficient, listed.x == item + v * SIZE);
      }
    }
    for (var v = 0u; v < VECTORS; v++) {
      for (var d = 0u; d < WIDTH; d++) {
        sum[v * WIDTH + d] = fma(vec4f(share[v]), row[d], sum[v * WIDTH + d]);
      }
    }
  }
  for (var v = 0u; v < VECTORS; v++) {
    let own = item + v * SIZE;
    if (own < params.vectors) {
      let place = params.target_vector + group.y * params.vectors + own;
      for (var d = 0u; d < WIDTH; d++) { gradient[place * WIDTH + d] = sum[v * WIDTH + d]; }
    }
  }
}
