// Puts each user's targets in the order of ranking: higher keys first, equal keys by the lower item number. Writes the
// ordered keys and items, each target's place among them, and counts of zero. An invocation places TARGETS of them.
// Layout: [place * count + user]. Header: TARGETS.
struct Params { count: u32, first: u32, length: u32, first_block: u32 }
@group(0) @binding(0) var<storage, read> targets: array<u32>;
@group(0) @binding(1) var<storage, read> keys: array<i32>;
@group(0) @binding(2) var<storage, read_write> ordered_keys: array<i32>;
@group(0) @binding(3) var<storage, read_write> ordered_items: array<u32>;
@group(0) @binding(4) var<storage, read_write> places: array<u32>;
@group(0) @binding(5) var<storage, read_write> counts: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let count = params.count;
  if (n >= count) { return; }
  let row = (params.first + n) * params.length;
  let first = (params.first_block + id.y) * TARGETS;
  let last = params.length - 1u;
  var key: array<i32, TARGETS>;
  var item: array<u32, TARGETS>;
  var place: array<u32, TARGETS>;
  /* unroll */ for (var j = 0u; j < TARGETS; j++) {
    key[j] = keys[min(first + j, last) * count + n];
    item[j] = targets[row + min(first + j, last)];
  }
  for (var t = 0u; t < params.length; t++) {
    let other_key = keys[t * count + n];
    let other_item = targets[row + t];
    /* unroll */ for (var j = 0u; j < TARGETS; j++) {
      let lower = other_item < item[j] || (other_item == item[j] && t < first + j);
      place[j] += select(0u, 1u, other_key > key[j] || (other_key == key[j] && lower));
    }
  }
  /* unroll */ for (var j = 0u; j < TARGETS; j++) {
    if (first + j <= last) {
      ordered_keys[place[j] * count + n] = key[j];
      ordered_items[place[j] * count + n] = item[j];
      places[(first + j) * count + n] = place[j];
      counts[(first + j) * count + n] = 0u;
    }
  }
}
