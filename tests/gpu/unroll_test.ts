import assert from "node:assert/strict";
import { GpuError } from "../../src/errors.ts";
import { unroll } from "../../src/gpu/unroll.ts";

const loop = (name: string, length: string, body: string) =>
  `/* unroll */ for (var ${name} = 0u; ${name} < ${length}; ${name}++) {${body}}`;

Deno.test("unroll() writes out nested loops and leaves the others", () => {
  const code = `a; ${loop("r", "ROWS", `x[r]; ${loop("c", "COLUMNS", " if (c > r) { rc; } ")}`)} b;`;
  const written = "{x[0u]; { if (0u > 0u) { rc; } }}\n{x[1u]; { if (0u > 1u) { rc; } }}";
  assert.equal(unroll(code, { ROWS: 2, COLUMNS: 1 }), `a; ${written} b;`);
  assert.equal(unroll(code, { ROWS: 0, COLUMNS: 1 }), "a;  b;");
  const plain = "for (var r = 0u; r < ROWS; r++) { x; }";
  assert.equal(unroll(plain, { ROWS: 2 }), plain);
});

Deno.test("unroll() takes numbers, and leaves fields of the variable's name", () => {
  assert.equal(unroll(loop("w", "2u", "a[w].w;"), {}), "{a[0u].w;}\n{a[1u].w;}");
});

Deno.test("unroll() throws when the header lacks the length", () => {
  assert.throws(() => unroll(loop("r", "ROWS", "x;"), {}), GpuError);
});
