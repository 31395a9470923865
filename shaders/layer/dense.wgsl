// A dense layer: output = activation(input * weights + bias). An invocation has 4 rows and 4 outputs, all its lanes
// the same outputs, so that weights are loaded once for all of them. Parts: activation.
struct Params { rows: u32, inputs: u32, outputs: u32, first_column: u32 }
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let vectors = (params.inputs + 3u) / 4u;
  let stride = (params.outputs + 3u) / 4u;
  let column = params.first_column + workgroup.y;
  let first = workgroup.x * 256u + lane;
  let row = vec4u(first, first + 64u, first + 128u, first + 192u);
  let start = min(row, vec4u(params.rows - 1u)) * vectors;
  let last = params.inputs - 1u;
  var sum_a = bias[column];
  var sum_b = sum_a;
  var sum_c = sum_a;
  var sum_d = sum_a;
  for (var v = 0u; v < vectors; v++) {
    let a = input[start.x + v];
    let b = input[start.y + v];
    let c = input[start.z + v];
    let d = input[start.w + v];
    // beyond the last input the padding of the rows is 0
    let w0 = weights[4u * v * stride + column];
    let w1 = weights[min(4u * v + 1u, last) * stride + column];
    let w2 = weights[min(4u * v + 2u, last) * stride + column];
    let w3 = weights[min(4u * v + 3u, last) * stride + column];
    sum_a = fma(vec4f(a.w), w3, fma(vec4f(a.z), w2, fma(vec4f(a.y), w1, fma(vec4f(a.x), w0, sum_a))));
    sum_b = fma(vec4f(b.w), w3, fma(vec4f(b.z), w2, fma(vec4f(b.y), w1, fma(vec4f(b.x), w0, sum_b))));
    sum_c = fma(vec4f(c.w), w3, fma(vec4f(c.z), w2, fma(vec4f(c.y), w1, fma(vec4f(c.x), w0, sum_c))));
    sum_d = fma(vec4f(d.w), w3, fma(vec4f(d.z), w2, fma(vec4f(d.y), w1, fma(vec4f(d.x), w0, sum_d))));
  }
  if (row.x < params.rows) { output[row.x * stride + column] = activated(sum_a); }
  if (row.y < params.rows) { output[row.y * stride + column] = activated(sum_b); }
  if (row.z < params.rows) { output[row.z * stride + column] = activated(sum_c); }
  if (row.w < params.rows) { output[row.w * stride + column] = activated(sum_d); }
}
