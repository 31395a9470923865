// For each user a score that at least k items reach, and the groups that hold such items: k groups whose maximum
// reaches it prove it. Found by narrowing an interval sixteenfold per pass; it need not be the largest one.
// The list of groups replaces the maxima in place: lists[position * count + user].
struct Params { count: u32, groups: u32, k: u32 }
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> lists: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

override SIZE: u32 = 64;
const LOWEST = -3.4e38;
const PASSES = 4u;

struct Interval { low: f32, high: f32, reached: u32 }

// Counts fall from step to step: the last one that k groups reach is the new lower end.
fn narrow(interval: Interval, steps: vec4f, counts: vec4u) -> Interval {
  var result = interval;
  for (var j = 0u; j < 4u; j++) {
    if (counts[j] >= params.k) {
      result.low = steps[j];
      result.reached = counts[j];
    } else {
      result.high = min(result.high, steps[j]);
    }
  }
  return result;
}

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  var low = 3.4e38;
  var high = LOWEST;
  var reached = 0u;
  for (var g = 0u; g < params.groups; g++) {
    let value = bitcast<f32>(lists[g * count + n]);
    let used = value > LOWEST;
    low = select(low, min(low, value), used);
    high = max(high, value);
    reached += select(0u, 1u, used);
  }
  // Fewer than k groups hold anything: every item is a candidate.
  var open = reached >= params.k;
  if (!open) { low = LOWEST; }
  for (var pass_ = 0u; pass_ < PASSES; pass_++) {
    open = open && low < high && reached > params.k + (params.k >> 4u);
    if (!open) { break; }
    let width = high * 0.0625 - low * 0.0625;
    let steps_0 = vec4f(low) + width * vec4f(1.0, 2.0, 3.0, 4.0);
    let steps_1 = vec4f(low) + width * vec4f(5.0, 6.0, 7.0, 8.0);
    let steps_2 = vec4f(low) + width * vec4f(9.0, 10.0, 11.0, 12.0);
    let steps_3 = vec4f(low) + width * vec4f(13.0, 14.0, 15.0, 15.5);
    var counts_0 = vec4u();
    var counts_1 = vec4u();
    var counts_2 = vec4u();
    var counts_3 = vec4u();
    for (var g = 0u; g < params.groups; g++) {
      let value = vec4f(bitcast<f32>(lists[g * count + n]));
      counts_0 += vec4u(value >= steps_0);
      counts_1 += vec4u(value >= steps_1);
      counts_2 += vec4u(value >= steps_2);
      counts_3 += vec4u(value >= steps_3);
    }
    var narrowed = Interval(low, high, reached);
    narrowed = narrow(narrowed, steps_0, counts_0);
    narrowed = narrow(narrowed, steps_1, counts_1);
    narrowed = narrow(narrowed, steps_2, counts_2);
    narrowed = narrow(narrowed, steps_3, counts_3);
    low = narrowed.low;
    high = narrowed.high;
    reached = narrowed.reached;
  }
  // A few units of rounding lower, in case another kernel rounds otherwise.
  if (low > LOWEST) { low = max(LOWEST, low - abs(low) * 1e-6); }
  var listed = 0u;
  for (var g = 0u; g < params.groups; g++) {
    if (bitcast<f32>(lists[g * count + n]) >= low) {
      lists[listed * count + n] = g;
      listed++;
    }
  }
  state[count + n] = bitcast<u32>(low);
  state[2u * count + n] = listed;
}
