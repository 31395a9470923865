// Adds weight / 2 times the squares of a triple's three rows to its loss.

struct Params { first: u32, count: u32, weight: f32 }

@group(0) @binding(0) var<storage, read> triples: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count) { return; }
  let sample = params.first + n;
  let user = triples[3u * sample] * LANES;
  let positive = triples[3u * sample + 1u] * LANES;
  let negative = triples[3u * sample + 2u] * LANES;
  var squares = 0.0;
  for (var lane = 0u; lane < LANES; lane++) {
    let p = table[user + lane];
    let qi = table[positive + lane];
    let qj = table[negative + lane];
    squares += dot(p, p) + dot(qi, qi) + dot(qj, qj);
  }
  losses[sample] += 0.5 * params.weight * squares;
}
