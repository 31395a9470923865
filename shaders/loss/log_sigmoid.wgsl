// -log sigmoid(x) and its derivative by x, accurate and finite for every x. Parts: log_one_plus.
fn log_sigmoid_loss(x: f32) -> vec2f {
  let small = exp(-abs(x));
  return vec2f(max(-x, 0.0) + log_one_plus(small), -select(1.0, small, x >= 0.0) / (1.0 + small));
}
