/**
 * Text as lines.
 *
 * @module
 */

/** Cuts a stream of text at its line ends. */
export class TextLineStream extends TransformStream<string, string> {
  /** A stream without settings. */
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
