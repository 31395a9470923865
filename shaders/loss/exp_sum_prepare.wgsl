// What has to be known of a batch's rows before vectors stream past them, or they past vectors. Marks are three tables,
// one behind the other, the first two zeros before; block b is first_block + b:
//   by row:    [b][slot]       a bit for each of the block's 32 vectors that is in the row's index
//   by vector: [slot / 32][b * 32 + vector % 32]  a bit for each of 32 rows whose index has the vector
//   entries:   [b / TOGETHER][slot]  number of the first entry of the row's index in these blocks, if they have one
// And the scores of the listed vectors: scores[place * count + slot]. One invocation for each of `runs` runs of SEGMENT
// entries of a row, or of `score_runs` runs of SEGMENT listed vectors, whichever is more. Header: SEGMENT.
struct Params { start: u32, count: u32, first_row: u32, scattered: u32, first_vector: u32, runs: u32, score_runs: u32,
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

// `place` is the row's entry that comes first.
fn mark(slot: u32, place: u32) {
  let number = numbers[params.start + slot];
  let first = spans[number].x + place;
  let end = min(spans[number + 1u].x, first + SEGMENT);
  if (first >= end) { return; }
  let by_vector = marks_by_vector(params.blocks, params.padded);
  let of_entries = marks_of_entries(params.blocks, params.padded);
  // What stands before the first block is far behind the last.
  var before = 0xffffffffu;
  if (place > 0u) { before = entries[first - 1u].x / 32u - params.first_block; }
  for (var entry = first; entry < end; entry++) {
    let vector = entries[entry].x;
    let b = vector / 32u - params.first_block;
    if (b < params.blocks) {
      atomicOr(&marks[b * params.padded + slot], 1u << (vector % 32u));
      atomicOr(&marks[by_vector + 32u * (slot / 32u * params.blocks + b) + vector % 32u], 1u << (slot % 32u));
      if (b / TOGETHER != before / TOGETHER) {
        atomicStore(&marks[of_entries + b / TOGETHER * params.padded + slot], entry);
      }
    }
    before = b;
  }
}

fn score(slot: u32, first: u32) {
  let number = numbers[params.start + slot];
  let span = spans[number];
  let length = span.w - span.y;
  if (first >= length) { return; }
  let row = (params.first_row + select(slot, number, params.scattered == 1u)) * WIDTH;
  var vector: array<u32, SEGMENT>;
  var sum: array<f32, SEGMENT>;
  /* unroll */ for (var u = 0u; u < SEGMENT; u++) {
    vector[u] = (params.first_vector + listed[span.y + min(first + u, length - 1u)]) * WIDTH;
  }
  for (var d = 0u; d < WIDTH; d++) {
    let part = table[row + d];
    /* unroll */ for (var u = 0u; u < SEGMENT; u++) { sum[u] += dot(part, vectors[vector[u] + d]); }
  }
  /* unroll */ for (var u = 0u; u < SEGMENT; u++) {
    if (first + u < length) { scores[(first + u) * params.count + slot] = sum[u]; }
  }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u) {
  let n = (group.y * groups.x + group.x) * 64u + local.x;
  if (n < params.count * params.runs) { mark(n / params.runs, n % params.runs * SEGMENT); }
  if (n < params.count * params.score_runs) { score(n % params.count, n / params.count * SEGMENT); }
}
