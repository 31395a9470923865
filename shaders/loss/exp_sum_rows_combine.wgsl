// Merges the slices of every row, in order: the logarithm of the sum of exp(score), and the mean vector under these
// weights. One invocation per (row, vec4). logs holds (log sum, log weight) per row; the caller writes the weight.
struct Params { count: u32, slices: u32 }
@group(0) @binding(0) var<storage, read> partial_sums: array<vec2f>;
@group(0) @binding(1) var<storage, read> partial_vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> means: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// Slices that are loaded before the first is used.
const AHEAD: u32 = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.count * WIDTH) { return; }
  let slot = n / WIDTH;
  var highest = LOWEST;
  var sum = 0.0;
  var vector = vec4f(0.0);
  for (var first = 0u; first < params.slices; first += AHEAD) {
    var own: array<vec2f, AHEAD>;
    var own_vector: array<vec4f, AHEAD>;
    /* unroll */ for (var u = 0u; u < 8u; u++) {
      let place = min(first + u, params.slices - 1u) * params.count + slot;
      own[u] = partial_sums[place];
      own_vector[u] = partial_vectors[place * WIDTH + n % WIDTH];
      if (first + u >= params.slices || own[u].y <= 0.0) { own[u] = vec2f(LOWEST, 0.0); }
    }
    var raised = highest;
    /* unroll */ for (var u = 0u; u < 8u; u++) { raised = max(raised, own[u].x); }
    let shrunk = exp2(highest - raised);
    sum *= shrunk;
    vector *= shrunk;
    /* unroll */ for (var u = 0u; u < 8u; u++) {
      let scale = select(0.0, exp2(own[u].x - raised), own[u].y > 0.0);
      sum += scale * own[u].y;
      vector += scale * own_vector[u];
    }
    highest = raised;
  }
  let empty = highest < -1.0e37;
  means[n] = select(vector / sum, vec4f(0.0), vec4<bool>(empty));
  if (n % WIDTH == 0u) { logs[slot].x = select((highest + log2(sum)) * 0.6931471805599453, LOWEST, empty); }
}
