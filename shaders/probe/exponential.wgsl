// Chains of x := exp(-x) on eight independent vectors, four links a round: what exponentials cost. Every chain tends
// to 0.5671.
struct Params { count: u32, rounds: u32 }
@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

fn links(x: vec4f) -> vec4f {
  return exp(-exp(-exp(-exp(-x))));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let start = vec4f(f32(id.x & 7u)) / 8.0;
  var a = start;
  var b = start + 1.0;
  var c = start + 2.0;
  var d = start + 3.0;
  var e = start + 4.0;
  var f = start + 5.0;
  var g = start + 6.0;
  var h = start + 7.0;
  for (var round = 0u; round < params.rounds; round++) {
    a = links(a);
    b = links(b);
    c = links(c);
    d = links(d);
    e = links(e);
    f = links(f);
    g = links(g);
    h = links(h);
  }
  let sum = (a + b) + (c + d) + (e + f) + (g + h);
  if (id.x < params.count) { result[id.x] = sum.x + sum.y + sum.z + sum.w; }
}
