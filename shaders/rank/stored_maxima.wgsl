// group_maxima for a block of stored scores: maxima[group * count + user], as bits, of the scores
// scores[item * count + user] of every `stride`-th item.
struct Params { count: u32, samples: u32, stride: u32, groups: u32, first_group: u32, groups_per_slice: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> maxima: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let begin = params.first_group + id.y * params.groups_per_slice;
  let end = min(params.groups, begin + params.groups_per_slice);
  for (var g = begin; g < end; g++) {
    var best = -3.4e38;
    for (var i = g; i < params.samples; i += params.groups) {
      best = max(best, scores[i * params.stride * params.count + n]);
    }
    maxima[g * params.count + n] = bitcast<u32>(best);
  }
}
