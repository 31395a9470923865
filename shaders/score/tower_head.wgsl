// Packs the part of an output layer with one output that belongs to the tower: its weights, four to a vec4, then the
// bias. weights[input].x belongs to input `first` + n.
struct Params { first: u32, count: u32 }
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read> bias: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> head: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let stride = (params.count + 3u) / 4u * 4u;
  if (n >= stride + 4u) { return; }
  var value = 0.0;
  if (n < params.count) { value = weights[params.first + n].x; }
  if (n == stride) { value = bias[0].x; }
  head[n] = value;
}
