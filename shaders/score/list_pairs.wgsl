// Writes out ragged lists as pairs (row, value), in order.
struct Params { length: u32, rows: u32, width: u32 }
@group(0) @binding(0) var<storage, read> offsets: array<u32>;
@group(0) @binding(1) var<storage, read> lists: array<u32>;
@group(0) @binding(2) var<storage, read_write> pairs: array<vec2u>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (workgroup.y * params.width + workgroup.x) * 64u + lane;
  if (place >= params.length) { return; }
  // The last row that starts at or before the place: rows before it may be empty.
  var low = 0u;
  var high = params.rows;
  while (high - low > 1u) {
    let middle = (low + high) >> 1u;
    if (offsets[middle] <= place) { low = middle; } else { high = middle; }
  }
  pairs[place] = vec2u(low, lists[place]);
}
