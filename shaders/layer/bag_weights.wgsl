// What each entry of the lists weighs: 1 / sqrt(length of its list), or, with dropout, 0 for a share of the entries and
// more for the others. One invocation per entry.
struct Params { entries: u32, seed: u32, epoch: u32, threshold: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> offsets: array<u32>;
@group(0) @binding(1) var<storage, read> entry_rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const STREAM_DROPOUT: u32 = 6u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let entry = id.x + id.y * groups.x * 64u;
  if (entry >= params.entries) { return; }
  let row = entry_rows[entry];
  let length = offsets[row + 1u] - offsets[row];
  var weight = params.scale / sqrt(f32(length));
  if (params.threshold > 0u) {
    let word = threefry(params.seed, STREAM_DROPOUT, params.epoch, entry).x;
    if (word < params.threshold) { weight = 0.0; }
  }
  weights[entry] = weight;
}
