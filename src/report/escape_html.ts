const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text made safe as the content of an HTML or SVG element and inside a quoted attribute. Control characters and
 * unpaired surrogates, which no document may hold, become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return String(text)
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, (character) => /[\n\t]/.test(character) ? character : "\ufffd");
}
