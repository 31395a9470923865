// The first place among lists[0 .. listed) of lane n, ascending, whose group is not below `group`.
// Needs `lists` and `params.count`.
fn listed_at(group: u32, listed: u32, n: u32) -> u32 {
  var low = 0u;
  var high = listed;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (lists[middle * params.count + n] < group) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}
