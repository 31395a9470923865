// One layer of propagation over slices of the graph's rows. LANES / PART invocations share a slice; each holds PART
// vec4 of the row, so that a neighbour is looked up for several of them at a time. A slice that is a whole row gives
// that row; a part of a longer one gives its sum, for combine_slices.wgsl.

struct Params { first: u32, count: u32, stamp: u32, share: f32 }

// (row, first neighbour, end of its neighbours, place in `partial_sums` or WHOLE)
@group(0) @binding(0) var<storage, read> slices: array<vec4u>;
@group(0) @binding(1) var<storage, read> neighbours: array<u32>;
// 1 / sqrt(degree) of each row, 0 without neighbours
@group(0) @binding(2) var<storage, read> roots: array<f32>;
@group(0) @binding(3) var<storage, read> marks: array<u32>;
@group(0) @binding(4) var<storage, read> start: array<vec4f>;
@group(0) @binding(5) var<storage, read> source: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> goal: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> partial_sums: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;
// 1, 2 or 4, a divisor of LANES
override PART: u32 = 1;
// Whether the source is the start itself, whose rows are not yet divided.
override FIRST: u32 = 0;
// Whether the source is zero in all rows but the marked ones, and whether only those of the result are wanted.
override SPARSE_SOURCE: u32 = 0;
override SPARSE_GOAL: u32 = 0;

const WHOLE: u32 = 0xffffffffu;

fn put(slice: vec4u, lane: u32, sum: vec4f) {
  if (slice.w == WHOLE) {
    let at = slice.x * LANES + lane;
    goal[at] = layer_row(start[at], roots[slice.x], sum, params.share);
  } else {
    partial_sums[slice.w * LANES + lane] = sum;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let width = LANES / PART;
  let index = id.x + id.y * groups.x * 64u;
  let place = index / width;
  let lane = index % width;
  if (place >= params.count) { return; }
  let slice = slices[params.first + place];
  if (SPARSE_GOAL == 1u) {
    if (marks[slice.x] != params.stamp) { return; }
  }
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  for (var n = slice.y; n < slice.z; n++) {
    let neighbour = neighbours[n];
    if (SPARSE_SOURCE == 1u) {
      if (marks[neighbour] != params.stamp) { continue; }
    }
    var weight = 1.0;
    if (FIRST == 1u) { weight = roots[neighbour]; }
    let at = neighbour * LANES + lane;
    sum0 += weight * source[at];
    if (PART > 1u) { sum1 += weight * source[at + width]; }
    if (PART > 2u) {
      sum2 += weight * source[at + 2u * width];
      sum3 += weight * source[at + 3u * width];
    }
  }
  put(slice, lane, sum0);
  if (PART > 1u) { put(slice, lane + width, sum1); }
  if (PART > 2u) {
    put(slice, lane + 2u * width, sum2);
    put(slice, lane + 3u * width, sum3);
  }
}
