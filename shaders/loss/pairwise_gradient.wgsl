// Adds a batch's gradient to the rows it touches. The batch's occurrences are sorted by row: LANES invocations stand
// on each, those on the first occurrence of a row sum the whole run in order, and the others leave.

struct Params { first: u32, count: u32 }

@group(0) @binding(0) var<storage, read> triples: array<u32>;
@group(0) @binding(1) var<storage, read> sorted: array<vec2u>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read> table: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> gradient: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

override LANES: u32 = 1;
override DISTANCE: u32 = 0;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let index = id.x + id.y * groups.x * 64u;
  let place = index / LANES;
  let lane = index % LANES;
  let slots = 3u * params.count;
  if (place >= slots) { return; }
  let base = 3u * params.first;
  let row = sorted[base + place].x;
  if (place > 0u) {
    if (sorted[base + place - 1u].x == row) { return; }
  }
  let own = table[row * LANES + lane];
  var sum = vec4f();
  for (var n = place; n < slots; n++) {
    let entry = sorted[base + n];
    if (entry.x != row) { break; }
    let sample = params.first + entry.y / 3u;
    let role = entry.y % 3u;
    let coefficient = coefficients[sample];
    if (coefficient == 0.0) { continue; }
    // role 0: this row is the user; 1: the positive item; 2: the negative item
    let left = triples[3u * sample + select(0u, 1u, role == 0u)] * LANES + lane;
    if (role == 0u) {
      let difference = table[left] - table[triples[3u * sample + 2u] * LANES + lane];
      sum += select(1.0, -2.0, DISTANCE == 1u) * coefficient * difference;
    } else {
      let sign = select(-coefficient, coefficient, role == 1u);
      if (DISTANCE == 0u) { sum += sign * table[left]; } else { sum += 2.0 * sign * (own - table[left]); }
    }
  }
  gradient[row * LANES + lane] += sum;
}
