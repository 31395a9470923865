/** [code, W sin(V sin(U code + a) + b) + c] of every code, in float64; the network is U by inputs, a, V, b, W, c. */
export function sirenRows(codes: Float64Array, dim: number, network: ArrayLike<number>): number[] {
  const numbers = Array.from(network);
  const layers = [[dim, 64], [64, 64], [64, 10]].map(([inputs, outputs]) => ({
    weights: numbers.splice(0, inputs! * outputs!),
    bias: numbers.splice(0, outputs!),
  }));
  const rows: number[] = [];
  for (let start = 0; start < codes.length; start += dim) {
    const code = [...codes.subarray(start, start + dim)];
    let input = code;
    layers.forEach(({ weights, bias }, n) => {
      if (n > 0) input = input.map(Math.sin);
      const before = input;
      input = Array.from(
        bias,
        (value, column) =>
          before.reduce((sum, own, row) => sum + own * weights[row * bias.length + column]!, value),
      );
    });
    rows.push(...code, ...input);
  }
  return rows;
}
