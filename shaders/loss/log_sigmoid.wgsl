// -log sigmoid(x) and its derivative by x, accurate and finite for every x.
fn log_sigmoid_loss(x: f32) -> vec2f {
  let small = exp(-abs(x));
  // log(1 + small), also where 1 + small rounds to 1
  let tail = select(log(1.0 + small), small * (1.0 - small * (0.5 - small / 3.0)), small < 0.01);
  return vec2f(max(-x, 0.0) + tail, -select(1.0, small, x >= 0.0) / (1.0 + small));
}
