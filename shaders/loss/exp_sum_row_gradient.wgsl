// Gradient of every row: exp(log sum + log weight) * mean vector, plus coefficient * vector over its list; written to the
// row's place in a table (scattered 1) or in the batch (scattered 0). Eight invocations, a workgroup's width apart, share
// the list of one (row, vec4); a workgroup has eight of these.
struct Params { start: u32, count: u32, first_row: u32, first_vector: u32, scattered: u32 }
@group(0) @binding(0) var<storage, read> logs: array<vec2f>;
@group(0) @binding(1) var<storage, read> means: array<vec4f>;
@group(0) @binding(2) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(3) var<storage, read> numbers: array<u32>;
@group(0) @binding(4) var<storage, read> spans: array<vec4u>;
@group(0) @binding(5) var<storage, read> listed: array<u32>;
@group(0) @binding(6) var<storage, read> coefficients: array<f32>;
@group(0) @binding(7) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const TEAM: u32 = 8u;

var<workgroup> sums: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * TEAM + local.x % TEAM;
  let inside = min(n, params.count * WIDTH - 1u);
  let slot = inside / WIDTH;
  let part = inside % WIDTH;
  let number = numbers[params.start + slot];
  let span = spans[number];
  var sum = vec4f(0.0);
  for (var first = span.y + local.x / TEAM; first < span.w; first += TEAM * AHEAD) {
    var coefficient: array<f32, AHEAD>;
    var vector: array<vec4f, AHEAD>;
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      let place = min(first + u * TEAM, span.w - 1u);
      coefficient[u] = select(0.0, coefficients[(place - span.y) * params.count + slot], first + u * TEAM < span.w);
      vector[u] = vectors[(params.first_vector + listed[place]) * WIDTH + part];
    }
    /* unroll */ for (var u = 0u; u < AHEAD; u++) { sum += coefficient[u] * vector[u]; }
  }
  sums[local.x] = sum;
  workgroupBarrier();
  if (local.x >= TEAM || n != inside) { return; }
  for (var other = TEAM; other < 64u; other += TEAM) { sum += sums[local.x + other]; }
  let log_pair = logs[slot];
  // Both are LOWEST where there is nothing to add: their sum must not overflow.
  sum += exp(max(log_pair.x, -1.0e38) + max(log_pair.y, -1.0e38)) * means[n];
  let row = params.first_row + select(slot, number, params.scattered == 1u);
  gradient[row * WIDTH + part] = sum;
}
