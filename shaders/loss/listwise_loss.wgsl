// Sum of the rows' losses into one slot, in a fixed order. One workgroup.
struct Params { count: u32, slot: u32 }
@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read_write> loss: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> sums: array<f32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  for (var n = local.x; n < params.count; n += 256u) { sum += losses[n]; }
  sums[local.x] = sum;
  for (var half = 128u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.x < half) {
      sum += sums[local.x + half];
      sums[local.x] = sum;
    }
  }
  if (local.x == 0u) { loss[params.slot] = sum; }
}
