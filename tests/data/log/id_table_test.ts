import assert from "node:assert/strict";
import fc from "fast-check";
import { IdTable } from "../../../src/data/log/id_table.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("IdTable numbers ids in the order they appear, like a map of texts", () => {
  const ids = fc.oneof(
    fc.constantFrom("", "0", "7", "07", "007", "a", "é", "\u0000"),
    fc.string({ unit: "grapheme" }),
  );
  fc.assert(fc.property(fc.array(ids, { maxLength: 60 }), (texts) => {
    const table = new IdTable();
    const numbers = new Map<string, number>();
    texts.forEach((text, n) => {
      if (!numbers.has(text)) numbers.set(text, numbers.size);
      const bytes = bytesOf(`[${text}]`);
      const number = n % 2 === 0 ? table.numberOf(bytes, 1, bytes.length - 1) : table.numberOfText(text);
      assert.equal(number, numbers.get(text));
    });
    assert.equal(table.size, numbers.size);
    for (const [text, number] of numbers) assert.equal(table.idOf(number), text);
  }));
});

Deno.test("IdTable keeps every id when it grows", () => {
  const table = new IdTable();
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 30_000; n++) assert.equal(table.numberOfText(`item-${n}`), n);
    const bytes = bytesOf("item-29999");
    assert.equal(table.numberOf(bytes, 0, bytes.length), 29_999);
  }
  assert.equal(table.size, 30_000);
  assert.equal(table.idOf(12_345), "item-12345");
  const long = "x".repeat(100_000);
  assert.equal(table.idOf(table.numberOfText(long)), long);
});

Deno.test("IdTable refuses what is not UTF-8, and adds nothing then", () => {
  const table = new IdTable();
  assert.equal(table.numberOf(Uint8Array.of(0x61, 0xff), 0, 2), -1);
  assert.equal(table.numberOfText("a\ud800"), -1);
  assert.equal(table.size, 0);
  assert.equal(table.numberOfText("\ufeffa"), 0);
  assert.equal(table.idOf(0), "\ufeffa");
});
