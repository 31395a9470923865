// One slice of the vectors, streamed past the rows: per row the sum of exp(score - m) and of exp(score - m) * vector
// over the vectors outside the row's index. Every invocation holds GROUPS * 4 rows; all read the same vector at a time.
// Four rows lie side by side: component c of rows_held[g * DIM + d] is coordinate d of the c-th row of group g. Loops
// over these arrays have constant lengths and no loop inside, or drivers leave the arrays in memory.
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
// A block is summed with the maximum known before it, and again if a score exceeds that by more than this.
const SLACK: f32 = 60.0;

var<private> held: array<vec4f, GROUPS * DIM>;
var<private> highest: array<vec4f, GROUPS>;
var<private> sum: array<vec4f, GROUPS>;
var<private> sum_vector: array<vec4f, GROUPS * DIM>;
var<private> top: array<vec4f, GROUPS>;
var<private> block: array<vec4f, GROUPS>;
var<private> block_vector: array<vec4f, GROUPS * DIM>;
var<private> entry: array<vec4u, GROUPS>;
var<private> end: array<vec4u, GROUPS>;
var<private> upcoming: array<vec4u, GROUPS>;
var<private> excluded: array<vec4u, GROUPS>;

fn item_at(place: u32, last: u32) -> u32 {
  if (place < last) { return entries[place].x; }
  return NEVER;
}

fn hold(g: u32, c: u32, slot: u32) {
  let own = min(slot, params.count - 1u);
  for (var w = 0u; w < WIDTH; w++) {
    let part = rows[own * WIDTH + w];
    held[g * DIM + 4u * w][c] = part.x;
    if (4u * w + 1u < DIM) { held[g * DIM + 4u * w + 1u][c] = part.y; }
    if (4u * w + 2u < DIM) { held[g * DIM + 4u * w + 2u][c] = part.z; }
    if (4u * w + 3u < DIM) { held[g * DIM + 4u * w + 3u][c] = part.w; }
  }
  let number = numbers[params.start + own];
  entry[g][c] = spans[number].x;
  end[g][c] = spans[number + 1u].x;
}

// Moves every row's entry to the first one that is not before `first`.
fn seek(first: u32) {
  var high = end;
  loop {
    var open = false;
    for (var g = 0u; g < GROUPS; g++) {
      let middle = (entry[g] + high[g]) / 2u;
      let busy = entry[g] < high[g];
      var item = vec4u(NEVER);
      if (busy.x) { item.x = entries[middle.x].x; }
      if (busy.y) { item.y = entries[middle.y].x; }
      if (busy.z) { item.z = entries[middle.z].x; }
      if (busy.w) { item.w = entries[middle.w].x; }
      let before = item < vec4u(first);
      entry[g] = select(entry[g], middle + 1u, busy & before);
      high[g] = select(high[g], middle, busy & !before);
      open = open || any(busy);
    }
    if (!open) { break; }
  }
  for (var g = 0u; g < GROUPS; g++) {
    upcoming[g] = vec4u(item_at(entry[g].x, end[g].x), item_at(entry[g].y, end[g].y),
      item_at(entry[g].z, end[g].z), item_at(entry[g].w, end[g].w));
  }
}

// Marks the vectors from `base` on that the rows leave out, and those past `limit`.
fn exclude(base: u32, limit: u32) {
  var past = 0u;
  if (limit - base < BLOCK) { past = 0xffffffffu << (limit - base); }
  for (var g = 0u; g < GROUPS; g++) { excluded[g] = vec4u(past); }
  loop {
    var moved = false;
    for (var g = 0u; g < GROUPS; g++) {
      let hit = upcoming[g] < vec4u(limit);
      excluded[g] |= select(vec4u(0u), vec4u(1u) << ((upcoming[g] - base) & vec4u(31u)), hit);
      entry[g] += select(vec4u(0u), vec4u(1u), hit);
      if (hit.x) { upcoming[g].x = item_at(entry[g].x, end[g].x); }
      if (hit.y) { upcoming[g].y = item_at(entry[g].y, end[g].y); }
      if (hit.z) { upcoming[g].z = item_at(entry[g].z, end[g].z); }
      if (hit.w) { upcoming[g].w = item_at(entry[g].w, end[g].w); }
      moved = moved || any(hit);
    }
    if (!moved) { break; }
  }
}

