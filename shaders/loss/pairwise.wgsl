// Loss of each training triple of one batch, and its derivative by the score difference.
// DISTANCE = 0: x = p.qi - p.qj, loss = -log sigmoid(x). DISTANCE = 1: x = |p - qi|^2 - |p - qj|^2, loss = max(0, margin + x).
// Parts: log_sigmoid.

struct Params { first: u32, count: u32, margin: f32, scale: f32 }

@group(0) @binding(0) var<storage, read> triples: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;
override DISTANCE: u32 = 0;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count) { return; }
  let sample = params.first + n;
  let user = triples[3u * sample] * LANES;
  let positive = triples[3u * sample + 1u] * LANES;
  let negative = triples[3u * sample + 2u] * LANES;
  var x = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    let p = table[user + lane];
    let qi = table[positive + lane];
    let qj = table[negative + lane];
    if (DISTANCE == 0u) {
      x += dot(p, qi - qj);
    } else {
      let near = p - qi;
      let far = p - qj;
      x += dot(near, near) - dot(far, far);
    }
  }
  var loss = 0.0;
  var coefficient = 0.0;
  if (DISTANCE == 0u) {
    let judged = log_sigmoid_loss(x);
    loss = judged.x;
    coefficient = judged.y;
  } else {
    loss = max(0.0, params.margin + x);
    coefficient = select(0.0, 1.0, loss > 0.0);
  }
  losses[sample] = loss;
  // a user whose list holds every item has no negative: such a pair must not move anything, not even by rounding
  coefficients[sample] = select(coefficient * params.scale, 0.0, positive == negative);
}
