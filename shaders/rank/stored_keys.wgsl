// target_keys for a block of stored scores, before excluded items are masked. Parts: score_key.
struct Params { count: u32, first: u32, items: u32, length: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> keys: array<i32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= params.count) { return; }
  let place = id.y * params.count + n;
  let target_item = targets[(params.first + n) * params.length + id.y];
  if (target_item < params.items) {
    keys[place] = score_key(scores[target_item * params.count + n]);
  } else {
    keys[place] = 0x7fffffff;
  }
}