// Adds one vector to the block's sums.
fn visit(item: u32, bit: u32) {
  let place = (params.first_vector + min(item, params.vectors - 1u)) * WIDTH;
  var vector: array<vec4f, WIDTH>;
  for (var w = 0u; w < WIDTH; w++) { vector[w] = vectors[place + w]; }
  for (var g = 0u; g < GROUPS; g++) {
    var raw = vec4f(0.0);
    for (var w = 0u; w < WIDTH; w++) {
      let d = g * DIM + 4u * w;
      raw = fma(held[d], vec4f(vector[w].x), raw);
      if (4u * w + 1u < DIM) { raw = fma(held[d + 1u], vec4f(vector[w].y), raw); }
      if (4u * w + 2u < DIM) { raw = fma(held[d + 2u], vec4f(vector[w].z), raw); }
      if (4u * w + 3u < DIM) { raw = fma(held[d + 3u], vec4f(vector[w].w), raw); }
    }
    let out = (excluded[g] & vec4u(1u << bit)) != vec4u(0u);
    let score = select(limited4(raw), vec4f(LOWEST), out);
    top[g] = max(top[g], score);
    let share = select(exp(min(score - highest[g], vec4f(SLACK))), vec4f(0.0), out);
    block[g] += share;
    let part = passing4(share, raw);
    for (var w = 0u; w < WIDTH; w++) {
      let d = g * DIM + 4u * w;
      block_vector[d] = fma(part, vec4f(vector[w].x), block_vector[d]);
      if (4u * w + 1u < DIM) { block_vector[d + 1u] = fma(part, vec4f(vector[w].y), block_vector[d + 1u]); }
      if (4u * w + 2u < DIM) { block_vector[d + 2u] = fma(part, vec4f(vector[w].z), block_vector[d + 2u]); }
      if (4u * w + 3u < DIM) { block_vector[d + 3u] = fma(part, vec4f(vector[w].w), block_vector[d + 3u]); }
    }
  }
}

// Adds the block's sums to the slice's; if a score was too high for that, raises the maximum instead.
fn settle() -> bool {
  var again = false;
  for (var g = 0u; g < GROUPS; g++) { again = again || any(top[g] > highest[g] + vec4f(SLACK)); }
  for (var g = 0u; g < GROUPS; g++) {
    let raised = select(highest[g], top[g], top[g] > highest[g] + vec4f(SLACK));
    let scale = exp(highest[g] - raised);
    highest[g] = raised;
    sum[g] = sum[g] * scale + select(block[g], vec4f(0.0), vec4<bool>(again));
    for (var d = 0u; d < DIM; d++) {
      let n = g * DIM + d;
      sum_vector[n] = sum_vector[n] * scale + select(block_vector[n], vec4f(0.0), vec4<bool>(again));
    }
  }
  return !again;
}

fn keep(g: u32, c: u32, slot: u32, slice: u32) {
  if (slot >= params.count) { return; }
  let place = slice * params.count + slot;
  partial_sums[place] = vec2f(highest[g][c], sum[g][c]);
  for (var w = 0u; w < WIDTH; w++) {
    var part = vec4f(sum_vector[g * DIM + 4u * w][c], 0.0, 0.0, 0.0);
    if (4u * w + 1u < DIM) { part.y = sum_vector[g * DIM + 4u * w + 1u][c]; }
    if (4u * w + 2u < DIM) { part.z = sum_vector[g * DIM + 4u * w + 2u][c]; }
    if (4u * w + 3u < DIM) { part.w = sum_vector[g * DIM + 4u * w + 3u][c]; }
    partial_vectors[place * WIDTH + w] = part;
  }
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let slice = params.first_slice + group.y;
  let first = slice * params.slice_length;
  let last = min(params.vectors, first + params.slice_length);
  let slot = group.x * (SIZE * GROUPS * 4u) + local.x;
  for (var g = 0u; g < GROUPS; g++) {
    for (var c = 0u; c < 4u; c++) { hold(g, c, slot + (4u * g + c) * SIZE); }
    highest[g] = vec4f(select(0.0, -1.0e38, BOUND == 0u));
  }
  seek(first);
  for (var base = first; base < last; base += BLOCK) {
    exclude(base, min(base + BLOCK, last));
    loop {
      for (var g = 0u; g < GROUPS; g++) {
        block[g] = vec4f(0.0);
        top[g] = vec4f(LOWEST);
        for (var d = 0u; d < DIM; d++) { block_vector[g * DIM + d] = vec4f(0.0); }
      }
      for (var n = 0u; n < BLOCK; n += 2u) {
        visit(base + n, n);
        visit(base + n + 1u, n + 1u);
      }
      if (settle()) { break; }
    }
  }
  for (var g = 0u; g < GROUPS; g++) {
    for (var c = 0u; c < 4u; c++) { keep(g, c, slot + (4u * g + c) * SIZE, slice); }
  }
}
