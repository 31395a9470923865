// The first place in excluded[low .. high), ascending, whose item is not below `item`.
fn exclusion_at(item: u32, start: u32, end: u32) -> u32 {
  var low = start;
  var high = end;
  while (low < high) {
    let middle = (low + high) >> 1u;
    if (excluded[middle] < item) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}
