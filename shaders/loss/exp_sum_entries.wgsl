// Adds coefficient * row to the gradient of every vector that a row's index names, where the streaming kernel has left
// them out: on software drivers, which run whatever stands behind a condition, that takes less than asking at every pair.
// The rows of a vector come in order. exp_sum_prepare.wgsl says what marks are, here four rows' at a time. One invocation
// per block of 32 vectors.
struct Params { first_slot: u32, end_slot: u32, padded: u32, first_block: u32, block_count: u32, blocks: u32,
  target_vector: u32 }
@group(0) @binding(0) var<storage, read> weighted: array<vec4f>;
@group(0) @binding(1) var<storage, read> marks: array<vec4u>;
@group(0) @binding(2) var<storage, read> entry_coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

fn first_of(values: vec4u, given: vec4<bool>) -> u32 {
  return select(select(select(values.w, values.z, given.z), values.y, given.y), values.x, given.x);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n >= params.block_count) { return; }
  let own = n * params.padded / 4u;
  let first_item = params.target_vector + (params.first_block + n) * 32u;
  for (var slot = params.first_slot; slot < params.end_slot; slot += 4u) {
    let masks = marks[own + slot / 4u];
    let firsts = marks[params.blocks * params.padded / 4u + own + slot / 4u];
    var rest = masks;
    while (any(rest != vec4u(0u))) {
      let given = rest != vec4u(0u);
      let row = first_of(vec4u(0u, 1u, 2u, 3u), given);
      let bit = firstTrailingBit(first_of(rest, given));
      let before = countOneBits(first_of(masks, given) & ((1u << bit) - 1u));
      let coefficient = entry_coefficients[first_of(firsts, given) + before];
      let place = (first_item + bit) * WIDTH;
      let source = (slot + row) * WEIGHTED_WIDTH;
      /* unroll */ for (var w = 0u; w < WIDTH; w++) {
        // Behind the row stands its weight.
        let inside = vec4u(4u * w) + vec4u(0u, 1u, 2u, 3u) < vec4u(DIM);
        gradient[place + w] += select(vec4f(0.0), coefficient * weighted[source + w], inside);
      }
      rest = select(rest, rest & (rest - 1u), vec4u(0u, 1u, 2u, 3u) == vec4u(row));
    }
  }
}
