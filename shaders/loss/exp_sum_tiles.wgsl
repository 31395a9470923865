// Where every row's index enters every tile of vectors: tiles[tile * count + slot] is the first entry whose vector is
// not before the tile. One invocation per (tile, slot); there is one tile more than needed, the end of the last.
struct Params { start: u32, count: u32, tiles: u32, tile_length: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read> entries: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> tiles: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.count * params.tiles) { return; }
  let number = numbers[params.start + n % params.count];
  let first = n / params.count * params.tile_length;
  var low = spans[number].x;
  var high = spans[number + 1u].x;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (entries[middle].x < first) { low = middle + 1u; } else { high = middle; }
  }
  tiles[n] = low;
}
