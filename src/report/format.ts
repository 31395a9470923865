/**
 * Numbers as people read them. Whatever is not a finite number is shown as an en dash. This module is browser
 * compatible.
 *
 * @module
 */

/** What stands for a value that was not measured: an en dash. */
export const missing = "–";

const narrowSpace = "\u202f";

/** Whether a value is a number that can be shown. */
export function isMeasured(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

/**
 * A ranking metric, to 4 decimals as papers print them.
 */
export function formatMetric(value: number | null | undefined): string {
  return isMeasured(value) ? fixed(value, 4) : missing;
}

/**
 * Any number, to 4 significant digits; digits in front of the decimal point are never dropped below a million.
 */
export function formatNumber(value: number | null | undefined): string {
  if (!isMeasured(value)) return missing;
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(4));
  const magnitude = Math.floor(Math.log10(Math.abs(rounded)));
  if (magnitude >= 6 || magnitude < -4) return value.toExponential(3).replace("e+", "e");
  return fixed(value, Math.max(0, 3 - magnitude));
}

/**
 * A count, its digits in groups of three with a narrow no-break space (U+202F) between them.
 */
export function formatCount(value: number | null | undefined): string {
  if (!isMeasured(value)) return missing;
  const whole = fixed(value, 0);
  return whole.includes("e") ? whole.replace("e+", "e") : whole.replace(/\B(?=(\d{3})+$)/g, narrowSpace);
}

/**
 * A size in B, KB, MB, GB or TB (powers of 1000), to 3 significant digits.
 */
export function formatBytes(bytes: number | null | undefined): string {
  if (!isMeasured(bytes)) return missing;
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const size = Math.abs(value);
  return `${fixed(value, unit === 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)} ${units[unit]}`;
}

/**
 * A duration in its two largest units; below a minute to a tenth of a second, below a second in milliseconds.
 *
 * @param seconds The duration in seconds.
 */
export function formatDuration(seconds: number | null | undefined): string {
  if (!isMeasured(seconds)) return missing;
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995) return seconds < 0.0005 ? "<1 ms" : `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${fixed(seconds, 1)} s`;
  const pair = (large: number, largeUnit: string, small: number, smallUnit: string) =>
    `${formatCount(large)} ${largeUnit}${small === 0 ? "" : ` ${small} ${smallUnit}`}`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(seconds / 3600);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

/**
 * A share from 0 to 1, to 2 decimals.
 */
export function formatShare(value: number | null | undefined): string {
  return isMeasured(value) ? fixed(value, 2) : missing;
}

/**
 * A change as a percentage with one decimal and its sign.
 */
export function formatChange(fraction: number | null | undefined): string {
  const text = formatPercent(fraction);
  return /^\d/.test(text) ? `+${text}` : text;
}

/**
 * A fraction as a percentage with one decimal.
 */
export function formatPercent(fraction: number | null | undefined): string {
  return isMeasured(fraction) ? `${fixed(fraction * 100, 1)} %` : missing;
}
