// Gradient of a dense layer by its inputs: gradient by its sums * transposed weights. An invocation has ROWS rows and
// COLUMNS vec4 of inputs, all its lanes the same inputs. Header: ROWS, COLUMNS.
struct Params { rows: u32, inputs: u32, outputs: u32, first_column: u32 }
@group(0) @binding(0) var<storage, read> sum_gradient: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> input_gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let stride = (params.inputs + 3u) / 4u;
  let vectors = (params.outputs + 3u) / 4u;
  let column = params.first_column + workgroup.y * COLUMNS;
  let first = workgroup.x * SIZE * ROWS + lane;
  var source: array<vec4u, COLUMNS>;
  /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
    let unit = vec4u(4u * (column + c)) + vec4u(0u, 1u, 2u, 3u);
    source[c] = min(unit, vec4u(params.inputs - 1u)) * vectors;
  }
  var start: array<u32, ROWS>;
  /* unroll */ for (var r = 0u; r < ROWS; r++) {
    start[r] = min(first + r * SIZE, params.rows - 1u) * vectors;
  }
  var sum = array<vec4f, ROWS * COLUMNS>();
  for (var v = 0u; v < vectors; v++) {
    var own: array<vec4f, ROWS>;
    /* unroll */ for (var r = 0u; r < ROWS; r++) {
      own[r] = sum_gradient[start[r] + v];
    }
    /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
      let w = transpose(mat4x4f(
        weights[source[c].x + v],
        weights[source[c].y + v],
        weights[source[c].z + v],
        weights[source[c].w + v],
      ));
      /* unroll */ for (var r = 0u; r < ROWS; r++) {
        let a = own[r];
        let before = sum[r * COLUMNS + c];
        sum[r * COLUMNS + c] =
          fma(vec4f(a.w), w[3], fma(vec4f(a.z), w[2], fma(vec4f(a.y), w[1], fma(vec4f(a.x), w[0], before))));
      }
    }
  }
  /* unroll */ for (var r = 0u; r < ROWS; r++) {
    let row = first + r * SIZE;
    if (row < params.rows) {
      /* unroll */ for (var c = 0u; c < COLUMNS; c++) {
        let padding = vec4u(params.inputs) <= vec4u(4u * (column + c)) + vec4u(0u, 1u, 2u, 3u);
        if (column + c < stride) {
          input_gradient[row * stride + column + c] = select(sum[r * COLUMNS + c], vec4f(), padding);
        }
      }
    }
  }
}
