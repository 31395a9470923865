// Writes the ranks as rows of the result: ranks[user * length + target], 0xffffffff where there is no target.
struct Params { count: u32, first: u32, length: u32, items: u32 }
@group(0) @binding(0) var<storage, read> targets: array<u32>;
@group(0) @binding(1) var<storage, read> places: array<u32>;
@group(0) @binding(2) var<storage, read> counts: array<u32>;
@group(0) @binding(3) var<storage, read_write> ranks: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let own = (params.first + n) * params.length + id.y;
  let rank = counts[places[id.y * params.count + n] * params.count + n];
  ranks[own] = select(0xffffffffu, rank, targets[own] < params.items);
}
