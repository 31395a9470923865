// Every listed item j against the unlisted rest R: loss = sum of log(R + exp(s_j)) - s_j. Scores become coefficients
// dL/ds_j in place; the row's log weight is log(sum of 1 / (R + exp(s_j))). One invocation per row.
struct Params { start: u32, count: u32, weight: f32, log_weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

// Scores that are loaded before the first is used.
const AHEAD: u32 = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.x * 64u + local.x;
  if (slot >= params.count) { return; }
  let span = spans[numbers[params.start + slot]];
  let rest = logs[slot].x;
  var loss = 0.0;
  var total = 0.0;
  let length = span.w - span.y;
  for (var first = 0u; first < length; first += AHEAD) {
    var raw: array<f32, AHEAD>;
    /* unroll */ for (var u = 0u; u < 8u; u++) {
      raw[u] = scores[min(first + u, length - 1u) * params.count + slot];
    }
    /* unroll */ for (var u = 0u; u < 8u; u++) {
      if (first + u < length) {
        let score = limited(raw[u]);
        let distance = rest - score;
        let small = exp(-abs(distance));
        // The rest's share of the denominator.
        let share = select(small, 1.0, distance >= 0.0) / (1.0 + small);
        let below = floored(max(rest, score) + log_one_plus(small));
        loss += select(max(distance, 0.0) + log_one_plus(small), LOG_FLOOR - score, below);
        total += select(share, 0.0, below);
        scores[(first + u) * params.count + slot] =
          select(0.0, params.weight * select(-share, -1.0, below), passes(raw[u]));
      }
    }
  }
  losses[slot] = params.weight * loss;
  let empty = total <= 0.0 || rest < -1.0e37;
  logs[slot].y = select(log(total) - rest + params.log_weight, LOWEST, empty);
}
