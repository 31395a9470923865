// Adds the gradient of the rows' squares to the rows that a batch touches, once for each occurrence. LANES invocations
// stand on each sorted occurrence; those on the first one of a row count the run, and the others leave.

struct Params { first: u32, count: u32, weight: f32 }

@group(0) @binding(0) var<storage, read> sorted: array<vec2u>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  let place = index / LANES;
  let lane = index % LANES;
  let slots = 3u * params.count;
  if (place >= slots) { return; }
  let base = 3u * params.first;
  let row = sorted[base + place].x;
  if (place > 0u) {
    if (sorted[base + place - 1u].x == row) { return; }
  }
  // the run's end by bisection: the rows ascend
  var low = place + 1u;
  var high = slots;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (sorted[base + middle].x == row) { low = middle + 1u; } else { high = middle; }
  }
  let at = row * LANES + lane;
  gradient[at] += params.weight * f32(low - place) * table[at];
}
