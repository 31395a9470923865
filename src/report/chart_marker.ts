import { pixel } from "./axis.ts";
import type { MarkerShape } from "./palette.ts";

/**
 * The outline of a chart marker about 6 pixels wide, as SVG path data.
 *
 * @param shape Which marker.
 * @param x Horizontal centre in pixels.
 * @param y Vertical centre in pixels.
 */
export function markerShape(shape: MarkerShape, x: number, y: number): string {
  const at = (dx: number, dy: number) => `M${pixel(x + dx)} ${pixel(y + dy)}`;
  switch (shape) {
    case "circle":
      return `${at(-3, 0)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z`;
    case "square":
      return `${at(-2.6, -2.6)}h5.2v5.2h-5.2z`;
    case "triangle":
      return `${at(0, -3.6)}l3.3 5.8h-6.6z`;
    case "diamond":
      return `${at(0, -3.8)}l3.4 3.8l-3.4 3.8l-3.4 -3.8z`;
    case "cross":
      return `${at(-2.6, -2.6)}l5.2 5.2${at(-2.6, 2.6)}l5.2 -5.2`;
    case "plus":
      return `${at(-3.4, 0)}h6.8${at(0, -3.4)}v6.8`;
  }
}
