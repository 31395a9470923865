// Merges the slices of every row: the logarithm of the sum of exp(score), and the mean vector under these weights. Eight
// invocations, a workgroup's width apart, share the slices of one (row, vec4); a workgroup has eight of these. logs holds
// (log sum, log weight) per row; the caller writes the weight.
struct Params { count: u32, slices: u32 }
@group(0) @binding(0) var<storage, read> partial_sums: array<vec2f>;
@group(0) @binding(1) var<storage, read> partial_vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> logs: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> means: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const TEAM: u32 = 8u;

var<workgroup> sums: array<vec2f, 64>;
var<workgroup> vectors: array<vec4f, 64>;
var<private> highest: f32;
var<private> sum: f32;
var<private> vector: vec4f;

fn add(own: vec2f, own_vector: vec4f) {
  let raised = max(highest, own.x);
  let shrunk = exp2(highest - raised);
  let scale = select(0.0, exp2(own.x - raised), own.y > 0.0);
  sum = sum * shrunk + scale * own.y;
  vector = vector * shrunk + scale * own_vector;
  highest = raised;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * TEAM + local.x % TEAM;
  let part = min(n, params.count * WIDTH - 1u);
  let slot = part / WIDTH;
  highest = LOWEST;
  for (var first = local.x / TEAM; first < params.slices; first += TEAM * AHEAD) {
    var own: array<vec2f, AHEAD>;
    var own_vector: array<vec4f, AHEAD>;
    /* unroll */ for (var u = 0u; u < AHEAD; u++) {
      let place = min(first + u * TEAM, params.slices - 1u) * params.count + slot;
      own[u] = partial_sums[place];
      own_vector[u] = partial_vectors[place * WIDTH + part % WIDTH];
      if (first + u * TEAM >= params.slices || own[u].y <= 0.0) { own[u] = vec2f(LOWEST, 0.0); }
    }
    /* unroll */ for (var u = 0u; u < AHEAD; u++) { add(own[u], own_vector[u]); }
  }
  sums[local.x] = vec2f(highest, sum);
  vectors[local.x] = vector;
  workgroupBarrier();
  if (local.x >= TEAM || n != part) { return; }
  for (var other = TEAM; other < 64u; other += TEAM) { add(sums[local.x + other], vectors[local.x + other]); }
  let empty = highest < -1.0e37;
  means[n] = select(vector / sum, vec4f(0.0), vec4<bool>(empty));
  if (n % WIDTH == 0u) { logs[slot].x = select((highest + log2(sum)) * 0.6931471805599453, LOWEST, empty); }
}
