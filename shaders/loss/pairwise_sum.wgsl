// Sums the losses of each batch in a fixed order: workgroup b sums batch b.

struct Params { count: u32, batch: u32, first_batch: u32 }

@group(0) @binding(0) var<storage, read> losses: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

var<workgroup> sums_of_threads: array<f32, 64>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let b = group.x + group.y * groups.x;
  let start = b * params.batch;
  if (start >= params.count) { return; }
  let end = min(start + params.batch, params.count);
  var sum = 0.0;
  for (var n = start + local; n < end; n += 64u) { sum += losses[n]; }
  sums_of_threads[local] = sum;
  workgroupBarrier();
  if (local > 0u) { return; }
  for (var n = 1u; n < 64u; n++) { sum += sums_of_threads[n]; }
  sums[params.first_batch + b] = sum;
}
