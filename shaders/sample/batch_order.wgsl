// Sorts the rows that each batch touches: workgroup b orders batch b by (row, occurrence), so that all occurrences
// of a row stand together, in a fixed order. A stable radix sort by four bits at a time: each invocation owns one
// run of places, counts its digits, and moves its entries to where the counts of all invocations say.

struct Params { occurrences: u32, batch_occurrences: u32, passes: u32 }

@group(0) @binding(0) var<storage, read> triples: array<u32>;
// Pairs (row, occurrence within the batch). Until the last pass both columns hold occurrences, in turn.
@group(0) @binding(1) var<storage, read_write> sorted: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

const WORKERS: u32 = 128u;
// digit-major: its running sum is where each invocation's entries of a digit begin
var<workgroup> counts: array<u32, 2048>;
var<workgroup> sums: array<u32, 128>;

@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let base = (group.x + group.y * groups.x) * params.batch_occurrences;
  if (base >= params.occurrences) { return; }
  let length = min(params.batch_occurrences, params.occurrences - base);
  let run = (length + WORKERS - 1u) / WORKERS;
  let start = min(local * run, length);
  let end = min(start + run, length);
  // chosen so that the last pass ends in the second column
  var column = 1u ^ (params.passes & 1u);
  for (var n = start; n < end; n++) { sorted[2u * (base + n) + column] = n; }
  for (var round = 0u; round < params.passes; round++) {
    let shift = 4u * round;
    for (var digit = 0u; digit < 16u; digit++) { counts[digit * WORKERS + local] = 0u; }
    for (var n = start; n < end; n++) {
      let row = triples[base + sorted[2u * (base + n) + column]];
      counts[((row >> shift) & 15u) * WORKERS + local] += 1u;
    }
    workgroupBarrier();
    var sum = 0u;
    for (var k = 0u; k < 16u; k++) { sum += counts[16u * local + k]; }
    sums[local] = sum;
    workgroupBarrier();
    if (local == 0u) {
      var before = 0u;
      for (var k = 0u; k < WORKERS; k++) {
        let here = sums[k];
        sums[k] = before;
        before += here;
      }
    }
    workgroupBarrier();
    var place = sums[local];
    for (var k = 0u; k < 16u; k++) {
      let here = counts[16u * local + k];
      counts[16u * local + k] = place;
      place += here;
    }
    workgroupBarrier();
    for (var n = start; n < end; n++) {
      let occurrence = sorted[2u * (base + n) + column];
      let slot = ((triples[base + occurrence] >> shift) & 15u) * WORKERS + local;
      let goal = counts[slot];
      counts[slot] = goal + 1u;
      sorted[2u * (base + goal) + 1u - column] = occurrence;
    }
    column = 1u - column;
    storageBarrier();
  }
  for (var n = start; n < end; n++) {
    sorted[2u * (base + n)] = triples[base + sorted[2u * (base + n) + 1u]];
  }
}
