// Adds the gradient by a batch's examples to the table rows that they were made of. The batch's occurrences are
// sorted by row: LANES invocations stand on each, those on the first occurrence of a row sum the whole run in order,
// and the others leave. PRODUCT 1: examples are products of two rows (multiply_rows); 0: rows side by side
// (concatenate_rows), each with `columns` numbers.
struct Params { first: u32, count: u32, examples: u32, columns: u32, stride: u32 }
@group(0) @binding(0) var<storage, read> groups: array<u32>;
@group(0) @binding(1) var<storage, read> sorted: array<vec2u>;
@group(0) @binding(2) var<storage, read> example_gradient: array<f32>;
@group(0) @binding(3) var<storage, read> table: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;
override PRODUCT: u32 = 0;

// What one example adds to its user's (side 0) or item's (side 1) row; `other` is the row on the other side.
fn addend(example: u32, side: u32, other: u32, lane: u32) -> vec4f {
  let start = example * params.stride + 4u * lane + select(side * params.columns, 0u, PRODUCT == 1u);
  let left = params.columns - 4u * lane;
  var slope = vec4f();
  slope.x = example_gradient[start];
  if (left > 1u) { slope.y = example_gradient[start + 1u]; }
  if (left > 2u) { slope.z = example_gradient[start + 2u]; }
  if (left > 3u) { slope.w = example_gradient[start + 3u]; }
  if (PRODUCT == 1u) { return slope * table[other * LANES + lane]; }
  return slope;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.x + id.y * workgroups.x * 64u;
  let place = index / LANES;
  let lane = index % LANES;
  let width = params.examples + 1u;
  let slots = width * params.count;
  if (place >= slots) { return; }
  let base = width * params.first;
  let row = sorted[base + place].x;
  if (place > 0u) {
    if (sorted[base + place - 1u].x == row) { return; }
  }
  var sum = vec4f();
  for (var n = place; n < slots; n++) {
    let entry = sorted[base + n];
    if (entry.x != row) { break; }
    let group = entry.y / width;
    let role = entry.y % width;
    let start = base + group * width;
    let example = group * params.examples;
    if (role > 0u) {
      sum += addend(example + role - 1u, 1u, groups[start], lane);
    } else {
      for (var r = 0u; r < params.examples; r++) {
        sum += addend(example + r, 0u, groups[start + 1u + r], lane);
      }
    }
  }
  gradient[row * LANES + lane] += sum;
}
