// A whole workgroup finds the key that `wanted` of its `length` keys reach, by histograms of 256 bins over an interval
// that shrinks to one bin each time. Keys of 0 do not count. Header: SIZE, invocations of the workgroup. The kernel has
// a function `key_at(place)` that reads workgroup memory.
struct Reach {
  // At least `wanted` keys are not below it; 0 if there are fewer keys.
  low: u32,
  // How many keys are certainly above it, and how many may equal it.
  above: u32,
  level: u32,
}

var<workgroup> bins: array<atomic<u32>, 256>;
var<workgroup> coarse_bins: array<u32, 16>;
var<workgroup> found: vec4u;

// The lowest key, the highest, how many there are, and a key that at least SIZE of them reach, or 0. Sixteen places for
// each, because operations on the same one wait for each other.
fn key_range(length: u32, lane: u32) -> vec4u {
  for (var bin = lane; bin < 64u; bin += SIZE) { atomicStore(&bins[bin], select(0u, 0xffffffffu, bin < 32u)); }
  workgroupBarrier();
  var low = 0xffffffffu;
  var high = 0u;
  var counted = 0u;
  for (var place = lane; place < length; place += SIZE) {
    let key = key_at(place);
    low = select(low, min(low, key), key > 0u);
    high = max(high, key);
    counted += select(0u, 1u, key > 0u);
  }
  let own = lane % 16u;
  atomicMin(&bins[own], low);
  atomicMin(&bins[16u + own], high);
  atomicMax(&bins[32u + own], high);
  atomicAdd(&bins[48u + own], counted);
  workgroupBarrier();
  if (lane == 0u) {
    var range = vec4u(0xffffffffu, 0u, 0u, 0xffffffffu);
    /* unroll */ for (var j = 0u; j < 16u; j++) {
      range.x = min(range.x, atomicLoad(&bins[j]));
      range.w = min(range.w, atomicLoad(&bins[16u + j]));
      range.y = max(range.y, atomicLoad(&bins[32u + j]));
      range.z += atomicLoad(&bins[48u + j]);
    }
    found = range;
  }
  return workgroupUniformLoad(&found);
}

// One invocation: the highest bin that, with `above` and all higher bins, holds `wanted` keys; the keys above it; and
// those in it.
fn bin_reached(above_all: u32, wanted: u32) -> vec4u {
  var above = above_all;
  var group = 0u;
  var open = true;
  /* unroll */ for (var j = 0u; j < 16u; j++) {
    let inside = coarse_bins[15u - j];
    if (open && above + inside >= wanted) {
      group = 15u - j;
      open = false;
    }
    above += select(0u, inside, open);
  }
  var bin = 16u * group;
  var level = 0u;
  open = true;
  /* unroll */ for (var j = 0u; j < 16u; j++) {
    let inside = atomicLoad(&bins[16u * group + 15u - j]);
    if (open && above + inside >= wanted) {
      bin = 16u * group + 15u - j;
      level = inside;
      open = false;
    }
    above += select(0u, inside, open);
  }
  return vec4u(bin, above, level, 0u);
}

// At most `slack` more keys than wanted reach the result, unless equal keys leave no choice; with no slack, `low` is the
// wanted key itself.
fn reached(length: u32, wanted: u32, slack: u32, lane: u32) -> Reach {
  let range = key_range(length, lane);
  if (range.z < wanted) { return Reach(0u, range.z, 0u); }
  // Each invocation's best key: as many keys reach the lowest of them.
  var low = select(range.x, max(range.x, range.w), wanted <= SIZE);
  var high = range.y;
  var above = 0u;
  var level = 0u;
  loop {
    let shift = max(32u - countLeadingZeros(high - low), 8u) - 8u;
    for (var bin = lane; bin < 256u; bin += SIZE) { atomicStore(&bins[bin], 0u); }
    workgroupBarrier();
    for (var place = lane; place < length; place += SIZE) {
      let key = key_at(place);
      if (key >= low && key <= high) { atomicAdd(&bins[(key - low) >> shift], 1u); }
    }
    workgroupBarrier();
    if (lane < 16u) {
      var sum = 0u;
      /* unroll */ for (var j = 0u; j < 16u; j++) { sum += atomicLoad(&bins[16u * lane + j]); }
      coarse_bins[lane] = sum;
    }
    workgroupBarrier();
    if (lane == 0u) { found = bin_reached(above, wanted); }
    let cut = workgroupUniformLoad(&found);
    low += cut.x << shift;
    high = low + min(high - low, (1u << shift) - 1u);
    above = cut.y;
    level = cut.z;
    if (shift == 0u || above + level <= wanted + slack) { break; }
  }
  return Reach(low, above, level);
}
