// Zeros in the first `count` numbers. An invocation writes EACH of them, a workgroup's width apart.
struct Params { count: u32 }
@group(0) @binding(0) var<storage, read_write> target_numbers: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let first = (group.y * groups.x + group.x) * 64u * EACH + local.x;
  for (var n = 0u; n < EACH; n++) {
    let place = first + n * 64u;
    if (place < params.count) { target_numbers[place] = 0u; }
  }
}
