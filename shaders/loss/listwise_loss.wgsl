// Sum of the rows' losses into one slot, in a fixed order. One workgroup.
struct Params { count: u32, slot: u32 }
@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read_write> loss: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  for (var n = local.x; n < params.count; n += 64u) { sum += losses[n]; }
  sums[local.x] = sum;
  workgroupBarrier();
  if (local.x > 0u) { return; }
  for (var n = 1u; n < 64u; n++) { sum += sums[n]; }
  loss[params.slot] = sum;
}
