// The rows of a batch, each with its log weight behind it, and rows that weigh nothing up to a multiple of four. One
// invocation per row.
struct Params { count: u32, padded: u32 }
@group(0) @binding(0) var<storage, read> rows: array<f32>;
@group(0) @binding(1) var<storage, read> logs: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> weighted: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.x * 64u + local.x;
  if (slot >= params.padded) { return; }
  let own = slot < params.count;
  for (var d = 0u; d < WEIGHTED_WIDTH * 4u; d++) {
    var value = 0.0;
    if (d < DIM && own) { value = rows[slot * WIDTH * 4u + d]; }
    if (d == DIM) {
      value = LOWEST;
      if (own) { value = max(logs[slot].y * UNIT, LOWEST); }
    }
    weighted[slot * WEIGHTED_WIDTH * 4u + d] = value;
  }
}
