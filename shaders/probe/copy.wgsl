// Copies vectors, four an invocation (beyond the end, the last one again): what memory gives. The grid may be
// spread over x and y.
struct Params { count: u32, share: u32, width: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.y * params.width + id.x;
  if (id.x < params.width && n < params.share) {
    let last = params.count - 1u;
    let b = min(n + params.share, last);
    let c = min(n + 2u * params.share, last);
    let d = min(n + 3u * params.share, last);
    result[n] = source[n];
    result[b] = source[b];
    result[c] = source[c];
    result[d] = source[d];
  }
}
