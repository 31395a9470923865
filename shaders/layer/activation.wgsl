// Activations of a dense layer, and their derivatives by way of the activated value.
override ACTIVATION: u32 = 0;
const RELU: u32 = 1u;
const TANH: u32 = 2u;

fn activated(sum: vec4f) -> vec4f {
  if (ACTIVATION == RELU) { return max(sum, vec4f()); }
  // some drivers compute tanh through exponentials that overflow; from 10 on it is 1 in 32 bits
  if (ACTIVATION == TANH) { return tanh(clamp(sum, vec4f(-10.0), vec4f(10.0))); }
  return sum;
}

fn activation_slope(value: vec4f) -> vec4f {
  if (ACTIVATION == RELU) { return select(vec4f(), vec4f(1.0), value > vec4f()); }
  if (ACTIVATION == TANH) { return vec4f(1.0) - value * value; }
  return vec4f(1.0);
}
