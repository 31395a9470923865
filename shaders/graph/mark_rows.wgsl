// Marks the rows that a batch touches, whose occurrences are sorted by row.

struct Params { first: u32, count: u32, stamp: u32 }

@group(0) @binding(0) var<storage, read> sorted: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> marks: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = id.x + id.y * groups.x * 64u;
  if (place >= 3u * params.count) { return; }
  let at = 3u * params.first + place;
  let row = sorted[at].x;
  if (place > 0u) {
    if (sorted[at - 1u].x == row) { return; }
  }
  marks[row] = params.stamp;
}
