// Adds the slices' results of dense_weight_gradient, in order, to the gradients of weights and bias.
struct Params { inputs: u32, stride: u32, slices: u32 }
@group(0) @binding(0) var<storage, read> slice_sums: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> weight_gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> bias_gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  let weights = params.inputs * params.stride;
  let count = weights + params.stride;
  if (n >= count) { return; }
  var sum = vec4f();
  for (var s = 0u; s < params.slices; s++) { sum += slice_sums[s * count + n]; }
  if (n < weights) { weight_gradient[n] += sum; } else { bias_gradient[n - weights] += sum; }
}
