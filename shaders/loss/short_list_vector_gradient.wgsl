// Adds the sum of coefficient * row to the gradient of each vector, over the entries that are in the batch
// (short_list_turn.wgsl), from the `first` to the `last` of each vector. Eight invocations, a workgroup's width apart,
// share the entries of one vector; each takes PARTS vec4 of its rows. Header: WIDTH, PARTS.
struct Params { vectors: u32, first_row: u32, first_vector: u32, first: u32, last: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> inverse_offsets: array<u32>;
@group(0) @binding(2) var<storage, read> inverse_rows: array<u32>;
@group(0) @binding(3) var<storage, read> inverse_coefficients: array<f32>;
@group(0) @binding(4) var<storage, read> present: array<u32>;
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

const TEAM: u32 = 8u;
const CHUNKS: u32 = (WIDTH + PARTS - 1u) / PARTS;

var<workgroup> sums: array<vec4f, PARTS * 64u>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * TEAM + local.x % TEAM;
  let inside = min(n, params.vectors * CHUNKS - 1u);
  let vector = inside / CHUNKS;
  let part = inside % CHUNKS * PARTS;
  let first = inverse_offsets[vector] + params.first;
  let end = min(inverse_offsets[vector + 1u], inverse_offsets[vector] + params.last);
  var sum = array<vec4f, PARTS>();
  for (var word = first / 32u + local.x / TEAM; word * 32u < end; word += TEAM) {
    var bits = present[word];
    if (word * 32u < first) { bits &= 0xffffffffu << (first % 32u); }
    if (end - word * 32u < 32u) { bits &= (1u << (end % 32u)) - 1u; }
    while (bits != 0u) {
      let entry = word * 32u + firstTrailingBit(bits);
      bits &= bits - 1u;
      let coefficient = inverse_coefficients[entry];
      let row = (params.first_row + inverse_rows[entry]) * WIDTH;
      /* unroll */ for (var p = 0u; p < PARTS; p++) {
        sum[p] += coefficient * table[row + min(part + p, WIDTH - 1u)];
      }
    }
  }
  /* unroll */ for (var p = 0u; p < PARTS; p++) { sums[p * 64u + local.x] = sum[p]; }
  workgroupBarrier();
  if (local.x >= TEAM || n != inside) { return; }
  /* unroll */ for (var p = 0u; p < PARTS; p++) {
    for (var other = TEAM; other < 64u; other += TEAM) { sum[p] += sums[p * 64u + local.x + other]; }
    if (part + p < WIDTH && any(sum[p] != vec4f())) {
      gradient[(params.first_vector + vector) * WIDTH + part + p] += sum[p];
    }
  }
}
