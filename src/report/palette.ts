/**
 * Colours of the report: told apart with any of the common kinds of colour blindness, and repeated by dashes and
 * markers. Each is a CSS variable with its light value as the fallback, so that a chart also stands alone. This
 * module is browser compatible.
 *
 * @module
 */

/** Marker shapes of chart points. */
export type MarkerShape = "circle" | "square" | "triangle" | "diamond" | "cross" | "plus";

/** How one line is drawn. */
export interface LineStyle {
  /** A CSS colour. */
  readonly color: string;
  /** SVG dash pattern; absent for a solid line. */
  readonly dash?: string;
  /** Shape of the points. */
  readonly marker: MarkerShape;
}

/** The colours in light and in dark surroundings, by the name of their CSS variable. */
export const colors: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  "paper": ["#ffffff", "#14171a"],
  "ink": ["#16191d", "#e8eaec"],
  "muted": ["#555d66", "#a3abb3"],
  "rule": ["#c9ced4", "#41484f"],
  "grid": ["#e7eaed", "#272c31"],
  "tint": ["#f5f6f8", "#1b1f23"],
  "shade-color": ["#8fbdf5", "#1f5896"],
  "student": ["#c54800", "#ff8f4f"],
  "baseline": ["#6b737b", "#9aa3ab"],
  "teacher-0": ["#4b95fb", "#a9ccfe"],
  "teacher-1": ["#6fa07a", "#57f4a5"],
  "teacher-2": ["#753db3", "#a57fba"],
  "teacher-3": ["#a3954c", "#edd337"],
  "teacher-4": ["#0e638b", "#1b9ff5"],
  "teacher-5": ["#98383b", "#f95e67"],
};

/** A colour of the palette as a CSS value. */
export function color(name: string): string {
  return `var(--${name},${colors[name]![0]})`;
}

const markers: readonly MarkerShape[] = ["square", "triangle", "diamond", "cross", "plus", "circle"];
const dashes: readonly (string | undefined)[] = [undefined, "7 3", "2 3", "9 3 2 3", "5 2 1 2 1 2", "12 4"];

/** The line style of the n-th teacher; colours repeat after six, with other dashes and markers. */
export function teacherStyle(n: number): LineStyle {
  const round = Math.floor(n / 6);
  const dash = dashes[(n + round) % dashes.length];
  const marker = markers[(n + 2 * round) % markers.length]!;
  return { color: color(`teacher-${n % 6}`), marker, ...(dash === undefined ? {} : { dash }) };
}
