// Cuts the index of every row of a batch into tiles of vectors, counted from `first_tile`: per (tile, slot) where its
// entries start and end. In a copy of the entries, whose other rows are stale, coefficients replace the places. Slots
// past the batch up to a multiple of four get empty tiles. One invocation per slot and SEGMENT tiles.
struct Params { start: u32, count: u32, padded: u32, first_tile: u32, tiles: u32, tile_length: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read> entries: array<vec2u>;
@group(0) @binding(3) var<storage, read> coefficients: array<f32>;
@group(0) @binding(4) var<storage, read_write> tiles: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> tile_entries: array<vec2u>;
@group(1) @binding(0) var<uniform> params: Params;

const SEGMENT: u32 = 64u;
const NOWHERE: u32 = 0xffffffffu;

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 32u + local.x;
  let slot = n % params.padded;
  let first = n / params.padded * SEGMENT;
  if (first >= params.tiles) { return; }
  let last = min(params.tiles, first + SEGMENT);
  var entry = 0u;
  var end = 0u;
  if (slot < params.count) {
    let number = numbers[params.start + slot];
    entry = spans[number].x;
    end = spans[number + 1u].x;
    var high = end;
    while (entry < high) {
      let middle = (entry + high) / 2u;
      let before = entries[middle].x < (params.first_tile + first) * params.tile_length;
      if (before) { entry = middle + 1u; } else { high = middle; }
    }
  }
  for (var tile = first; tile < last; tile++) {
    let before = entry;
    while (entry < end) {
      let own = entries[entry];
      if (own.x >= (params.first_tile + tile + 1u) * params.tile_length) { break; }
      var coefficient = 0.0;
      if (own.y != NOWHERE) { coefficient = coefficients[own.y * params.count + slot]; }
      tile_entries[entry] = vec2u(own.x, bitcast<u32>(coefficient));
      entry++;
    }
    tiles[tile * params.padded + slot] = vec2u(before, entry);
  }
}
