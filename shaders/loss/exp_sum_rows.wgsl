// One slice of the vectors, streamed past the rows: per row the sum S of exp(score - m) and of exp(score - m) * vector
// over the vectors outside the row's index. Invocations are rows, ROWS of them each; all read the same vector at a time.
struct Params { start: u32, count: u32, first_vector: u32, vectors: u32, slice_length: u32, first_slice: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
@group(0) @binding(1) var<storage, read> vectors: array<vec4f>;
@group(0) @binding(2) var<storage, read> numbers: array<u32>;
@group(0) @binding(3) var<storage, read> spans: array<vec4u>;
@group(0) @binding(4) var<storage, read> entries: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> partial_vectors: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

const BLOCK: u32 = 32u;
const NEVER: u32 = 0xffffffffu;
// A block is summed with the maximum known before it and done again only if a score exceeds that by more than this.
const SLACK: f32 = 60.0;

fn entry_item(entry: u32, end: u32) -> u32 {
  if (entry < end) { return entries[entry].x; }
  return NEVER;
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slice = params.first_slice + group.y;
  let first = slice * params.slice_length;
  let last = min(params.vectors, first + params.slice_length);
  let slot = group.x * (SIZE * ROWS) + local.x;

  var row: array<vec4f, ROWS * WIDTH>;
  var sum_vector: array<vec4f, ROWS * WIDTH>;
  var sum: array<f32, ROWS>;
  var highest: array<f32, ROWS>;
  var entry: array<u32, ROWS>;
  var end: array<u32, ROWS>;
  var upcoming: array<u32, ROWS>;
  for (var r = 0u; r < ROWS; r++) {
    let own = min(slot + r * SIZE, params.count - 1u);
    for (var d = 0u; d < WIDTH; d++) { row[r * WIDTH + d] = rows[own * WIDTH + d]; }
    let number = numbers[params.start + own];
    var low = spans[number].x;
    end[r] = spans[number + 1u].x;
    var high = end[r];
    while (low < high) {
      let middle = (low + high) / 2u;
      if (entries[middle].x < first) { low = middle + 1u; } else { high = middle; }
    }
    entry[r] = low;
    upcoming[r] = entry_item(low, end[r]);
    highest[r] = select(0.0, -1.0e38, BOUND == 0u);
  }

  for (var base = first; base < last; base += BLOCK) {
    let length = min(BLOCK, last - base);
    var excluded: array<u32, ROWS>;
    for (var r = 0u; r < ROWS; r++) {
      var mask = 0u;
      while (upcoming[r] < base + length) {
        mask |= 1u << (upcoming[r] - base);
        entry[r]++;
        upcoming[r] = entry_item(entry[r], end[r]);
      }
      excluded[r] = mask;
    }
    loop {
      var block_vector: array<vec4f, ROWS * WIDTH>;
      var block: array<f32, ROWS>;
      var top: array<f32, ROWS>;
      for (var r = 0u; r < ROWS; r++) {
        block[r] = 0.0;
        top[r] = LOWEST;
        for (var d = 0u; d < WIDTH; d++) { block_vector[r * WIDTH + d] = vec4f(0.0); }
      }
      for (var n = 0u; n < length; n++) {
        let place = (params.first_vector + base + n) * WIDTH;
        var vector: array<vec4f, WIDTH>;
        for (var d = 0u; d < WIDTH; d++) { vector[d] = vectors[place + d]; }
        for (var r = 0u; r < ROWS; r++) {
          var raw = 0.0;
          for (var d = 0u; d < WIDTH; d++) { raw = product(row[r * WIDTH + d], vector[d], raw); }
          let out = (excluded[r] & (1u << n)) != 0u;
          let score = select(limited(raw), LOWEST, out);
          top[r] = max(top[r], score);
          let share = select(exp(min(score - highest[r], SLACK)), 0.0, out);
          block[r] += share;
          let part = select(0.0, share, passes(raw));
          for (var d = 0u; d < WIDTH; d++) {
            block_vector[r * WIDTH + d] = fma(vec4f(part), vector[d], block_vector[r * WIDTH + d]);
          }
        }
      }
      var again = false;
      for (var r = 0u; r < ROWS; r++) { again = again || top[r] > highest[r] + SLACK; }
      if (!again) {
        for (var r = 0u; r < ROWS; r++) {
          sum[r] += block[r];
          for (var d = 0u; d < WIDTH; d++) { sum_vector[r * WIDTH + d] += block_vector[r * WIDTH + d]; }
        }
        break;
      }
      for (var r = 0u; r < ROWS; r++) {
        let raised = select(highest[r], top[r], top[r] > highest[r] + SLACK);
        let scale = exp(highest[r] - raised);
        highest[r] = raised;
        sum[r] *= scale;
        for (var d = 0u; d < WIDTH; d++) { sum_vector[r * WIDTH + d] *= scale; }
      }
    }
  }

  for (var r = 0u; r < ROWS; r++) {
    let own = slot + r * SIZE;
    if (own < params.count) {
      let place = slice * params.count + own;
      partial_sums[place] = vec2f(highest[r], sum[r]);
      for (var d = 0u; d < WIDTH; d++) { partial_vectors[place * WIDTH + d] = sum_vector[r * WIDTH + d]; }
    }
  }
}
