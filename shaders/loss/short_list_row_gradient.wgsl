// Adds the sum of coefficient * vector over its list to the gradient of each row of a batch. One invocation per (slot,
// vec4). Header: WIDTH. Parts: short_list_part.
struct Params { start: u32, count: u32, first_row: u32, first_vector: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> listed: array<u32>;
@group(0) @binding(4) var<storage, read> coefficients: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count * WIDTH) { return; }
  let slot = n / WIDTH;
  let part = n % WIDTH;
  let number = numbers[params.start + slot];
  let start = offsets[number];
  let length = length_of(number);
  var sum = vec4f();
  for (var place = 0u; place < length; place++) {
    let vector = params.first_vector + listed[start + place];
    sum += coefficients[place * params.count + slot] * table[vector * WIDTH + part];
  }
  gradient[(params.first_row + number) * WIDTH + part] += sum;
}
