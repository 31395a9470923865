// Chains of x := 0.5 x + 0.5 on eight independent vectors, four links a round: what the arithmetic gives.
// Start values are small integers, so that few rounds are exact and many end at 1.
struct Params { count: u32, rounds: u32, factor: f32, addend: f32 }
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

fn links(x: vec4f, factor: vec4f, addend: vec4f) -> vec4f {
  return fma(fma(fma(fma(x, factor, addend), factor, addend), factor, addend), factor, addend);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let start = vec4f(f32(id.x & 7u));
  let factor = vec4f(params.factor);
  let addend = vec4f(params.addend);
  var a = start;
  var b = start + 1.0;
  var c = start + 2.0;
  var d = start + 3.0;
  var e = start + 4.0;
  var f = start + 5.0;
  var g = start + 6.0;
  var h = start + 7.0;
  for (var round = 0u; round < params.rounds; round++) {
    a = links(a, factor, addend);
    b = links(b, factor, addend);
    c = links(c, factor, addend);
    d = links(d, factor, addend);
    e = links(e, factor, addend);
    f = links(f, factor, addend);
    g = links(g, factor, addend);
    h = links(h, factor, addend);
  }
  let sum = (a + b) + (c + d) + (e + f) + (g + h);
  if (id.x < params.count) { result[id.x] = sum.x + sum.y + sum.z + sum.w; }
}
