// Cross-entropy of every row's list under the softmax over all vectors: with n listed vectors and Z the sum of exp(score)
// over all, loss = n log Z - sum of the listed scores, plus the weighted divergence. Scores become coefficients
// n exp(s) / Z - 1 in place; the row's log weight is log(n / Z). One invocation per row. Parts: log_one_plus.
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
  // Z = exp(highest) * (listed + others): the list's part is at least 1, or the others' is just that. What the list leaves
  // of it stands apart, and so keeps its digits, however little it is.
  var others = exp(max(rest - highest, -1.0e4));
  if (rest < -1.0e37) { others = 0.0; }
  var listed = 0.0;
  for (var first = 0u; first < length; first += AHEAD) {
    load_ahead(first, length, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      listed += select(0.0, exp(ahead[u] - highest), first + u < length);
    }
  }
  let total = listed + others;
  let beyond_one = select((listed - 1.0) + others, listed, others == 1.0);
  let log_sum = select(log(total), log_one_plus(min(beyond_one, 1.0)), beyond_one <= 1.0);
  let n = f32(length);
  var loss = 0.0;
  for (var first = 0u; first < length; first += AHEAD) {
    load_ahead(first, length, slot);
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u < length) {
        let distance = ahead[u] - highest;
        loss += log_sum - distance;
        let coefficient = ((n * exp(distance) - listed) - others) / total;
        scores[(first + u) * params.count + slot] = params.weight * coefficient;
      }
    }
  }
  logs[slot].y = LOWEST;
  if (length > 0u && rest > -1.0e37) { logs[slot].y = log(params.weight * n) - (highest + log_sum); }
  losses[params.start + slot] = fma(params.divergence_weight, divergences[slot], loss);
}
