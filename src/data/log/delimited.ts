/**
 * Records of delimited text, from bytes, a piece at a time. Written by hand because packages for it make a text of
 * every field: on the same million lines they took 2.7 to 5 times as long (docs/data.md). A package for CSV checks this
 * one in its test. This module is browser compatible.
 *
 * @module
 */
import { DataError } from "../../errors.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;

/** A record that is longer has surely lost its closing quote. */
const longestRecord = 1 << 24;

/** How the fields of a file are told apart. */
export interface DelimitedForm {
  /** What stands between two fields: one or two ASCII characters. */
  readonly delimiter: string;
  /**
   * Whether a field may be enclosed in double quotes as in RFC 4180: it may then hold delimiters and line ends, and
   * two double quotes for one.
   */
  readonly quoted: boolean;
}

/**
 * Splits text into records and fields. Give it bytes with {@linkcode push}, then take records with {@linkcode next}
 * until there is none; {@linkcode end} says that no more bytes follow. Lines end in LF or CRLF; a byte order mark and
 * empty lines are passed over.
 */
export class DelimitedRecords {
  /** The fields of the current record are `[starts[f], ends[f])` of this; it changes with every {@linkcode push}. */
  bytes = new Uint8Array(1 << 16);
  /** Where each field of the current record starts, without its quote. */
  starts = new Uint32Array(64);
  /** Where each field ends. */
  ends = new Uint32Array(64);
  /** Number of fields of the current record. */
  count = 0;
  /** The line, from 1, on which the current record starts. */
  line = 0;

  readonly #first: number;
  readonly #second: number;
  readonly #quoted: boolean;
  readonly #file: string;
  #escaped = new Uint8Array(64);
  #position = 0;
  #length = 0;
  #nextLine = 1;
  #atStart = true;
  #ended = false;

  constructor({ delimiter, quoted }: DelimitedForm, file: string) {
    this.#first = delimiter.charCodeAt(0);
    this.#second = delimiter.length > 1 ? delimiter.charCodeAt(1) : -1;
    this.#quoted = quoted;
    this.#file = file;
  }

