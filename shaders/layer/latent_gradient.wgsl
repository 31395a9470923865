// Gradient by means and logarithms of variances, from the gradient by the latent rows and the weighted divergence. One
// invocation per number of the padded rows.
struct Params { count: u32, divergence_weight: f32 }
@group(0) @binding(0) var<storage, read> encoded: array<f32>;
@group(0) @binding(1) var<storage, read> latents: array<f32>;
@group(0) @binding(2) var<storage, read> latent_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override DIM: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  let stride = (2u * DIM + 3u) / 4u * 4u;
  if (n >= params.count * stride) { return; }
  let slot = n / stride;
  let column = n % stride;
  var slope = 0.0;
  if (column < 2u * DIM) {
    let d = column % DIM;
    let mean = encoded[slot * stride + d];
    let place = slot * ((DIM + 4u) / 4u * 4u) + d;
    if (column < DIM) {
      slope = fma(params.divergence_weight, mean, latent_gradient[place]);
    } else {
      let log_variance = encoded[n];
      // latent - mean is deviation * noise
      let direct = 0.5 * (latents[place] - mean) * latent_gradient[place];
      slope = fma(params.divergence_weight, 0.5 * (exp(log_variance) - 1.0), direct);
    }
  }
  gradient[n] = slope;
}
