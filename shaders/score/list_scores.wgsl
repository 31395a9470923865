// The scores of given items: scores[place] belongs to lists[place] of the row that holds the place.
// Header: VECTORS. Parts: score_step.
struct Params { length: u32, rows: u32, width: u32, named: u32, user_row: u32, item_row: u32, items: u32 }
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> item_rows: array<vec4f>;
@group(0) @binding(2) var<storage, read> row_users: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read> lists: array<u32>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = (workgroup.y * params.width + workgroup.x) * SIZE + lane;
  if (place >= params.length) { return; }
  // The last row that starts at or before the place: rows before it may be empty.
  var low = 0u;
  var high = params.rows;
  while (high - low > 1u) {
    let middle = (low + high) >> 1u;
    if (offsets[middle] <= place) { low = middle; } else { high = middle; }
  }
  var user = low;
  if (params.named == 1u) { user = row_users[low]; }
  let left = (params.user_row + user) * VECTORS;
  let right = (params.item_row + min(lists[place], params.items - 1u)) * VECTORS;
  var score = 0.0;
  for (var v = 0u; v < VECTORS; v++) {
    score = score_step(score, users[left + v], item_rows[right + v]);
  }
  scores[place] = score;
}
