// Gradient of a dense layer by its weights and bias over one slice of the rows: transposed inputs * gradient by the
// sums. An invocation has 16 inputs and 4 outputs, all its lanes the same inputs; the last workgroups in y have the
// bias, which is row `inputs` of a slice's result. slice_sums[(slice * (inputs + 1) + input) * stride + output].
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
  if (4u * block >= vectors) {
    var sum = vec4f();
    for (var row = begin; row < end; row++) { sum += sum_gradient[row * stride + column]; }
    slice_sums[(out + params.inputs) * stride + column] = sum;
    return;
  }
  let place = min(vec4u(4u * block) + vec4u(0u, 1u, 2u, 3u), vec4u(vectors - 1u));
  var sum = array<vec4f, 16>();
  for (var row = begin; row < end; row++) {
    let slope = sum_gradient[row * stride + column];
    let a = input[row * vectors + place.x];
    let b = input[row * vectors + place.y];
    let c = input[row * vectors + place.z];
    let d = input[row * vectors + place.w];
    sum[0] = fma(vec4f(a.x), slope, sum[0]);
    sum[1] = fma(vec4f(a.y), slope, sum[1]);
    sum[2] = fma(vec4f(a.z), slope, sum[2]);
    sum[3] = fma(vec4f(a.w), slope, sum[3]);
    sum[4] = fma(vec4f(b.x), slope, sum[4]);
    sum[5] = fma(vec4f(b.y), slope, sum[5]);
    sum[6] = fma(vec4f(b.z), slope, sum[6]);
    sum[7] = fma(vec4f(b.w), slope, sum[7]);
    sum[8] = fma(vec4f(c.x), slope, sum[8]);
    sum[9] = fma(vec4f(c.y), slope, sum[9]);
    sum[10] = fma(vec4f(c.z), slope, sum[10]);
    sum[11] = fma(vec4f(c.w), slope, sum[11]);
    sum[12] = fma(vec4f(d.x), slope, sum[12]);
    sum[13] = fma(vec4f(d.y), slope, sum[13]);
    sum[14] = fma(vec4f(d.z), slope, sum[14]);
    sum[15] = fma(vec4f(d.w), slope, sum[15]);
  }
  let first = 16u * block;
  for (var n = 0u; n < 16u; n++) {
    if (first + n < params.inputs) { slice_sums[(out + first + n) * stride + column] = sum[n]; }
  }
}
