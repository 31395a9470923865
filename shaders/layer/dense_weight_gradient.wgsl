// Gradient of a dense layer by its weights and bias over one slice of the rows: transposed inputs * gradient by the
// sums. An invocation has VECTORS vec4 of inputs and one of outputs, all its lanes the same inputs; the first workgroups in
// y also have the bias, which is row `inputs` of a slice's result:
// slice_sums[(slice * (inputs + 1) + input) * stride + output]. Header: VECTORS.
struct Params { rows: u32, inputs: u32, outputs: u32, slice: u32, first_block: u32 }
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> sum_gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> slice_sums: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let vectors = (params.inputs + 3u) / 4u;
  let stride = (params.outputs + 3u) / 4u;
  let column = workgroup.x * SIZE + lane;
  if (column >= stride) { return; }
  let block = params.first_block + workgroup.y;
  let begin = workgroup.z * params.slice;
  let end = min(params.rows, begin + params.slice);
  let out = workgroup.z * (params.inputs + 1u);
  var sum = array<vec4f, 4u * VECTORS>();
  var bias = vec4f();
  for (var row = begin; row < end; row++) {
    let slope = sum_gradient[row * stride + column];
    bias += slope;
    /* unroll */ for (var v = 0u; v < VECTORS; v++) {
      let own = input[row * vectors + min(VECTORS * block + v, vectors - 1u)];
      sum[4u * v] = fma(vec4f(own.x), slope, sum[4u * v]);
      sum[4u * v + 1u] = fma(vec4f(own.y), slope, sum[4u * v + 1u]);
      sum[4u * v + 2u] = fma(vec4f(own.z), slope, sum[4u * v + 2u]);
      sum[4u * v + 3u] = fma(vec4f(own.w), slope, sum[4u * v + 3u]);
    }
  }
  let first = 4u * VECTORS * block;
  /* unroll */ for (var v = 0u; v < VECTORS; v++) {
    /* unroll */ for (var part = 0u; part < 4u; part++) {
      let unit = first + 4u * v + part;
      if (unit < params.inputs) { slice_sums[(out + unit) * stride + column] = sum[4u * v + part]; }
    }
  }
  if (block == 0u) { slice_sums[(out + params.inputs) * stride + column] = bias; }
}
