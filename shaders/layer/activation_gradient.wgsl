// Turns the gradient by a layer's outputs into the gradient by its sums before the activation, in place.
// Parts: activation.
struct Params { count: u32 }
@group(0) @binding(0) var<storage, read> output: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count) { return; }
  gradient[n] *= activation_slope(output[n]);
}
