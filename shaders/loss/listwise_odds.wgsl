// Shared by the Plackett-Luce kernels that go along lists of a batch, behind listwise_prefix.wgsl.
var<private> ahead_odds: array<f32, AHEAD>;

// Those from place `first` on, loaded before the first is used; those from `end` on repeat the last.
fn load_odds(first: u32, end: u32, slot: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    ahead_odds[u] = odds[min(first + u, end - 1u) * params.count + slot];
  }
}

// Of the list at the places `first` .. `end`: keeps the odds, and returns the loss.
fn list_loss(first: u32, end: u32, slot: u32, rest: vec3f) -> f32 {
  var sum = rest;
  var loss = 0.0;
  for (var last = end; last > first; last -= min(AHEAD, last - first)) {
    load_back(first, last, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (last > first + u) {
        let score = limited(ahead[u]);
        odds[(last - u - 1u) * params.count + slot] = odds_before(sum, score);
        sum = added(sum, score);
        loss += term_loss(sum, score);
      }
    }
  }
  return loss;
}

// Turns that list's scores into coefficients, and returns the sum of 1 / denominator in units of 1 / rest.
fn list_coefficients(first: u32, end: u32, slot: u32) -> f32 {
  var prefix = 0.0;
  for (var n = first; n < end; n += AHEAD) {
    load_ahead(n, end, slot);
    load_odds(n, end, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (n + u < end) {
        let next = advanced(prefix, ahead_odds[u], limited(ahead[u]), 1.0);
        prefix = next.x;
        scores[(n + u) * params.count + slot] = select(0.0, params.weight * next.y, passes(ahead[u]));
      }
    }
  }
  return prefix;
}
