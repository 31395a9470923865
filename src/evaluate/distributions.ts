/**
 * Tails of the two distributions that significance tests need. This module is browser compatible.
 *
 * @module
 */

/**
 * The probability that |T| is at least |t| for Student's t distribution: the regularised incomplete beta function
 * I_x(freedom / 2, 1 / 2) at x = freedom / (freedom + t^2), by its continued fraction (Abramowitz and Stegun 26.5.8), on
 * whichever side of the mean it converges fast.
 *
 * @param t The statistic.
 * @param freedom Degrees of freedom, from 1 up.
 */
export function studentTails(t: number, freedom: number): number {
  const a = freedom / 2;
  const b = 0.5;
  const x = 1 / (1 + t * t / freedom);
  const y = 1 / (1 + freedom / (t * t));
  if (y === 0) return 1;
  if (x === 0) return 0;
  // log(x) by log1p keeps its digits where x is next to 1.
  const front = Math.exp(-a * Math.log1p(t * t / freedom) + b * Math.log(y) - logBeta(a));
  return x < (a + 1) / (a + b + 2)
    ? Math.min(1, front / a / betaFraction(a, b, x))
    : Math.max(0, 1 - front / b / betaFraction(b, a, y));
}

/** 1 + d_1 x / (1 + d_2 x / (1 + ...)), from its far end. */
function betaFraction(a: number, b: number, x: number): number {
  let fraction = 1;
  for (let m = 50 + Math.ceil(5 * Math.sqrt(a + b)); m > 0; m--) {
    const half = m >> 1;
    const coefficient = m % 2 === 0
      ? half * (b - half) / ((a + m - 1) * (a + m))
      : -(a + half) * (a + b + half) / ((a + m - 1) * (a + m));
    fraction = 1 + coefficient * x / fraction;
  }
  return fraction;
}

/** log B(a, 1/2), by the asymptotic series of Gamma(a + 1/2) / Gamma(a) from an argument large enough for it. */
function logBeta(a: number): number {
  let shift = 0;
  for (; a < 20; a++) shift += Math.log1p(0.5 / a);
  const r = 1 / (a * a);
  const series = (1 / 8 - r * (1 / 192 - r * (1 / 640 - r * (17 / 14336 - r * 31 / 18432)))) / a;
  return (Math.log(Math.PI) - Math.log(a)) / 2 + series + shift;
}

/**
 * The probability that |Z| is at least |z| for the normal distribution: erfc(|z| / sqrt(2)), by the series of erf near 0
 * and the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.6 and 7.1.14).
 *
 * @param z The statistic.
 */
export function normalTails(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const bell = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 1 - 2 * bell * sum;
  }
  let fraction = x;
  for (let n = 100; n > 0; n--) fraction = x + n / 2 / fraction;
  return bell / fraction;
}
