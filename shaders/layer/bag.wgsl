// The activated sum of the bias and the weighted rows of the table in a list. The bias is the row behind the
// vocabulary. One invocation per (list, vec4). Parts: activation.
struct Params { start: u32, count: u32, first_row: u32, scattered: u32, vocabulary: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> items: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> table: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override WIDTH: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count * WIDTH) { return; }
  let slot = n / WIDTH;
  let part = n % WIDTH;
  var row = params.first_row + slot;
  if (params.scattered == 1u) { row = numbers[params.start + slot]; }
  let end = offsets[row + 1u];
  var sum = table[params.vocabulary * WIDTH + part];
  for (var entry = offsets[row]; entry < end; entry++) {
    sum = fma(vec4f(weights[entry]), table[items[entry] * WIDTH + part], sum);
  }
  hidden[n] = activated(sum);
}
