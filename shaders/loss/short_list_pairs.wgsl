// All pairs of a list whose labels differ, the lower label wanted first: loss |1 / position - 1 / position'| *
// log(1 + exp(-(s - s'))), positions taken as constants. Each invocation, one per (place, slot), takes the pairs of its
// own vector: their derivative by its score, and half of their loss. Places past the list get zeros. Parts:
// short_list_part, log_sigmoid.
struct Params { start: u32, count: u32, places: u32, weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> scores: array<f32>;
@group(0) @binding(4) var<storage, read> positions: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  if (n >= params.count * params.places) { return; }
  let slot = n % params.count;
  let place = n / params.count;
  let number = numbers[params.start + slot];
  let start = offsets[number];
  let length = length_of(number);
  var loss = 0.0;
  var coefficient = 0.0;
  if (place < length) {
    let score = scores[n];
    let label = labels[start + place];
    let inverse = 1.0 / positions[n];
    for (var other = 0u; other < length; other++) {
      let other_label = labels[start + other];
      if (other_label == label) { continue; }
      let m = other * params.count + slot;
      let weight = abs(inverse - 1.0 / positions[m]);
      let side = select(-1.0, 1.0, label < other_label);
      let judged = log_sigmoid_loss(side * (score - scores[m]));
      loss += weight * judged.x;
      coefficient += weight * side * judged.y;
    }
  }
  coefficients[n] = params.weight * coefficient;
  losses[n] = 0.5 * params.weight * loss;
}
