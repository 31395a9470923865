// Merges the slices of every row, in order: the logarithm of the sum of exp(score), and the mean vector under these
// weights. One invocation per (row, vec4). logs holds (log sum, log weight) per row; the caller writes the weight.
struct Params { count: u32, slices: u32 }
@group(0) @binding(0) var<storage, read> partial_sums: array<vec2f>;
@group(0) @binding(1) var<storage, read> partial_vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> means: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.count * WIDTH) { return; }
  let slot = n / WIDTH;
  var highest = LOWEST;
  for (var slice = 0u; slice < params.slices; slice++) {
    let own = partial_sums[slice * params.count + slot];
    if (own.y > 0.0) { highest = max(highest, own.x); }
  }
  var sum = 0.0;
  var vector = vec4f(0.0);
  for (var slice = 0u; slice < params.slices; slice++) {
    let place = slice * params.count + slot;
    let own = partial_sums[place];
    let scale = select(0.0, exp2(min(own.x - highest, 0.0)), own.y > 0.0);
    sum += scale * own.y;
    vector += scale * partial_vectors[place * WIDTH + n % WIDTH];
  }
  let empty = highest < -1.0e37;
  means[n] = select(vector / sum, vec4f(0.0), vec4<bool>(empty));
  if (n % WIDTH == 0u) { logs[slot].x = select((highest + log2(sum)) * 0.6931471805599453, LOWEST, empty); }
}
