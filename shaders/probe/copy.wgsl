// Copies vectors, four an invocation: what memory gives. The grid may be spread over x and y.
struct Params { count: u32, share: u32, width: u32 }
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> result: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn copy(n: u32) {
  if (n < params.count) { result[n] = source[n]; }
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.y * params.width + id.x;
  if (id.x >= params.width || n >= params.share) { return; }
  copy(n);
  copy(n + params.share);
  copy(n + 2u * params.share);
  copy(n + 3u * params.share);
}
