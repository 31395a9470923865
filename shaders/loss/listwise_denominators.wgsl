// Shared by the Plackett-Luce kernels that keep a denominator for every place, behind listwise_prefix.wgsl: those from
// place `first` on, loaded before the first is used; those from `end` on repeat the last.
var<private> ahead_denominators: array<f32, AHEAD>;

fn load_denominators(first: u32, end: u32, slot: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    ahead_denominators[u] = denominators[min(first + u, end - 1u) * params.count + slot];
  }
}
