// Adds the gradient of the table's rows that a batch of lists touches: the weighted sum of the lists' slopes, and their
// plain sum for the bias behind the vocabulary. Every row has one owner. One invocation per (touched row or bias, vec4);
// where one of the bias stands beside one of a row, drivers on processors count the turns of both loops together.
struct Params { first_segment: u32, segments: u32, first_slot: u32, count: u32, vocabulary: u32 }
// Per touched row: its number, and where its entries start; they end where the next one's start.
@group(0) @binding(0) var<storage, read> touched: array<vec2u>;
// Per entry: the list's place in the batch, and the entry's place in `weights`.
@group(0) @binding(1) var<storage, read> entries: array<vec2u>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read> slope: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override WIDTH: u32 = 1;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  let segment = n / WIDTH;
  let part = n % WIDTH;
  if (segment > params.segments) { return; }
  var sum = vec4f(0.0);
  if (segment == params.segments) {
    for (var slot = 0u; slot < params.count; slot++) { sum += slope[(params.first_slot + slot) * WIDTH + part]; }
    gradient[params.vocabulary * WIDTH + part] += sum;
    return;
  }
  let own = touched[params.first_segment + segment];
  let end = touched[params.first_segment + segment + 1u].y;
  for (var n = own.y; n < end; n++) {
    let entry = entries[n];
    sum = fma(vec4f(weights[entry.y]), slope[(params.first_slot + entry.x) * WIDTH + part], sum);
  }
  gradient[own.x * WIDTH + part] += sum;
}
