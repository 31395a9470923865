/**
 * Every error that hetcomp throws on purpose: what was wrong, where, and what would be right.
 * This module is browser compatible.
 *
 * @module
 */

/** A value as messages show it: JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = `${JSON.stringify(value)}`;
  return text.length <= 60 ? text : `${text.slice(0, 60)}...`;
}

/** The base class: catch this to tell a message for the user from a defect in the program. */
export class HetcompError extends Error {
  /** The class name, so that it survives minification. */
  override name = "HetcompError";
}

/** A function was called with an argument it cannot use. */
export class ArgumentError extends HetcompError {
  /** The class name. */
  override name = "ArgumentError";
  /** Names the argument, what it was, and what would be right. */
  constructor(/** See the class. */ readonly argument: string, wrong: string, right: string) {
    super(`the argument '${argument}' is unusable: ${wrong}; expected ${right}`);
  }
}

/** Where in a file something was wrong. */
export interface FilePlace {
  /** Path of the file. */
  readonly file: string;
  /** Line number, from 1. */
  readonly line?: number;
  /** Row number in a table without lines, from 1. */
  readonly row?: number;
  /** Field number within the line, from 1. */
  readonly field?: number;
  /** Name of the field's column. */
  readonly column?: string;
}

/** A data file is missing, empty, or holds something that cannot be read. */
export class DataError extends HetcompError {
  /** The class name. */
  override name = "DataError";
  /** Names the file, line and field, what was there, and what would be right. */
  constructor(/** See the class. */ readonly place: FilePlace, wrong: string, right?: string) {
    const { file, line, row, field, column } = place;
    const where = [
      line ? `${file}:${line}` : file,
      row && `row ${row}`,
      field ? `field ${field}` + (column ? ` (${column})` : "") : column && `column ${column}`,
    ].filter(Boolean).join(", ");
    super(`${where}: ${wrong}${right === undefined ? "" : `; expected ${right}`}`);
  }
}

/** A trajectory cannot be used: truncated, corrupted, of another format version, or made from other data. */
export class TrajectoryError extends HetcompError {
  /** The class name. */
  override name = "TrajectoryError";
  /** Names the folder and the reason. */
  constructor(/** See the class. */ readonly folder: string, reason: string) {
    super(`the trajectory in ${folder} cannot be used: ${reason}`);
  }
}

/** A model file cannot be used: not a student file, truncated, or with values that are not finite. */
export class ModelError extends HetcompError {
  /** The class name. */
  override name = "ModelError";
}

/** A training left the range of 32-bit floats. */
export class DivergenceError extends HetcompError {
  /** The class name. */
  override name = "DivergenceError";
  /** Says at which epoch. */
  constructor(/** The epoch that did it. */ readonly epoch: number, /** What shows it. */ sign: string) {
    super(`${sign}: the numbers of the model left the range of 32-bit floats; lower the learning rate`);
  }
}

/** A run folder exists already, or cannot be resumed. */
export class RunError extends HetcompError {
  /** The class name. */
  override name = "RunError";
}

/** No WebGPU adapter of the wanted kind was found. */
export class NoAdapterError extends HetcompError {
  /** The class name. */
  override name = "NoAdapterError";
}

/** WebGPU refused a shader, a dispatch or an allocation; the message names the kernel or the buffer. */
export class GpuError extends HetcompError {
  /** The class name. */
  override name = "GpuError";
}

/** The device has no memory left for a buffer; the message names it. */
export class OutOfMemoryError extends GpuError {
  /** The class name. */
  override name = "OutOfMemoryError";
}

/** The device went away (driver reset, time limit of the operating system, unplugged). */
export class DeviceLostError extends GpuError {
  /** The class name. */
  override name = "DeviceLostError";
}
