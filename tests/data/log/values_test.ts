import assert from "node:assert/strict";
import fc from "fast-check";
import { numberAt, numberOf, secondsOf } from "../../../src/data/log/values.ts";

const at = (text: string) => {
  const bytes = new TextEncoder().encode(`,${text},`);
  return numberAt(bytes, 1, bytes.length - 1);
};

Deno.test("numberAt() reads what Number() reads, to the last bit", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    assert.equal(at(String(value)) + 0, value + 0);
  }));
  fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(9), (digits, decimals) => {
    const text = (digits / 10 ** decimals).toFixed(decimals);
    assert.equal(at(text) + 0, Number(text) + 0);
  }));
});

Deno.test("numberAt() takes decimal numbers only", () => {
  const right: [string, number][] = [
    ["4", 4],
    ["4.", 4],
    [".5", 0.5],
    ["-3.25", -3.25],
    [" 4 ", 4],
    ["+2", 2],
    ["1e3", 1000],
    ["123456789012345678", 123456789012345678],
    ["007", 7],
  ];
  for (const [text, value] of right) assert.equal(at(text), value, text);
  for (
    const text of [
      "",
      " ",
      "-",
      ".",
      "1.2.3",
      "4,5",
      "0x10",
      "NaN",
      "Infinity",
      "1e999",
      "4 5",
      "four",
      "--1",
    ]
  ) {
    assert.ok(Number.isNaN(at(text)), text);
    assert.ok(Number.isNaN(numberOf(text)), text);
  }
});

Deno.test("secondsOf() reads dates as Date.parse() does, in UTC without a zone", () => {
  const dates = fc.date({ min: new Date("0100-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  fc.assert(fc.property(dates, (date) => {
    const text = date.toISOString();
    assert.ok(Math.abs(secondsOf(text) - date.getTime() / 1000) < 1e-4);
    assert.equal(secondsOf(text.slice(0, 19).replace("T", " ")), Math.floor(date.getTime() / 1000));
    assert.equal(secondsOf(text.slice(0, 10)), Date.parse(text.slice(0, 10)) / 1000);
  }));
  const noon = Date.UTC(2026, 4, 1, 12) / 1000;
  for (
    const text of [
      "2026-05-01T14:00+02:00",
      "2026/05/01 12:00",
      "2026-05-01 11:30:00 -0030",
      "2026-05-01 12:00 UTC",
    ]
  ) {
    assert.equal(secondsOf(text), noon, text);
  }
  assert.equal(secondsOf("2024-02-29"), Date.UTC(2024, 1, 29) / 1000);
});

Deno.test("secondsOf() refuses what is no date", () => {
  for (
    const text of [
      "",
      "2026",
      "2026-13-01",
      "0050-01-01",
      "2026-02-29",
      "2026-04-31",
      "01.05.2026",
      "2026-05-01 25:00",
      "2026-05-01x",
    ]
  ) {
    assert.ok(Number.isNaN(secondsOf(text)), text);
  }
});
