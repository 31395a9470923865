import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "npm:csv-parse@7.0.3/sync";
import { DataError } from "../../../src/errors.ts";
import { type DelimitedForm, DelimitedRecords } from "../../../src/data/log/delimited.ts";

const commas: DelimitedForm = { delimiter: ",", quoted: true };

/** All records of a text that arrives in pieces of some size, each with its line in front. */
function recordsOf(text: string, form = commas, piece = Infinity): string[][] {
  const bytes = new TextEncoder().encode(text);
  const records = new DelimitedRecords(form, "file.csv");
  const found: string[][] = [];
  const take = () => {
    while (records.next()) {
      found.push([String(records.line), ...Array.from({ length: records.count }, (_, f) => records.text(f))]);
    }
  };
  for (let n = 0; n < bytes.length; n += piece) {
    records.push(bytes.subarray(n, n + piece));
    take();
  }
  records.end();
  take();
  return found;
}

const withoutLines = (records: string[][]) => records.map(([, ...fields]) => fields);

Deno.test("DelimitedRecords reads what a package for CSV reads, however the bytes arrive", () => {
  const fields = fc.array(fc.constantFrom("a", "7", " ", '"', ",", ":", "\n", "\r\n", "é", "\r", ""), {
    maxLength: 4,
  })
    .map((parts) => parts.join(""));
  const width = fc.integer({ min: 2, max: 4 });
  const tables = width.chain((columns) =>
    fc.array(fc.array(fields, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 6 })
  );
  const written = fc.record({
    table: tables,
    delimiter: fc.constantFrom(",", "::", ",:"),
    quoteAll: fc.boolean(),
    mark: fc.boolean(),
    crlf: fc.boolean(),
    open: fc.boolean(),
    piece: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(written, ({ table, delimiter, quoteAll, mark, crlf, open, piece }) => {
      const lineEnd = crlf ? "\r\n" : "\n";
      const body = table.map((row) =>
        row.map((field) => quoteAll || /[",:\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
          .join(delimiter)
      ).join(lineEnd);
      const text = (mark ? "\ufeff" : "") + body + (open ? "" : lineEnd);
      const found = withoutLines(recordsOf(text, { delimiter, quoted: true }, piece));
      assert.deepEqual(found, table);
      const other = parse(text, { bom: true, delimiter, record_delimiter: lineEnd });
      assert.deepEqual(found, other);
    }),
    { numRuns: 500 },
  );
});

Deno.test("DelimitedRecords gives the line of every record, passes over empty lines, and grows", () => {
  assert.deepEqual(recordsOf('a,b\n\n"x\ny",1\r\n\r\nc,d'), [["1", "a", "b"], ["3", "x\ny", "1"], [
    "6",
    "c",
    "d",
  ]]);
  assert.deepEqual(recordsOf(""), []);
  assert.deepEqual(recordsOf("\ufeff"), []);
  assert.deepEqual(recordsOf("\n\n"), []);
  assert.deepEqual(recordsOf('""\n'), [["1", ""]]);
  assert.deepEqual(recordsOf(",\n"), [["1", "", ""]]);
  const wide = Array.from({ length: 300 }, (_, n) => String(n)).join(",");
  assert.equal(recordsOf(wide)[0]!.length, 301);
  const long = "x".repeat(200_000);
  assert.equal(recordsOf(`${long},"${long}"\n`, commas, 1 << 16)[0]![2], long);
});

Deno.test("DelimitedRecords takes two characters as a delimiter, and quotes as they are without quoting", () => {
  const colons: DelimitedForm = { delimiter: "::", quoted: false };
  for (const piece of [1, 2, 3, 5, Infinity]) {
    const found = recordsOf('1::a:b::"c"\r\n2::::d\n3::e::f:', colons, piece);
    assert.deepEqual(found, [["1", "1", "a:b", '"c"'], ["2", "2", "", "d"], ["3", "3", "e", "f:"]]);
  }
  // The first bytes leave a colon behind the place where the last ones end.
  assert.deepEqual(withoutLines(recordsOf("1::2\n3::4\na:", colons, 10)), [["1", "2"], ["3", "4"], ["a:"]]);
  assert.deepEqual(recordsOf('"a\tb"\n', { delimiter: "\t", quoted: false }), [["1", '"a', 'b"']]);
});

Deno.test("DelimitedRecords names the line and the field of a wrong quote", () => {
  const rejects = (text: string, message: RegExp, piece?: number) =>
    assert.throws(() => recordsOf(text, commas, piece), (error) => {
      assert.ok(error instanceof DataError);
      assert.match(error.message, message);
      return true;
    });
  rejects(
    'a,b\n1,"x\n2,y\n',
    /^file\.csv:2, field 2: the quoted field has no closing quote; expected .*RFC 4180/,
  );
  for (const piece of [1, 3, 100]) {
    rejects('a,b\n"x"y,1\n', /^file\.csv:2, field 1: text follows the closing quote/, piece);
  }
  rejects('a,"', /^file\.csv:1, field 2: the quoted field has no closing quote/);
  rejects(
    'a,b\nc,"d\n1,2\ne,"f"\n',
    /^file\.csv:2, field 2: text follows the closing quote on line 4; expected .*RFC 4180/,
  );
  const endless = `a,b\n"${"x\n".repeat(9 << 20)}`;
  rejects(endless, /^file\.csv:2: the record .* does not end within 16777216 bytes/, 1 << 20);
});
