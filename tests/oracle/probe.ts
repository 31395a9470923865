/** What shaders/probe/multiply_add.wgsl leaves for invocation `n`: the sum of 32 chains x := 0.5 x + 0.5, four links a round. */
export function multiplyAddSum(n: number, rounds: number): number {
  let sum = 0;
  for (let chain = 0; chain < 8; chain++) {
    let x = (n & 7) + chain;
    for (let link = 0; link < 4 * rounds; link++) x = 0.5 * x + 0.5;
    sum += 4 * x;
  }
  return sum;
}

/** What shaders/probe/exponential.wgsl leaves for invocation `n`: the sum of 32 chains x := exp(-x), four links a round. */
export function exponentialSum(n: number, rounds: number): number {
  let sum = 0;
  for (let chain = 0; chain < 8; chain++) {
    let x = (n & 7) / 8 + chain;
    for (let link = 0; link < 4 * rounds; link++) x = Math.exp(-x);
    sum += 4 * x;
  }
  return sum;
}
