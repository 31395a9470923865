/**
 * Ratings and times in the forms that logs write them. Whatever is neither gives NaN. This module is browser compatible.
 *
 * @module
 */

const zero = 0x30;
const point = 0x2e;
const minus = 0x2d;
const powersOfTen = Float64Array.from({ length: 16 }, (_, n) => 10 ** n);
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const dateTime =
  /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})([.,]\d+)?)?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?$/i;

/** The decimal number that is written in `bytes[start .. end)`, blanks around it allowed. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let n = start;
  const negative = n < end && bytes[n] === minus;
  if (negative) n++;
  // Up to 15 digits are an exact integer, and its quotient by a power of ten is rounded once: the number as written.
  if (end - n > 0 && end - n <= 15) {
    let value = 0;
    let decimals = -1;
    let digits = 0;
    for (; n < end; n++) {
      const digit = bytes[n]! - zero;
      if (digit >= 0 && digit <= 9) {
        value = 10 * value + digit;
        digits++;
      } else if (bytes[n] === point && decimals < 0) decimals = end - n - 1;
      else break;
    }
    if (n === end && digits > 0) {
      if (decimals > 0) value /= powersOfTen[decimals]!;
      return negative ? -value : value;
    }
  }
  return numberOf(new TextDecoder().decode(bytes.subarray(start, end)));
}

/** The number that a text writes in decimal; hexadecimal, empty and infinite ones give NaN. */
export function numberOf(text: string): number {
  const trimmed = text.trim();
  const value = decimal.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/**
 * The time that a text states as a date in ISO 8601 form, with `-` or `/`, with or without time of day; without a
 * zone it is UTC.
 *
 * @returns Seconds since 1970.
 */
export function secondsOf(text: string): number {
  const match = dateTime.exec(text.trim());
  if (match === null) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const days = Date.UTC(year, month - 1, day);
  const date = new Date(days);
  // Date.UTC takes the years 0 to 99 for others.
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) {
    return NaN;
  }
  if (hour > 24 || minute > 59 || second > 60) return NaN;
  const fraction = match[7] === undefined ? 0 : Number(`0.${match[7].slice(1)}`);
  const zone = /^([+-])(\d{2}):?(\d{2})?$/.exec(match[8] ?? "");
  const shift = zone === null
    ? 0
    : (zone[1] === "-" ? -60 : 60) * (60 * Number(zone[2]) + Number(zone[3] ?? 0));
  return days / 1000 + 3600 * hour + 60 * minute + second - shift + fraction;
}
