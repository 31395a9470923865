// The place of an item among user n's ordered targets: how many of them come before it, itself included if it is one.
// Needs `ordered_keys`, `ordered_items`, `params.count` and `params.length`.
fn place_of(n: u32, key: i32, item: u32) -> u32 {
  var low = 0u;
  var high = params.length;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (ordered_keys[middle * params.count + n] > key) { low = middle + 1u; } else { high = middle; }
  }
  if (low == params.length || ordered_keys[low * params.count + n] != key) { return low; }
  high = params.length;
  while (low < high) {
    let middle = (low + high) >> 1u;
    let at = middle * params.count + n;
    if (ordered_keys[at] == key && ordered_items[at] <= item) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

fn lowest_key(n: u32) -> i32 {
  return ordered_keys[(params.length - 1u) * params.count + n];
}
