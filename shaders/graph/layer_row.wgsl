// One row of a layer of propagation, from its own start and the sum over its neighbours. Between layers rows are kept
// divided by the root of their degree, so that the neighbours need no weights of their own.

override LAST: u32 = 0;

fn layer_row(own: vec4f, root: f32, sum: vec4f, share: f32) -> vec4f {
  return (own + root * sum) * select(root, share, LAST == 1u);
}
