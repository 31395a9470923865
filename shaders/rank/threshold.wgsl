// For each user a score that `rank` groups of items reach with their maximum. Parts: narrowing.
struct Params { count: u32, groups: u32, rank: u32 }
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read> maxima: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

fn value_at(n: u32, group: u32) -> f32 {
  return bitcast<f32>(maxima[group * params.count + n]);
}

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  var low = reached_by(n, params.groups, params.rank);
  // A few units of rounding lower, in case another kernel rounds otherwise.
  if (low > LOWEST) { low = max(LOWEST, low - abs(low) * 1e-6); }
  state[params.count + n] = bitcast<u32>(low);
}