  /** Adds bytes; fields of earlier records are lost. */
  push(chunk: Uint8Array): void {
    const rest = this.#length - this.#position;
    if (rest + chunk.length <= this.bytes.length) {
      this.bytes.copyWithin(0, this.#position, this.#length);
    } else {
      const larger = new Uint8Array(2 * (rest + chunk.length));
      larger.set(this.bytes.subarray(this.#position, this.#length));
      this.bytes = larger;
    }
    this.bytes.set(chunk, rest);
    this.#position = 0;
    this.#length = rest + chunk.length;
  }

  /** Says that the last record need not end in a line end. */
  end(): void {
    this.#ended = true;
    // What an earlier record left here must not be taken for the second half of a delimiter.
    if (this.#length < this.bytes.length) this.bytes[this.#length] = 0;
  }

  /**
   * Takes the next record.
   *
   * @returns Whether there is one; if not, more bytes are needed, or the text is at its end.
   * @throws {DataError} if a quoted field does not end, or something but a delimiter follows its closing quote.
   */
  next(): boolean {
    if (this.#atStart) {
      if (this.#length < 3 && !this.#ended) return false;
      const [a, b, c] = this.bytes;
      if (this.#length >= 3 && a === 0xef && b === 0xbb && c === 0xbf) this.#position = 3;
      this.#atStart = false;
    }
    while (this.#position < this.#length) {
      const start = this.#position;
      if (!this.#scan()) {
        if (this.#length - start > longestRecord) this.#failUnclosed(start);
        return false;
      }
      if (this.count > 1 || this.ends[0]! > this.starts[0]! || this.bytes[start] === quote) return true;
    }
    return false;
  }

  /** The text of a field, for messages and headers. */
  text(field: number): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      this.bytes.subarray(this.starts[field]!, this.ends[field]!),
    );
  }

  /** Finds the fields of one record; leaves everything as it was if the record is not complete. */
  #scan(): boolean {
    const bytes = this.bytes;
    const length = this.#length;
    const first = this.#first;
    const second = this.#second;
    let line = this.#nextLine;
    let count = 0;
    let escapes = false;
    let n = this.#position;
    for (;;) {
      if (count === this.starts.length) this.#widen();
      this.#escaped[count] = 0;
      let end: number;
      if (this.#quoted && n < length && bytes[n] === quote) {
        const opened = line;
        this.starts[count] = ++n;
        for (;; n++) {
          if (n >= length) {
            if (this.#ended) this.#fail(opened, count, "the quoted field has no closing quote");
            return false;
          }
          if (bytes[n] === newline) line++;
          if (bytes[n] !== quote) continue;
          if (n + 1 === length && !this.#ended) return false;
          if (n + 1 < length && bytes[n + 1] === quote) {
            this.#escaped[count] = 1;
            escapes = true;
            n++;
          } else break;
        }
        end = n++;
        if (n < length && bytes[n] === carriageReturn) {
          if (n + 1 === length && !this.#ended) return false;
          if (n + 1 === length || bytes[n + 1] === newline) n++;
        }
        // Half a delimiter.
        if (second >= 0 && n + 1 === length && bytes[n] === first && !this.#ended) return false;
        const delimits = n < length && bytes[n] === first && (second < 0 || bytes[n + 1] === second);
        if (n < length && bytes[n] !== newline && !delimits) {
          const end = line === opened ? "" : ` on line ${line}`;
          this.#fail(opened, count, `text follows the closing quote${end}`);
        }
      } else {
        this.starts[count] = n;
        for (; n < length; n++) {
          const byte = bytes[n]!;
          if (byte === newline || (byte === first && (second < 0 || bytes[n + 1] === second))) break;
        }
        end = n;
        const lineEnds = n < length ? bytes[n] === newline : this.#ended;
        if (lineEnds && end > this.starts[count]! && bytes[end - 1] === carriageReturn) end--;
      }
      this.ends[count++] = end;
      if (n >= length && !this.#ended) return false;
      if (n >= length || bytes[n] === newline) break;
      n += second < 0 ? 1 : 2;
    }
    this.line = this.#nextLine;
    this.#nextLine = line + 1;
    this.#position = Math.min(n + 1, length);
    this.count = count;
    if (escapes) this.#unescape();
    return true;
  }

  #unescape(): void {
    for (let f = 0; f < this.count; f++) {
      if (this.#escaped[f] === 0) continue;
      let to = this.starts[f]!;
      for (let from = to; from < this.ends[f]!; from++) {
        const byte = this.bytes[from]!;
        this.bytes[to++] = byte;
        if (byte === quote) from++;
      }
      this.ends[f] = to;
    }
  }

  #widen(): void {
    const wider = <T extends Uint32Array | Uint8Array>(array: T, copy: T): T => {
      copy.set(array);
      return copy;
    };
    const size = 2 * this.starts.length;
    this.starts = wider(this.starts, new Uint32Array(size));
    this.ends = wider(this.ends, new Uint32Array(size));
    this.#escaped = wider(this.#escaped, new Uint8Array(size));
  }

  #failUnclosed(start: number): never {
    const beginning = new TextDecoder().decode(this.bytes.subarray(start, start + 40));
    throw new DataError(
      { file: this.#file, line: this.#nextLine },
      `the record ${JSON.stringify(beginning)}... does not end within ${longestRecord} bytes`,
      "a line end, or the closing quote of a quoted field",
    );
  }

  #fail(line: number, field: number, wrong: string): never {
    const right = "a quoted field as in RFC 4180: quotes at both ends, and two for each within";
    throw new DataError({ file: this.#file, line, field: field + 1 }, wrong, right);
  }
}
