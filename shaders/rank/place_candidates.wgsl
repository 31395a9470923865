// A workgroup takes the candidates of one user, drops the excluded ones, and writes the k best in order. A user whose
// candidates are not complete is marked for select_exact instead. Header: SIZE, LIST. Parts: ordered_key,
// workgroup_reach, place_listed, exclusion_search, sufficient.
struct Params { count: u32, first: u32, k: u32, capacity: u32, excluding: u32 }
@group(0) @binding(0) var<storage, read_write> state: array<u32>;
@group(0) @binding(1) var<storage, read> candidates: array<vec2u>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> excluded: array<u32>;
@group(0) @binding(4) var<storage, read_write> items: array<u32>;
@group(0) @binding(5) var<storage, read_write> scores: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

const KNOWN = 256u;
// The user's excluded items, if they fit.
var<workgroup> known: array<u32, KNOWN>;
var<private> least_key: u32;

fn is_excluded(item: u32, start: u32, end: u32) -> bool {
  if (end - start > KNOWN) {
    let place = exclusion_at(item, start, end);
    if (place == end) { return false; }
    return excluded[place] == item;
  }
  var low = 0u;
  var high = end - start;
  while (low < high) {
    let middle = (low + high) >> 1u;
    let other = known[middle];
    if (other == item) { return true; }
    if (other < item) { low = middle + 1u; } else { high = middle; }
  }
  return false;
}

fn key_at(place: u32) -> u32 {
  return list[place].x;
}

fn stays(entry: vec2u) -> bool {
  return entry.x >= least_key;
}

@compute @workgroup_size(SIZE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let n = group.x;
  let count = params.count;
  let counted = state[2u * count + n];
  var start = 0u;
  var end = 0u;
  if (params.excluding == 1u) {
    start = offsets[state[n]];
    end = offsets[state[n] + 1u];
  }
  if (end - start <= KNOWN) {
    for (var place = start + lane; place < end; place += SIZE) { known[place - start] = excluded[place]; }
  }
  if (lane == 0u) { length_found = min(counted, params.capacity); }
  var length = workgroupUniformLoad(&length_found);
  for (var place = lane; place < length; place += SIZE) {
    let candidate = candidates[n * params.capacity + place];
    let key = ordered_key(bitcast<f32>(candidate.y));
    list[place] = vec2u(select(key, 0u, is_excluded(candidate.x, start, end)), candidate.x);
  }
  workgroupBarrier();
  least_key = max(1u, reached(length, params.k, params.k >> 3u, lane).low);
  length = compact(length, lane);
  if (lane == 0u) {
    let threshold = bitcast<f32>(state[count + n]);
    let complete = counted <= params.capacity && sufficient(length, threshold, params.k, params.capacity);
    state[3u * count + n] = select(1u, 0u, complete);
  }
  write_best(length, params.k, (params.first + n) * params.k, lane);
}
