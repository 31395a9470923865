// Whether a user's candidates are complete: not more than fit, and not fewer than k without being all items.
fn sufficient(counted: u32, threshold: f32, k: u32, capacity: u32) -> bool {
  return counted <= capacity && (counted >= k || threshold <= -3.4e38);
}
