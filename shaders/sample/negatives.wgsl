// One group for each shuffled position: the rows of its user, its positive item and fresh negative items.
// The negative is uniform over the items outside the user's training list, without rejection: the list is
// ascending, so the r-th absent item is r plus the number of entries n of the list with list[n] - n <= r.

struct Params { seed: u32, epoch: u32, first: u32, count: u32, negatives: u32, users: u32, items: u32 }

@group(0) @binding(0) var<storage, read> order: array<u32>;
@group(0) @binding(1) var<storage, read> pair_users: array<u32>;
@group(0) @binding(2) var<storage, read> pair_items: array<u32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read_write> triples: array<u32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let draw = id.x + id.y * groups.x * 64u;
  let n = draw / params.negatives;
  let which = draw % params.negatives;
  if (n >= params.count) { return; }
  let position = params.first + n;
  let pair = order[position];
  let user = pair_users[pair];
  let positive = pair_items[pair];
  let start = offsets[user];
  let absent = params.items - (offsets[user + 1u] - start);
  var negative = positive;
  if (absent > 0u) {
    let rank = bounded(threefry(params.seed, STREAM_NEGATIVE, params.epoch, position * params.negatives + which).x, absent);
    var low = 0u;
    var high = params.items - absent;
    while (low < high) {
      let middle = (low + high) >> 1u;
      if (pair_items[start + middle] - middle <= rank) { low = middle + 1u; } else { high = middle; }
    }
    negative = rank + low;
  }
  let group = n * (params.negatives + 2u);
  triples[group + 2u + which] = params.users + negative;
  if (which > 0u) { return; }
  triples[group] = user;
  triples[group + 1u] = params.users + positive;
}
