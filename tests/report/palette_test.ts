import assert from "node:assert/strict";
import { colors } from "../../src/report/palette.ts";

/** Relative luminance of a colour #rrggbb, as WCAG 2 defines it. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((start) => {
    const value = parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

Deno.test("text stays readable on paper, tint and the darkest shade, in light and dark mode", () => {
  for (const theme of [0, 1] as const) {
    for (const ground of ["paper", "tint", "shade-color"]) {
      const ratio = contrast(colors.ink![theme], colors[ground]![theme]);
      assert.ok(ratio >= 4.5, `${ground}, theme ${theme}: ${ratio}`);
    }
    const shades = contrast(colors["shade-color"]![theme], colors.paper![theme]);
    assert.ok(shades >= 1.5, `the darkest shade is hardly seen in theme ${theme}: ${shades}`);
  }
});

Deno.test("the student's name and muted text stay readable on paper and tint, and lines are seen on paper", () => {
  const lines = Object.keys(colors).filter((name) => /^(student|baseline|teacher-\d)$/.test(name));
  assert.equal(lines.length, 8);
  for (const theme of [0, 1] as const) {
    const requireContrast = (name: string, ground: string, least: number) => {
      const ratio = contrast(colors[name]![theme], colors[ground]![theme]);
      assert.ok(ratio >= least, `${name} on ${ground}, theme ${theme}: ${ratio}`);
    };
    for (const name of ["student", "muted"]) {
      for (const ground of ["paper", "tint"]) requireContrast(name, ground, 4.5);
    }
    for (const name of lines) requireContrast(name, "paper", 3);
  }
});
