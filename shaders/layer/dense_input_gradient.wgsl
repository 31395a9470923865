// Gradient of a dense layer by its inputs: gradient by its sums * transposed weights. An invocation has 4 rows and
// 4 inputs, all its lanes the same inputs.
struct Params { rows: u32, inputs: u32, outputs: u32, first_column: u32 }
@group(0) @binding(0) var<storage, read> sum_gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let stride = (params.inputs + 3u) / 4u;
  let vectors = (params.outputs + 3u) / 4u;
  let column = params.first_column + workgroup.y;
  let first = workgroup.x * 256u + lane;
  let row = vec4u(first, first + 64u, first + 128u, first + 192u);
  let start = min(row, vec4u(params.rows - 1u)) * vectors;
  let unit = vec4u(4u * column) + vec4u(0u, 1u, 2u, 3u);
  let source = min(unit, vec4u(params.inputs - 1u)) * vectors;
  var sum_a = vec4f();
  var sum_b = vec4f();
  var sum_c = vec4f();
  var sum_d = vec4f();
  for (var v = 0u; v < vectors; v++) {
    let a = sum_gradient[start.x + v];
    let b = sum_gradient[start.y + v];
    let c = sum_gradient[start.z + v];
    let d = sum_gradient[start.w + v];
    let w = transpose(mat4x4f(
      weights[source.x + v],
      weights[source.y + v],
      weights[source.z + v],
      weights[source.w + v],
    ));
    sum_a = fma(vec4f(a.w), w[3], fma(vec4f(a.z), w[2], fma(vec4f(a.y), w[1], fma(vec4f(a.x), w[0], sum_a))));
    sum_b = fma(vec4f(b.w), w[3], fma(vec4f(b.z), w[2], fma(vec4f(b.y), w[1], fma(vec4f(b.x), w[0], sum_b))));
    sum_c = fma(vec4f(c.w), w[3], fma(vec4f(c.z), w[2], fma(vec4f(c.y), w[1], fma(vec4f(c.x), w[0], sum_c))));
    sum_d = fma(vec4f(d.w), w[3], fma(vec4f(d.z), w[2], fma(vec4f(d.y), w[1], fma(vec4f(d.x), w[0], sum_d))));
  }
  let padding = vec4u(params.inputs) <= unit;
  if (row.x < params.rows) { input_gradient[row.x * stride + column] = select(sum_a, vec4f(), padding); }
  if (row.y < params.rows) { input_gradient[row.y * stride + column] = select(sum_b, vec4f(), padding); }
  if (row.z < params.rows) { input_gradient[row.z * stride + column] = select(sum_c, vec4f(), padding); }
  if (row.w < params.rows) { input_gradient[row.w * stride + column] = select(sum_d, vec4f(), padding); }
}
