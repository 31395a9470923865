/** What shaders/probe/multiply_add.wgsl leaves for invocation `n`: the sum of 32 chains x := 0.5 x + 0.5. */
export function multiplyAddSum(n: number, rounds: number): number {
  let sum = 0;
  for (let chain = 0; chain < 8; chain++) {
    let x = (n & 7) + chain;
    for (let round = 0; round < rounds; round++) x = 0.5 * x + 0.5;
    sum += 4 * x;
  }
  return sum;
}
