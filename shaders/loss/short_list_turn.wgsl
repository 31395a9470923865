// Takes the coefficients of a batch to where its entries stand when those of all lists are sorted by vector, and sets
// their bits there: entries without one are not in the batch. One invocation per (place, slot). Parts: short_list_part.
struct Params { start: u32, count: u32, places: u32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> inverse_places: array<u32>;
@group(0) @binding(3) var<storage, read> coefficients: array<f32>;
@group(0) @binding(4) var<storage, read_write> inverse_coefficients: array<f32>;
@group(0) @binding(5) var<storage, read_write> present: array<atomic<u32>>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count * params.places) { return; }
  let number = numbers[params.start + n % params.count];
  let place = n / params.count;
  if (place >= length_of(number)) { return; }
  let entry = inverse_places[offsets[number] + place];
  inverse_coefficients[entry] = coefficients[n];
  atomicOr(&present[entry / 32u], 1u << (entry % 32u));
}
