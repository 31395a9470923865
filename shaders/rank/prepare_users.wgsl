// Starts a chunk of users: which user each lane stands for, and zero in its other fields of `state`.
// Fields of state, each `count` long: user number, threshold (bits), candidates, kept items.
struct Params { count: u32, first: u32, named: u32 }
@group(0) @binding(0) var<storage, read> rows: array<u32>;
@group(0) @binding(1) var<storage, read_write> state: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  var user = params.first + n;
  if (params.named == 1u) { user = rows[user]; }
  state[n] = user;
  for (var field = 1u; field < 4u; field++) {
    state[field * params.count + n] = 0u;
  }
}
