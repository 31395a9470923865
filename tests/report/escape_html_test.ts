import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeHtml } from "../../src/report/escape_html.ts";
import { parseMarkup } from "./markup.ts";

Deno.test("escapeHtml() escapes the five characters of markup", () => {
  assert.equal(escapeHtml(`<a href="x">&'`), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
});

Deno.test("escapeHtml() replaces control characters and lone surrogates, not tabs and newlines", () => {
  assert.equal(escapeHtml("a\0b\x1bc\td\n\ud800"), "a\ufffdb\ufffdc\td\n\ufffd");
});

Deno.test("escapeHtml() text is read back as it was", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const markup = `<p title="${escapeHtml(text)}">${escapeHtml(text)}</p>`;
    const clean = text.replace(/[\p{Cc}]/gu, (character) => /[\n\t]/.test(character) ? character : "\ufffd");
    assert.equal(parseMarkup(markup).text, clean);
  }));
});
