// Writes the counts as rows of the result: ranks[user * length + target], 0xffffffff where there is no target.
struct Params { count: u32, first: u32, length: u32, items: u32 }
@group(0) @binding(0) var<storage, read> targets: array<u32>;
@group(0) @binding(1) var<storage, read> counts: array<u32>;
@group(0) @binding(2) var<storage, read_write> ranks: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let place = (params.first + n) * params.length + id.y;
  ranks[place] = select(0xffffffffu, counts[id.y * params.count + n], targets[place] < params.items);
}
