/** [code, V sin(U sin(W code + a) + b) + c] of every code, in float64; a layer is [weights by inputs, bias]. */
export function sirenRows(
  codes: Float64Array,
  dim: number,
  layers: readonly { weights: ArrayLike<number>; bias: ArrayLike<number> }[],
): number[] {
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
