// Gives the excluded items of a block of scores the lowest value, which ranks nowhere. An invocation takes `share` of
// one user's excluded items. scores[item * count + user].
struct Params { count: u32, first: u32, items: u32, share: u32 }
@group(0) @binding(0) var<storage, read> offsets: array<u32>;
@group(0) @binding(1) var<storage, read> excluded: array<u32>;
@group(0) @binding(2) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let begin = offsets[params.first + n] + id.y * params.share;
  let end = min(offsets[params.first + n + 1u], begin + params.share);
  for (var place = begin; place < end; place++) {
    if (excluded[place] < params.items) { scores[excluded[place] * params.count + n] = -3.4e38; }
  }
}
