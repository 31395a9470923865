// Plackett-Luce over the head of each list, against the tail of the same list: with F the sum of exp(score) over the
// tail, loss = sum over the head of log(F + the exponentials of the head from k on) - s_k. One invocation per slot.
// Parts: short_list_part, exp_sum_part and listwise_part with free scores, listwise_prefix.
struct Params { start: u32, count: u32, weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> heads: array<u32>;
@group(0) @binding(3) var<storage, read> scores: array<f32>;
@group(0) @binding(4) var<storage, read_write> odds: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let slot = id.x + id.y * groups.x * 64u;
  if (slot >= params.count) { return; }
  let number = numbers[params.start + slot];
  let length = length_of(number);
  let head = min(heads[number], length);
  var sum = vec3f(LOWEST, 1.0, 0.0);
  for (var n = head; n < length; n++) { sum = added(sum, scores[n * params.count + slot]); }
  let log_rest = sum.x + sum.z;
  var loss = 0.0;
  for (var n = head; n > 0u; n--) {
    let place = (n - 1u) * params.count + slot;
    odds[place] = odds_before(sum, scores[place]);
    sum = added(sum, scores[place]);
    loss += term_loss(sum, scores[place]);
  }
  losses[slot] = params.weight * loss;
  var prefix = 0.0;
  for (var n = 0u; n < head; n++) {
    let place = n * params.count + slot;
    let next = advanced(prefix, odds[place], scores[place], 1.0);
    prefix = next.x;
    coefficients[place] = params.weight * next.y;
  }
  for (var n = head; n < length; n++) {
    let place = n * params.count + slot;
    coefficients[place] = params.weight * exp(scores[place] - log_rest) * prefix;
  }
}
