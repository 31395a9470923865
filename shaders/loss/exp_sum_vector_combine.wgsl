// Adds up the slices of the vectors' gradient, in order. One invocation per vec4.
struct Params { length: u32, slices: u32, target_start: u32 }
@group(0) @binding(0) var<storage, read> partial_gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.length) { return; }
  var sum = vec4f(0.0);
  for (var slice = 0u; slice < params.slices; slice++) { sum += partial_gradient[slice * params.length + n]; }
  gradient[params.target_start + n] = sum;
}
