// Shared by the kernels of short lists: rows of one part of a table list vectors of another part. Scores and
// coefficients of a batch are [place * count + slot]: neighbours in a workgroup read neighbours.

// Number of entries of the list of a row.
fn length_of(number: u32) -> u32 {
  return offsets[number + 1u] - offsets[number];
}
