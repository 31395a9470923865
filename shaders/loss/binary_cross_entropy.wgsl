// Binary cross-entropy of each group (user, positive, negatives ...): the sum of its examples' losses, and the
// derivative by each example's logit. Parts: log_sigmoid.
struct Params { first: u32, count: u32, examples: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> groups: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> logit_gradient: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let n = id.x + id.y * workgroups.x * 64u;
  if (n >= params.count) { return; }
  let group = (params.first + n) * (params.examples + 1u);
  let positive = groups[group + 1u];
  var sum = 0.0;
  for (var r = 0u; r < params.examples; r++) {
    let example = n * params.examples + r;
    let side = select(-1.0, 1.0, r == 0u);
    var judged = log_sigmoid_loss(side * logits[example].x);
    // a user whose list holds every item has no negative
    if (r > 0u && groups[group + 1u + r] == positive) { judged = vec2f(); }
    sum += judged.x;
    logit_gradient[example] = vec4f(side * judged.y * params.scale, 0.0, 0.0, 0.0);
  }
  losses[params.first + n] = sum;
}
