// What has to be known of a batch's rows before they stream past the vectors: each row with its log weight behind it,
// and rows that weigh nothing up to `padded`; and the coefficient of every entry of a row's index,
// 0 where it is not listed. One invocation for each row, or each of `runs` runs of SEGMENT
// entries of a row. Header: SEGMENT.
struct Params { start: u32, count: u32, first_row: u32, scattered: u32, padded: u32, runs: u32 }
@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> spans: array<vec4u>;
@group(0) @binding(3) var<storage, read> entries: array<vec2u>;
@group(0) @binding(4) var<storage, read> logs: array<vec2f>;
@group(0) @binding(5) var<storage, read> coefficients: array<f32>;
@group(0) @binding(6) var<storage, read_write> weighted: array<f32>;
@group(0) @binding(7) var<storage, read_write> entry_coefficients: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const NOWHERE: u32 = 0xffffffffu;

fn weigh(slot: u32) {
  let own = slot < params.count;
  var row = 0u;
  if (own) {
    row = slot;
    if (params.scattered == 1u) { row = numbers[params.start + slot]; }
    row = (params.first_row + row) * WIDTH * 4u;
  }
  for (var d = 0u; d < WEIGHTED_WIDTH * 4u; d++) {
    var value = 0.0;
    if (d < DIM && own) { value = table[row + d]; }
    if (d == DIM) {
      value = LOWEST;
      if (own) { value = max(logs[slot].y * UNIT, LOWEST); }
    }
    weighted[slot * WEIGHTED_WIDTH * 4u + d] = value;
  }
}

fn resolve(slot: u32, run: u32) {
  let number = numbers[params.start + slot];
  let first = spans[number].x + run * SEGMENT;
  let end = min(spans[number + 1u].x, first + SEGMENT);
  for (var entry = first; entry < end; entry++) {
    let place = entries[entry].y;
    var coefficient = 0.0;
    if (place != NOWHERE) { coefficient = coefficients[place * params.count + slot]; }
    entry_coefficients[entry] = coefficient;
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n < params.padded) { weigh(n); }
  if (n < params.count * params.runs) { resolve(n / params.runs, n % params.runs); }
}
