// Narrows an interval of values, sixteenfold per pass, around the one that `wanted` others reach. The kernel has a
// function `value_at(n, place)`.
const LOWEST = -3.4e38;
const PASSES = 4u;

struct Interval { low: f32, high: f32, reached: u32 }

// Counts fall from step to step: the last one that enough values reach is the new lower end.
fn narrow(interval: Interval, steps: vec4f, counts: vec4u, wanted: u32) -> Interval {
  var result = interval;
  for (var j = 0u; j < 4u; j++) {
    if (counts[j] >= wanted) {
      result.low = steps[j];
      result.reached = counts[j];
    } else {
      result.high = min(result.high, steps[j]);
    }
  }
  return result;
}

// A value that at least `wanted` of lane n's first `length` values reach, and few more; LOWEST if there are fewer, not
// counting LOWEST itself. It need not be the largest one.
fn reached_by(n: u32, length: u32, wanted: u32) -> f32 {
  var interval = Interval(3.4e38, LOWEST, 0u);
  for (var place = 0u; place < length; place++) {
    let value = value_at(n, place);
    let used = value > LOWEST;
    interval.low = select(interval.low, min(interval.low, value), used);
    interval.high = max(interval.high, value);
    interval.reached += select(0u, 1u, used);
  }
  var open = interval.reached >= wanted;
  if (!open) { interval.low = LOWEST; }
  for (var pass_ = 0u; pass_ < PASSES; pass_++) {
    open = open && interval.low < interval.high && interval.reached > wanted + (wanted >> 4u);
    if (!open) { break; }
    let width = interval.high * 0.0625 - interval.low * 0.0625;
    let steps_0 = vec4f(interval.low) + width * vec4f(1.0, 2.0, 3.0, 4.0);
    let steps_1 = vec4f(interval.low) + width * vec4f(5.0, 6.0, 7.0, 8.0);
    let steps_2 = vec4f(interval.low) + width * vec4f(9.0, 10.0, 11.0, 12.0);
    let steps_3 = vec4f(interval.low) + width * vec4f(13.0, 14.0, 15.0, 15.5);
    var counts_0 = vec4u();
    var counts_1 = vec4u();
    var counts_2 = vec4u();
    var counts_3 = vec4u();
    for (var place = 0u; place < length; place++) {
      let value = vec4f(value_at(n, place));
      counts_0 += vec4u(value >= steps_0);
      counts_1 += vec4u(value >= steps_1);
      counts_2 += vec4u(value >= steps_2);
      counts_3 += vec4u(value >= steps_3);
    }
    interval = narrow(interval, steps_0, counts_0, wanted);
    interval = narrow(interval, steps_1, counts_1, wanted);
    interval = narrow(interval, steps_2, counts_2, wanted);
    interval = narrow(interval, steps_3, counts_3, wanted);
  }
  return interval.low;
}
