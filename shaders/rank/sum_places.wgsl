// Turns the counts of each user's places into running sums: the rank of the target at that place. One invocation a user.
struct Params { count: u32, length: u32 }
@group(0) @binding(0) var<storage, read_write> counts: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  var sum = 0u;
  for (var place = 0u; place < params.length; place++) {
    sum += counts[place * params.count + n];
    counts[place * params.count + n] = sum;
  }
}
