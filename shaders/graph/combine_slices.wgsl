// Finishes the rows that propagate.wgsl took in slices: adds up each one's sums in order.

struct Params { count: u32, stamp: u32, share: f32 }

// (row, first place in `partial_sums`, end of its places)
@group(0) @binding(0) var<storage, read> long_rows: array<u32>;
@group(0) @binding(1) var<storage, read> roots: array<f32>;
@group(0) @binding(2) var<storage, read> marks: array<u32>;
@group(0) @binding(3) var<storage, read> start: array<vec4f>;
@group(0) @binding(4) var<storage, read> partial_sums: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> goal: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;
override SPARSE_GOAL: u32 = 0;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  let place = index / LANES;
  let lane = index % LANES;
  if (place >= params.count) { return; }
  let row = long_rows[3u * place];
  if (SPARSE_GOAL == 1u) {
    if (marks[row] != params.stamp) { return; }
  }
  var sum = vec4f();
  let end = long_rows[3u * place + 2u];
  for (var n = long_rows[3u * place + 1u]; n < end; n++) { sum += partial_sums[n * LANES + lane]; }
  let at = row * LANES + lane;
  goal[at] = layer_row(start[at], roots[row], sum, params.share);
}
