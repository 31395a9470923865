// Threefry-2x32, 20 rounds: the twin of src/random.ts. Counter in, two random words out; no state.

const STREAM_NEGATIVE: u32 = 3u;

fn threefry(seed: u32, stream: u32, a: u32, b: u32) -> vec2u {
  var keys = array<u32, 3>(seed, stream, seed ^ stream ^ 0x1bd11bdau);
  var rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = vec2u(a + seed, b + stream);
  for (var r = 0u; r < 20u; r++) {
    let rotation = rotations[r & 7u];
    x.x += x.y;
    x.y = (x.y << rotation) | (x.y >> (32u - rotation));
    x.y ^= x.x;
    if ((r & 3u) == 3u) {
      let injection = (r + 1u) >> 2u;
      x.x += keys[injection % 3u];
      x.y += keys[(injection + 1u) % 3u] + injection;
    }
  }
  return x;
}

// A uniform integer in [0, count): the high word of word * count, without 64-bit integers.
fn bounded(word: u32, count: u32) -> u32 {
  let low = word & 0xffffu;
  let high = word >> 16u;
  let count_low = count & 0xffffu;
  let count_high = count >> 16u;
  let middle = high * count_low + ((low * count_low) >> 16u);
  let carry = low * count_high + (middle & 0xffffu);
  return high * count_high + (middle >> 16u) + (carry >> 16u);
}
