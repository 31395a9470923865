/** The object of a line. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The id that a member of a line's object holds. Digits beyond 2^53 are lost in a number: there they are taken from the
 * text.
 */
export function idMember(text: string, object: JsonObject, name: string): unknown {
  const value = object[name];
  const isLossy = typeof value === "number" && !Number.isSafeInteger(value);
  return isLossy ? sourceOf(text, name) ?? value : value;
}

/** A whole number as it is written in a member of the outermost object; anything else gives undefined. */
function sourceOf(text: string, name: string): string | undefined {
  const sources = new Map<unknown, string | undefined>();
  const root: unknown = JSON.parse(
    text,
    function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
      if (key === name) sources.set(this, context?.source);
      return value;
    },
  );
  const source = sources.get(root);
  return source !== undefined && /^-?\d+$/.test(source) ? source : undefined;
}
