// Cross-entropy of every row's list under the softmax over all vectors: with n listed vectors and Z the sum of exp(score)
// over all, loss = n log Z - sum of the listed scores, plus the weighted divergence. Scores become coefficients
// n exp(s) / Z - 1 in place; the row's log weight is log(n / Z). One invocation per row.
struct Params { start: u32, count: u32, weight: f32, divergence_weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read> divergences: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

// Stands for the logarithm of zero, as in exp_sum_part.wgsl.
const LOWEST: f32 = -3.0e38;

// Scores of AHEAD places of a row, which are loaded before the first is used; those from `end` on repeat the last.
var<private> ahead: array<f32, AHEAD>;

fn load_ahead(first: u32, end: u32, slot: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) { ahead[u] = scores[min(first + u, end - 1u) * params.count + slot]; }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let slot = id.x + id.y * groups.x * 64u;
  if (slot >= params.count) { return; }
  let span = spans[numbers[params.start + slot]];
  let length = span.w - span.y;
  // log sum of the vectors that are not listed; LOWEST if all are
  let rest = logs[slot].x;
  var highest = rest;
  for (var first = 0u; first < length; first += AHEAD) {
    load_ahead(first, length, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) { highest = max(highest, ahead[u]); }
  }
  var total = exp(max(rest - highest, -1.0e4));
  if (rest < -1.0e37) { total = 0.0; }
  for (var first = 0u; first < length; first += AHEAD) {
    load_ahead(first, length, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      total += select(0.0, exp(ahead[u] - highest), first + u < length);
    }
  }
  let log_total = highest + log(total);
  var loss = 0.0;
  for (var first = 0u; first < length; first += AHEAD) {
    load_ahead(first, length, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < length) {
        let distance = ahead[u] - log_total;
        loss -= distance;
        scores[(first + u) * params.count + slot] = params.weight * (f32(length) * exp(min(distance, 0.0)) - 1.0);
      }
    }
  }
  logs[slot].y = LOWEST;
  if (length > 0u && rest > -1.0e37) { logs[slot].y = log(params.weight * f32(length)) - log_total; }
  losses[params.start + slot] = fma(params.divergence_weight, divergences[slot], loss);
}
