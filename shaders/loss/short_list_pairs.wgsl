// All pairs of a list whose labels differ, the lower label wanted first: loss |1 / position - 1 / position'| *
// log(1 + exp(-(s - s'))), positions taken as constants. Each invocation has PLACES places of one slot and takes the
// pairs of their vectors: the derivative by the vector's score, and half of the loss. Places past the list get zeros.
// Header: PLACES. Parts: short_list_part, log_sigmoid.
struct Params { start: u32, count: u32, places: u32, weight: f32 }
@group(0) @binding(0) var<storage, read> numbers: array<u32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> scores: array<f32>;
@group(0) @binding(4) var<storage, read> positions: array<f32>;
@group(0) @binding(5) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.x + id.y * groups.x * 64u;
  let slot = n % params.count;
  let first = n / params.count * PLACES;
  if (first >= params.places) { return; }
  let number = numbers[params.start + slot];
  let start = offsets[number];
  let length = length_of(number);
  var score: array<f32, PLACES>;
  var inverse: array<f32, PLACES>;
  var label: array<u32, PLACES>;
  var loss = array<f32, PLACES>();
  var coefficient = array<f32, PLACES>();
  /* unroll */ for (var p = 0u; p < PLACES; p++) {
    let place = min(first + p, params.places - 1u);
    score[p] = scores[place * params.count + slot];
    inverse[p] = 1.0 / positions[place * params.count + slot];
    label[p] = labels[min(start + place, arrayLength(&labels) - 1u)];
  }
  for (var other = 0u; other < length; other++) {
    let m = other * params.count + slot;
    let other_score = scores[m];
    let other_inverse = 1.0 / positions[m];
    let other_label = labels[start + other];
    /* unroll */ for (var p = 0u; p < PLACES; p++) {
      let weight = select(abs(inverse[p] - other_inverse), 0.0, label[p] == other_label);
      let side = select(-1.0, 1.0, label[p] < other_label);
      let judged = log_sigmoid_loss(side * (score[p] - other_score));
      loss[p] += weight * judged.x;
      coefficient[p] += weight * side * judged.y;
    }
  }
  /* unroll */ for (var p = 0u; p < PLACES; p++) {
    let place = first + p;
    if (place < params.places) {
      coefficients[place * params.count + slot] = select(0.0, params.weight * coefficient[p], place < length);
      losses[place * params.count + slot] = select(0.0, 0.5 * params.weight * loss[p], place < length);
    }
  }
}
