// Copies the rows of a batch into one block. One invocation per vec4.
struct Params { start: u32, count: u32, first_row: u32, width: u32, scattered: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read_write> rows: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.count * params.width) { return; }
  let slot = n / params.width;
  let row = params.first_row + select(slot, numbers[params.start + slot], params.scattered == 1u);
  rows[n] = table[row * params.width + n % params.width];
}
