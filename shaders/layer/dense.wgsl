// A dense layer: output = activation(input * weights + bias). An invocation has ROWS rows and COLUMNS vec4 of outputs,
// all its lanes the same outputs, so that weights are loaded once for all of them. Header: ROWS, COLUMNS. Parts:
// activation.
struct Params { rows: u32, inputs: u32, outputs: u32, first_column: u32 }
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let vectors = (params.inputs + 3u) / 4u;
  let stride = (params.outputs + 3u) / 4u;
  let column = params.first_column + workgroup.y * COLUMNS;
  let first = workgroup.x * SIZE * ROWS + lane;
  let last = params.inputs - 1u;
  // beyond the last column the tile repeats it, and writes nothing
  var place: array<u32, COLUMNS>;
  /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
    place[c] = min(column + c, stride - 1u);
  }
  var start: array<u32, ROWS>;
  var sum: array<vec4f, ROWS * COLUMNS>;
  /* unroll */ for (var r = 0u; r < ROWS; r++) {
    start[r] = min(first + r * SIZE, params.rows - 1u) * vectors;
    /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
      sum[r * COLUMNS + c] = bias[place[c]];
    }
  }
  for (var v = 0u; v < vectors; v++) {
    var own: array<vec4f, ROWS>;
    /* unroll */ for (var r = 0u; r < ROWS; r++) {
      own[r] = input[start[r] + v];
    }
    // beyond the last input the padding of the rows is 0
    let row_0 = 4u * v * stride;
    let row_1 = min(4u * v + 1u, last) * stride;
    let row_2 = min(4u * v + 2u, last) * stride;
    let row_3 = min(4u * v + 3u, last) * stride;
    /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
      let w0 = weights[row_0 + place[c]];
      let w1 = weights[row_1 + place[c]];
      let w2 = weights[row_2 + place[c]];
      let w3 = weights[row_3 + place[c]];
      /* unroll */ for (var r = 0u; r < ROWS; r++) {
        let a = own[r];
        let before = sum[r * COLUMNS + c];
        sum[r * COLUMNS + c] =
          fma(vec4f(a.w), w3, fma(vec4f(a.z), w2, fma(vec4f(a.y), w1, fma(vec4f(a.x), w0, before))));
      }
    }
  }
  /* unroll */ for (var r = 0u; r < ROWS; r++) {
    let row = first + r * SIZE;
    if (row < params.rows) {
      /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
        if (column + c < stride) { output[row * stride + column + c] = activated(sum[r * COLUMNS + c]); }
      }
    }
  }
}
