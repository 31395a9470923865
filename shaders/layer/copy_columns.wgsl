// Copies columns of one matrix to another, or adds them. Behind them the target's rows become zero.
struct Params {
  rows: u32,
  columns: u32,
  source_stride: u32,
  source_first: u32,
  target_stride: u32,
  target_first: u32,
}
@group(0) @binding(0) var<storage, read> source_rows: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_rows: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override ADD: u32 = 0;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let width = params.target_stride - params.target_first;
  let n = id.x + id.y * workgroups.x * 64u;
  let row = n / width;
  let column = n % width;
  if (row >= params.rows) { return; }
  let place = row * params.target_stride + params.target_first + column;
  if (column < params.columns) {
    let value = source_rows[row * params.source_stride + params.source_first + column];
    target_rows[place] = select(0.0, target_rows[place], ADD == 1u) + value;
  } else {
    target_rows[place] = 0.0;
  }
}
