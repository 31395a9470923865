// What has to be known of a batch's rows before vectors stream past them, or they past vectors. Marks are three tables,
// one behind the other, the first two zeros before; block b is first_block + b:
//   by row:    [b][slot]       a bit for each of the block's 32 vectors that is in the row's index
//   by vector: [slot / 32][b * 32 + vector % 32]  a bit for each of 32 rows whose index has the vector
//   entries:   [b][slot]       number of the first entry of the row's index in the block, if it has one
// And the scores of the listed vectors: scores[place * count + slot], unless `places` is 0. One invocation for each of
// `runs` runs of SEGMENT entries of a row, or of `places` listed vectors, whichever is more.
struct Params { start: u32, count: u32, first_row: u32, scattered: u32, first_vector: u32, runs: u32, places: u32,
  first_block: u32, blocks: u32, padded: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec4f>;
@group(0) @binding(1) var<storage, read> numbers: array<u32>;
@group(0) @binding(2) var<storage, read> spans: array<vec4u>;
@group(0) @binding(3) var<storage, read> entries: array<vec2u>;
@group(0) @binding(4) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(5) var<storage, read> listed: array<u32>;
@group(0) @binding(6) var<storage, read_write> marks: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const SEGMENT: u32 = 16u;

fn keep_mark(slot: u32, block: u32, mask: u32, entry: u32) {
  if (mask == 0u || block < params.first_block || block >= params.first_block + params.blocks) { return; }
  let b = block - params.first_block;
  let by_vector = params.blocks * params.padded;
  let word = by_vector + 32u * (slot / 32u * params.blocks + b);
  atomicStore(&marks[b * params.padded + slot], mask);
  for (var rest = mask; rest != 0u; rest &= rest - 1u) {
    atomicOr(&marks[word + firstTrailingBit(rest)], 1u << (slot % 32u));
  }
  let first_entries = by_vector + 32u * params.blocks * ((params.padded + 31u) / 32u);
  atomicStore(&marks[first_entries + b * params.padded + slot], entry);
}

// A run marks the blocks whose first entry it holds, beyond its own end if need be.
fn mark_run(slot: u32, place: u32) {
  let number = numbers[params.start + slot];
  var entry = spans[number].x + place;
  let end = spans[number + 1u].x;
  let stop = min(end, entry + SEGMENT);
  if (entry >= stop) { return; }
  var block = 0xffffffffu;
  if (place > 0u) { block = entries[entry - 1u].x / 32u; }
  var first = entry;
  var mask = 0u;
  while (entry < end) {
    let vector = entries[entry].x;
    let change = vector / 32u != block;
    if (entry >= stop && (change || mask == 0u)) { break; }
    if (change) {
      keep_mark(slot, block, mask, first);
      block = vector / 32u;
      first = entry;
      mask = 0u;
    }
    // What stands before the first change belongs to the run before.
    mask |= select(0u, 1u << (vector % 32u), change || mask != 0u);
    entry++;
  }
  keep_mark(slot, block, mask, first);
}

fn score(slot: u32, n: u32) {
  let number = numbers[params.start + slot];
  let span = spans[number];
  let place = span.y + n / params.count;
  if (place >= span.w) { return; }
  let row = (params.first_row + select(slot, number, params.scattered == 1u)) * WIDTH;
  let vector = (params.first_vector + listed[place]) * WIDTH;
  var sum = 0.0;
  for (var d = 0u; d < WIDTH; d++) { sum += dot(table[row + d], vectors[vector + d]); }
  scores[n] = sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n < params.count * params.runs) { mark_run(n / params.runs, n % params.runs * SEGMENT); }
  if (n < params.count * params.places) { score(n % params.count, n); }
}
