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
@group(1) @binding(0) var<uniform> params: Params;

var<private> least_key: u32;

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
  for (var place = lane; place < min(counted, params.capacity); place += SIZE) {
    let candidate = candidates[n * params.capacity + place];
    let found_at = exclusion_at(candidate.x, start, end);
    var free = true;
    if (found_at < end) { free = excluded[found_at] != candidate.x; }
    if (free) { list[atomicAdd(&listed, 1u)] = vec2u(ordered_key(bitcast<f32>(candidate.y)), candidate.x); }
  }
  var length = list_length(lane);
  if (lane == 0u) {
    let threshold = bitcast<f32>(state[count + n]);
    let complete = counted <= params.capacity && sufficient(length, threshold, params.k, params.capacity);
    state[3u * count + n] = select(1u, 0u, complete);
  }
  if (length > params.k) {
    least_key = reached(length, params.k, params.k >> 3u, lane).low;
    length = compact(length, lane);
  }
  write_best(length, params.k, (params.first + n) * params.k, lane);
}
