// A whole workgroup works on a list of keys and items in its memory. Header: SIZE, LIST (room in the list, a multiple
// of 4). Parts: ordered_key. The kernel has a function `stays(entry)`, and `items` and `scores` of the result.
var<workgroup> list: array<vec2u, LIST>;
var<workgroup> listed: atomic<u32>;
var<workgroup> length_found: u32;

fn list_length(lane: u32) -> u32 {
  workgroupBarrier();
  if (lane == 0u) { length_found = atomicLoad(&listed); }
  return workgroupUniformLoad(&length_found);
}

// Keeps the entries that stay, in any order; the new length.
fn compact(length: u32, lane: u32) -> u32 {
  if (lane == 0u) { atomicStore(&listed, 0u); }
  for (var base = 0u; base < length; base += SIZE) {
    let place = base + lane;
    let entry = list[min(place, length - 1u)];
    // What is written lies before what the next turn reads.
    workgroupBarrier();
    if (place < length && stays(entry)) { list[atomicAdd(&listed, 1u)] = entry; }
  }
  return list_length(lane);
}

// Writes the k best entries in order to the result's row from `out` on, and nothing into the rest of it.
fn write_best(length: u32, k: u32, out: u32, lane: u32) {
  if (lane < 4u && length + lane < LIST) { list[length + lane] = vec2u(); }
  workgroupBarrier();
  for (var place = lane; place < length; place += SIZE) {
    let own = list[place];
    var before = 0u;
    for (var other = 0u; other < length; other += 4u) {
      /* unroll */ for (var j = 0u; j < 4u; j++) {
        let entry = list[other + j];
        before += select(0u, 1u, entry.x > own.x || (entry.x == own.x && entry.y < own.y));
      }
    }
    if (before < k) {
      items[out + before] = own.y;
      scores[out + before] = score_of(own.x);
    }
  }
  for (var place = length + lane; place < k; place += SIZE) {
    items[out + place] = 0xffffffffu;
    scores[out + place] = -3.4e38;
  }
}
