// Draws the latent rows z = mean + exp(log variance / 2) * noise, each with a 1 behind it, and gives the divergence of
// every row's normal distribution from the standard one. One invocation per row.
struct Params { start: u32, count: u32, seed: u32, epoch: u32, noise: u32, first_target: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
// Per row: means, then logarithms of variances.
@group(0) @binding(1) var<storage, read> encoded: array<f32>;
@group(0) @binding(2) var<storage, read_write> latents: array<f32>;
@group(0) @binding(3) var<storage, read_write> divergences: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

const STREAM_LATENT: u32 = 7u;

// -log((word + 1) / 2^32). Near 0 it comes from the distance to 1, which a float of the quotient would round away.
fn negative_log(word: u32) -> f32 {
  let gap = f32(~word) / 4294967296.0;
  if (gap < 0.02) { return gap * (1.0 + gap * (1.0 / 2.0 + gap * (1.0 / 3.0 + gap * (1.0 / 4.0 + gap / 5.0)))); }
  return -log((f32(word) + 1.0) / 4294967296.0);
}

// The twin of normal() in src/random.ts; the angle is taken between -pi and pi.
fn normal(seed: u32, stream: u32, a: u32, b: u32) -> f32 {
  let words = threefry(seed, stream, a, b);
  let radius = sqrt(2.0 * negative_log(words.x));
  return radius * cos(f32(bitcast<i32>(words.y)) * (6.283185307179586 / 4294967296.0));
}

// exp(x) - 1 - x, without cancellation near 0.
fn exponential_rest(x: f32) -> f32 {
  if (abs(x) > 0.25) { return exp(x) - 1.0 - x; }
  return x * x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x / 5040.0)))));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let slot = id.x + id.y * groups.x * 64u;
  if (slot >= params.count) { return; }
  let source = slot * ((2u * DIM + 3u) / 4u * 4u);
  let stride = (DIM + 4u) / 4u * 4u;
  let target_row = (params.first_target + slot) * stride;
  var divergence = 0.0;
  for (var d = 0u; d < DIM; d++) {
    let mean = encoded[source + d];
    let log_variance = encoded[source + DIM + d];
    var value = mean;
    if (params.noise == 1u) {
      let row = numbers[params.start + slot];
      value = fma(exp(0.5 * log_variance), normal(params.seed, STREAM_LATENT, params.epoch, row * DIM + d), mean);
    }
    latents[target_row + d] = value;
    divergence += 0.5 * (mean * mean + exponential_rest(log_variance));
  }
  latents[target_row + DIM] = 1.0;
  for (var d = DIM + 1u; d < stride; d++) { latents[target_row + d] = 0.0; }
  divergences[slot] = divergence;
}
