/**
 * Axes of a chart: round tick values and the mapping from values to pixels. This module is browser compatible.
 *
 * @module
 */

/** The part of an axis that is shown, with its ticks. */
export interface Axis {
  /** Lowest value shown. */
  readonly low: number;
  /** Highest value shown; above `low`. */
  readonly high: number;
  /** Distance between ticks. */
  readonly step: number;
  /** Tick values within [low, high], ascending. */
  readonly ticks: readonly number[];
}

/** How an axis is to be made. */
export interface AxisOptions {
  /** Roughly how many intervals the ticks make. */
  readonly intervals?: number;
  /** Ends and ticks on whole numbers only. */
  readonly whole?: boolean;
  /** Widen the axis to whole steps, so that it ends on ticks. */
  readonly widen?: boolean;
}

const largest = 1e100;
const smallest = 1e-100;

/** Whether a value has a place on a chart: finite, and far enough from overflow that differences are finite too. */
export function isDrawable(value: unknown): value is number {
  return typeof value === "number" && Math.abs(value) <= largest;
}

function roundStep(span: number, intervals: number): number {
  const raw = span / intervals;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => raw <= candidate * power * 1.0001) ?? 10;
  return factor * power;
}

/**
 * An axis over the drawable ones of `values`: [0, 1] if there are none, a little room around a single value.
 */
export function axisOver(values: readonly number[], options: AxisOptions = {}): Axis {
  const { intervals = 5, whole = false, widen = false } = options;
  const shown = values.filter(isDrawable);
  let low = shown.reduce((least, value) => Math.min(least, value), Infinity);
  let high = shown.reduce((most, value) => Math.max(most, value), -Infinity);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (shown.length === 0 || (low !== 0 || high !== 0) && size < smallest) [low, high] = [0, 1];
  else if (high - low <= 1e-9 * size) {
    const room = Math.max(size * 0.1, whole || size === 0 ? 1 : 0);
    [low, high] = [low - room, high + room];
  }
  if (whole) [low, high] = [Math.floor(low), Math.ceil(high)];
  const step = Math.max(roundStep(high - low, intervals), whole ? 1 : 0);
  const slack = 1e-6;
  if (widen) {
    low = Math.floor(low / step + slack) * step;
    high = Math.ceil(high / step - slack) * step;
  }
  const first = Math.ceil(low / step - slack);
  const last = Math.floor(high / step + slack);
  const ticks = [];
  for (let n = 0; n <= last - first; n++) {
    ticks.push(Number(((first + n) * step).toPrecision(12)) + 0);
  }
  return { low, high, step, ticks };
}

/** Where a value of the axis stands when `low` is drawn at `from` and `high` at `to`. */
export function position(axis: Axis, value: number, from: number, to: number): number {
  return from + (value - axis.low) / (axis.high - axis.low) * (to - from);
}

/** A length or place in pixels to 2 decimals, which is all that a chart needs. */
export function pixel(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}

/** A tick value with as many decimals as the step needs. */
export function tickText(axis: Axis, value: number): string {
  const size = Math.max(Math.abs(axis.low), Math.abs(axis.high));
  if (size >= 1e6 || size < 1e-4) return Number(value.toPrecision(4)).toExponential().replace("e+", "e");
  const decimals = Math.max(0, Math.min(10, Math.ceil(-Math.log10(axis.step) - 1e-9)));
  return value.toFixed(decimals);
}
