import assert from "node:assert/strict";

/** Reads markup as strictly as XML: throws on an unclosed, misnested or malformed tag. Returns its elements and text. */
export function parseMarkup(
  markup: string,
): { elements: { name: string; attributes: Map<string, string> }[]; text: string } {
  const elements: { name: string; attributes: Map<string, string> }[] = [];
  const open: string[] = [];
  let text = "";
  const source = markup.replace(/^<!DOCTYPE html>/, "").replace(/<style>[^<]*<\/style>/, "");
  for (const token of source.split(/(<[^>]*>)/)) {
    if (!token.startsWith("<")) {
      assert.ok(!/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.test(token), `unescaped text: ${token}`);
      text += token;
      continue;
    }
    const closing = /^<\/([a-z0-9]+)>$/.exec(token);
    if (closing !== null) {
      assert.equal(open.pop(), closing[1], `misnested ${token}`);
      continue;
    }
    const tag = /^<([a-z0-9]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>$/i.exec(token);
    assert.ok(tag !== null, `malformed tag ${token}`);
    const attributes = new Map<string, string>();
    for (const [, name, value] of tag[2]!.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      assert.ok(!attributes.has(name!), `attribute ${name} twice in ${token}`);
      attributes.set(name!, value!);
    }
    elements.push({ name: tag[1]!, attributes });
    if (tag[3] === "") open.push(tag[1]!);
  }
  assert.deepEqual(open, [], "unclosed elements");
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return { elements, text: text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]!) };
}

/** Asserts that no geometry of an SVG within the markup holds anything but finite numbers. */
export function assertFiniteGeometry(markup: string): void {
  const geometry = ["d", "x", "y", "cx", "cy", "r", "dx", "viewBox", "stroke-width", "width", "height"];
  for (const { name, attributes } of parseMarkup(markup).elements) {
    for (const key of geometry) {
      const value = attributes.get(key);
      if (value === undefined || name === "meta") continue;
      assert.match(value, /^[-\d.MLHVZhvlaz\s]+$/, `<${name} ${key}="${value.slice(0, 200)}">`);
    }
  }
}
