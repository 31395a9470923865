// log(1 + x) for x in [0, 1], good to the last digits for every x: 2 artanh(x / (2 + x)). WGSL promises its logarithm near
// 1 to six digits behind the point only, and 1 + x drops a small x.
fn log_one_plus(x: f32) -> f32 {
  let z = x / (2.0 + x);
  let y = z * z;
  let tail = 1.0 / 7.0 + y * (1.0 / 9.0 + y * (1.0 / 11.0 + y / 13.0));
  return 2.0 * z * (1.0 + y * (1.0 / 3.0 + y * (1.0 / 5.0 + y * tail)));
}
