// Rows times the weights of an output layer with one output: what is left to do with an item's row is a dot product.
// weights[column].x belongs to a column; the rows' padding is zero.
struct Params { rows: u32, columns: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> weighted: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let n = id.x + id.y * workgroups.x * 64u;
  let stride = (params.columns + 3u) / 4u;
  if (n >= params.rows * stride) { return; }
  let column = min(vec4u(4u * (n % stride)) + vec4u(0u, 1u, 2u, 3u), vec4u(params.columns - 1u));
  weighted[n] = table[n] *
    vec4f(weights[column.x].x, weights[column.y].x, weights[column.z].x, weights[column.w].x);
}
