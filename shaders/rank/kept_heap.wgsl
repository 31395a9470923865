// A heap of kept items with the worst at its root, in the result's own rows. Needs `items` and `scores`.
fn worse(score: f32, item: u32, other_score: f32, other_item: u32) -> bool {
  return score < other_score || (score == other_score && item > other_item);
}

// Lets an item sink from the root of the heap items[first .. first + size).
fn sink(first: u32, size: u32, item: u32, score: f32) {
  var place = 0u;
  loop {
    var child = 2u * place + 1u;
    if (child >= size) { break; }
    var child_item = items[first + child];
    var child_score = scores[first + child];
    if (child + 1u < size) {
      let other_item = items[first + child + 1u];
      let other_score = scores[first + child + 1u];
      if (worse(other_score, other_item, child_score, child_item)) {
        child++;
        child_item = other_item;
        child_score = other_score;
      }
    }
    if (!worse(child_score, child_item, score, item)) { break; }
    items[first + place] = child_item;
    scores[first + place] = child_score;
    place = child;
  }
  items[first + place] = item;
  scores[first + place] = score;
}

// Adds an item to the heap items[first .. first + size), which then has one more.
fn rise(first: u32, size: u32, item: u32, score: f32) {
  var place = size;
  while (place > 0u) {
    let parent = (place - 1u) >> 1u;
    let parent_item = items[first + parent];
    let parent_score = scores[first + parent];
    if (!worse(score, item, parent_score, parent_item)) { break; }
    items[first + place] = parent_item;
    scores[first + place] = parent_score;
    place = parent;
  }
  items[first + place] = item;
  scores[first + place] = score;
}
