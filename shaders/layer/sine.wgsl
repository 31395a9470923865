// The sine of every sum, or, in place, what takes a gradient by the sines back to the sums. The language allows its own
// sine errors of 1 in 2000 and more outside one turn; this one is good to six digits on every device,
// for sums up to 30,000 either way.
struct Params { count: u32 }
@group(0) @binding(0) var<storage, read> sums: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override GRADIENT: u32 = 0;

// pi in two parts: few bits, and the rest
const PI_HIGH: f32 = 3.140625;
const PI_LOW: f32 = 9.67653589793e-4;

// sin(x + pi / 2 * quarter) for quarter 0 or 1
fn sine(x: vec4f, quarter: f32) -> vec4f {
  let halves = floor(x / 3.14159265358979 + 0.5 * quarter + 0.5);
  let whole = halves - 0.5 * quarter;
  let r = fma(-whole, vec4f(PI_LOW), fma(-whole, vec4f(PI_HIGH), x));
  let square = r * r;
  var series = fma(square, vec4f(-2.50521084e-8), vec4f(2.75573192e-6));
  series = fma(square, series, vec4f(-1.98412698e-4));
  series = fma(square, series, vec4f(8.33333333e-3));
  series = fma(square, series, vec4f(-1.66666667e-1));
  let value = fma(r * square, series, r);
  let even = 2.0 * floor(0.5 * halves) == halves;
  return select(-value, value, even);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count) { return; }
  if (GRADIENT == 1u) {
    values[n] *= sine(sums[n], 1.0);
  } else {
    values[n] = sine(sums[n], 0.0);
  }
}
