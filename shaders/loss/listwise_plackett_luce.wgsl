// Plackett-Luce over the tops T of a row: with R the sum over everything neither listed nor observed, the k-th of them
// has the denominator c_k = R + the exponentials of the tops from k on. Listed positives take no part. Scores become
// coefficients dL/ds in place; the row's log weight is log(sum of 1 / c_k). One invocation per row.
struct Params { start: u32, count: u32, weight: f32, log_weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> spans: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> odds: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slot = group.x * 64u + local.x;
  if (slot >= params.count) { return; }
  let span = spans[numbers[params.start + slot]];
  let middle = span.z - span.y;
  let end = span.w - span.y;
  for (var n = 0u; n < middle; n++) { scores[n * params.count + slot] = 0.0; }
  let rest = logs[slot].x;
  losses[params.start + slot] = params.weight * list_loss(middle, end, slot, vec3f(rest, 1.0, 0.0));
  let total = log_or_lowest(list_coefficients(middle, end, slot), -rest);
  logs[slot].y = select(total + params.log_weight, LOWEST, total < -1.0e37 || rest < -1.0e37);
}
