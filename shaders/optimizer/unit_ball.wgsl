// Moves every row that lies outside the unit ball onto it.

struct Params { rows: u32 }

@group(0) @binding(0) var<storage, read_write> table: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * 64u;
  if (row >= params.rows) { return; }
  let start = row * LANES;
  var norm = 0.0;
  var largest = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    let part = table[start + lane];
    norm += dot(part, part);
    let size = abs(part);
    largest = max(largest, max(max(size.x, size.y), max(size.z, size.w)));
  }
  if (norm <= 1.0) { return; }
  var scale = inverseSqrt(norm);
  if (norm > 1.0e30) {
    // The square of the length may be too large for a number.
    norm = 0.0;
    for (var lane = 0u; lane < LANES; lane++) {
      let part = table[start + lane] / largest;
      norm += dot(part, part);
    }
    scale = inverseSqrt(norm) / largest;
  }
  for (var lane = 0u; lane < LANES; lane++) { table[start + lane] *= scale; }
}
