// Every listed item j against the unlisted rest R: loss = sum of log(R + exp(s_j)) - s_j. Scores become coefficients
// dL/ds_j in place; the row's log weight is log(sum of 1 / (R + exp(s_j))). Eight
// invocations, a workgroup's width apart, share the list of a row; a workgroup has eight rows.
struct Params { start: u32, count: u32, weight: f32, log_weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const TEAM: u32 = 8u;

var<workgroup> sums: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * TEAM + local.x % TEAM;
  let slot = min(n, params.count - 1u);
  let span = spans[numbers[params.start + slot]];
  let rest = logs[slot].x;
  let length = select(0u, span.w - span.y, n == slot);
  // The loss, and the sum of the rest's shares.
  var sum = vec2f(0.0);
  for (var first = local.x / TEAM; first < length; first += TEAM * AHEAD) {
    var raw: array<f32, AHEAD>;
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      raw[u] = scores[min(first + u * TEAM, length - 1u) * params.count + slot];
    }
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      if (first + u * TEAM < length) {
        let term = against(rest, limited(raw[u]));
        sum += term.xy;
        scores[(first + u * TEAM) * params.count + slot] = select(0.0, params.weight * term.z, passes(raw[u]));
      }
    }
  }
  sums[local.x] = sum;
  workgroupBarrier();
  if (local.x >= TEAM || n != slot) { return; }
  for (var other = TEAM; other < 64u; other += TEAM) { sum += sums[local.x + other]; }
  losses[params.start + slot] = params.weight * sum.x;
  let empty = sum.y <= 0.0 || rest < -1.0e37;
  logs[slot].y = select(log(sum.y) - rest + params.log_weight, LOWEST, empty);
}
