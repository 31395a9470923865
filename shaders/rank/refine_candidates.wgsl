// Drops candidates that are excluded, and then those that cannot be among a user's k best: about k of them are left, in
// any order. Users with too many candidates are left to keep_best. Parts: narrowing, exclusion_search.
struct Params { count: u32, k: u32, capacity: u32, excluding: u32 }
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> candidates: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> excluded: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

fn value_at(n: u32, place: u32) -> f32 {
  return bitcast<f32>(candidates[(params.capacity + place) * params.count + n]);
}

fn is_excluded(item: u32, start: u32, end: u32) -> bool {
  let place = exclusion_at(item, start, end);
  if (place == end) { return false; }
  return excluded[place] == item;
}

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let counted = state[2u * count + n];
  if (counted > params.capacity) { return; }
  var free = counted;
  if (params.excluding == 1u) {
    let start = offsets[state[n]];
    let end = offsets[state[n] + 1u];
    free = 0u;
    for (var place = 0u; place < counted; place++) {
      let item = candidates[place * count + n];
      if (is_excluded(item, start, end)) { continue; }
      candidates[free * count + n] = item;
      candidates[(params.capacity + free) * count + n] = candidates[(params.capacity + place) * count + n];
      free++;
    }
  }
  var left = free;
  if (free > params.k) {
    let low = reached_by(n, free, params.k);
    left = 0u;
    for (var place = 0u; place < free; place++) {
      let score = candidates[(params.capacity + place) * count + n];
      if (bitcast<f32>(score) >= low) {
        candidates[left * count + n] = candidates[place * count + n];
        candidates[(params.capacity + left) * count + n] = score;
        left++;
      }
    }
  }
  state[2u * count + n] = left;
}
