// One step of Adam with coupled L2 weight decay over every parameter; the gradient is consumed (set to zero).

struct Params {
  count: u32,
  step_size: f32,
  inverse_root: f32,
  decay1: f32,
  rest1: f32,
  decay2: f32,
  rest2: f32,
  epsilon: f32,
  weight_decay: f32,
}

@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> first_moment: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> second_moment: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count) { return; }
  let value = parameters[n];
  let raw = gradient[n];
  let slope = raw + params.weight_decay * value;
  let first = params.decay1 * first_moment[n] + params.rest1 * slope;
  let second = params.decay2 * second_moment[n] + params.rest2 * slope * slope;
  first_moment[n] = first;
  second_moment[n] = second;
  parameters[n] = value - params.step_size * first / (sqrt(second) * params.inverse_root + params.epsilon);
  if (any(raw != vec4f())) { gradient[n] = vec4f(); }
}
