// Gradient of every row: exp(log sum + log weight) * mean vector, plus coefficient * vector over its list. One
// invocation per (row, vec4); writes to the row's place in a table (scattered 1) or in the batch (scattered 0).
struct Params { start: u32, count: u32, first_row: u32, first_vector: u32, scattered: u32 }
@group(0) @binding(0) var<storage, read> logs: array<vec2f>;
@group(0) @binding(1) var<storage, read> means: array<vec4f>;
@group(0) @binding(2) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(3) var<storage, read> numbers: array<u32>;
@group(0) @binding(4) var<storage, read> spans: array<vec4u>;
@group(0) @binding(5) var<storage, read> listed: array<u32>;
@group(0) @binding(6) var<storage, read> coefficients: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// Listed vectors that are loaded before the first is used.
const AHEAD: u32 = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.count * WIDTH) { return; }
  let slot = n / WIDTH;
  let part = n % WIDTH;
  let number = numbers[params.start + slot];
  let span = spans[number];
  let log_pair = logs[slot];
  // Both are LOWEST where there is nothing to add: their sum must not overflow.
  let weight = exp(max(log_pair.x, -1.0e38) + max(log_pair.y, -1.0e38));
  var sum = weight * means[n];
  for (var first = span.y; first < span.w; first += AHEAD) {
    var coefficient: array<f32, AHEAD>;
    var vector: array<vec4f, AHEAD>;
    /* unroll */ for (var u = 0u; u < 8u; u++) {
      let place = min(first + u, span.w - 1u);
      coefficient[u] = select(0.0, coefficients[(place - span.y) * params.count + slot], first + u < span.w);
      vector[u] = vectors[(params.first_vector + listed[place]) * WIDTH + part];
    }
    /* unroll */ for (var u = 0u; u < 8u; u++) { sum += coefficient[u] * vector[u]; }
  }
  let row = params.first_row + select(slot, number, params.scattered == 1u);
  gradient[row * WIDTH + part] = sum;
}
