// Puts each candidate where it belongs: its place is the number of candidates before it, of equal scores those with a
// lower item number. An invocation places BLOCK of one user's candidates. Users whose candidates do not suffice are left to keep_best. Header: BLOCK. Parts: sufficient.
struct Params { count: u32, first: u32, k: u32, capacity: u32, first_block: u32 }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read> candidates: array<u32>;
@group(0) @binding(2) var<storage, read_write> items: array<u32>;
@group(0) @binding(3) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

override SIZE: u32 = 64;

@compute @workgroup_size(SIZE)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  let base = (params.first_block + id.y) * BLOCK;
  if (n >= count) { return; }
  let counted = state[2u * count + n];
  if (!sufficient(counted, bitcast<f32>(state[count + n]), params.k, params.capacity)) { return; }
  let out = (params.first + n) * params.k;
  if (base < counted) {
    var score: array<f32, BLOCK>;
    var item: array<u32, BLOCK>;
    var before: array<u32, BLOCK>;
    for (var a = 0u; a < BLOCK; a++) {
      let place = min(base + a, counted - 1u);
      item[a] = candidates[place * count + n];
      score[a] = bitcast<f32>(candidates[(params.capacity + place) * count + n]);
    }
    for (var b = 0u; b < counted; b++) {
      let other = bitcast<f32>(candidates[(params.capacity + b) * count + n]);
      let other_item = candidates[b * count + n];
      for (var a = 0u; a < BLOCK; a++) {
        before[a] += select(0u, 1u, other > score[a] || (other == score[a] && other_item < item[a]));
      }
    }
    for (var a = 0u; a < BLOCK; a++) {
      if (base + a < counted && before[a] < params.k) {
        items[out + before[a]] = item[a];
        scores[out + before[a]] = score[a];
      }
    }
  }
  for (var a = max(base, counted); a < min(base + BLOCK, params.k); a++) {
    items[out + a] = 0xffffffffu;
    scores[out + a] = -3.4e38;
  }
}
