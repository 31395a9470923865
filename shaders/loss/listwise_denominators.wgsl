// Shared by the Plackett-Luce kernels that keep a denominator for every place, behind listwise_prefix.wgsl.
var<private> ahead_denominators: array<f32, AHEAD>;

// Those from place `first` on, loaded before the first is used; those from `end` on repeat the last.
fn load_denominators(first: u32, end: u32, slot: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    ahead_denominators[u] = denominators[min(first + u, end - 1u) * params.count + slot];
  }
}

// Of the list at the places `first` .. `end`: keeps the denominators, which are `rest` and the exponentials from a place
// on, and returns the loss.
fn list_loss(first: u32, end: u32, slot: u32, rest: vec2f) -> f32 {
  var sum = rest;
  var loss = 0.0;
  for (var last = end; last > first; last -= min(AHEAD, last - first)) {
    load_back(first, last, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (last > first + u) {
        let score = limited(ahead[u]);
        sum = added(sum, score);
        denominators[(last - u - 1u) * params.count + slot] = sum.x + log(sum.y);
        loss += term_loss(sum, score);
      }
    }
  }
  return loss;
}

// Turns that list's scores into coefficients, and returns the log of the sum of 1 / denominator.
fn list_coefficients(first: u32, end: u32, slot: u32) -> f32 {
  var prefix = vec2f(0.0);
  for (var n = first; n < end; n += AHEAD) {
    load_ahead(n, end, slot);
    load_denominators(n, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (n + u < end) {
        if (n + u == first) { prefix.x = ahead_denominators[u]; }
        prefix = advanced(prefix, ahead_denominators[u], 1.0);
        let coefficient = fraction(limited(ahead[u]) - ahead_denominators[u]) * prefix.y - 1.0;
        scores[(n + u) * params.count + slot] = select(0.0, params.weight * coefficient, passes(ahead[u]));
      }
    }
  }
  return log_or_lowest(prefix.y, -prefix.x);
}
