/**
 * The inputs that all peers share: raw arrays in a folder, beside a header that gives their types and shapes.
 *
 * @module
 */
import { distillDefaults } from "../../src/distill/options.ts";
import { userBatches } from "../../src/distill/user_batches.ts";
import { cmlDefaults } from "../../src/models/cml.ts";
import { itemVaeDefaults } from "../../src/models/item_vae.ts";
import { lightGcnDefaults } from "../../src/models/lightgcn.ts";
import { mfDefaults } from "../../src/models/mf.ts";
import { neumfDefaults } from "../../src/models/neumf_options.ts";
import { vaeDefaults } from "../../src/models/vae.ts";
import { normal, permutation, uniform } from "../../src/random.ts";
import { type Ragged, ragged, rowOf } from "../../src/ragged.ts";
import type { Split } from "../../src/data/split.ts";
import type { TeacherKind } from "../../src/teachers/train_teacher.ts";
import { drawOthers } from "../inputs.ts";
import { teacherPreset } from "../../src/teachers/presets.ts";

/** Type and shape of an array in a file. */
interface ArrayDescription {
  readonly type: "float32" | "uint32";
  readonly shape: number[];
}

/** What `header.json` holds. */
export interface Header {
  readonly users: number;
  readonly items: number;
  /** Length of the top lists. */
  readonly k: number;
  readonly arrays: Record<string, ArrayDescription>;
  /** Settings of each kind of teacher. */
  readonly teachers: Record<TeacherKind, Record<string, number | string>>;
  readonly distillation: {
    readonly dim: number;
    readonly learningRate: number;
    readonly weightDecay: number;
    readonly weights: Record<"overall" | "ranked", number>;
  };
}

/** Inputs, read back. */
export class Inputs {
  readonly folder: string;
  readonly header: Header;

  /** Reads the header. */
  constructor(folder: string) {
    this.folder = folder;
    this.header = JSON.parse(Deno.readTextFileSync(`${folder}/header.json`));
  }

  /** An array of floats. */
  floats(name: string): Float32Array<ArrayBuffer> {
    return new Float32Array(Deno.readFileSync(`${this.folder}/${name}`).buffer);
  }

  /** An array of integers. */
  integers(name: string): Uint32Array<ArrayBuffer> {
    return new Uint32Array(Deno.readFileSync(`${this.folder}/${name}`).buffer);
  }

  /** Lists: `NAME.offsets` and `NAME.items`. */
  lists(name: string): Ragged {
    return { offsets: this.integers(`${name}.offsets`), items: this.integers(`${name}.items`) };
  }
}

const seed = 1;
const section = { factors: 100, student: 200, tops: 300, positives: 400 } as const;

function normalRows(
  rows: number,
  dim: number,
  deviation: number,
  purpose: number,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * dim }, (_, n) => deviation * normal(seed, purpose, n, 0));
}

/** Distinct items of no training list, the popular ones more often. */
function drawTops(split: Split, length: number): Ragged {
  const { users, items, train } = split;
  return ragged(Array.from({ length: users }, (_, user) => {
    const draw = (n: number) => Math.floor(items * uniform(seed, section.tops, user, n) ** 3);
    return drawOthers(user, rowOf(train, user), { length, items }, draw);
  }));
}

function drawPositives(split: Split, length: number): Ragged {
  return ragged(Array.from({ length: split.users }, (_, user) => {
    const row = rowOf(split.train, user);
    const order = permutation(row.length, seed, section.positives, user);
    return Array.from(order.subarray(0, length), (place) => row[place]!);
  }));
}

/**
 * Draws and writes the inputs: the same split gives the same bytes.
 *
 * @throws {ArgumentError} if a user has too few items left for a top list.
 */
export function writeInputs(folder: string, split: Split): Header {
  const { users, items } = split;
  const {
    dim,
    listLength,
    observedLength,
    batchSize,
    learningRate,
    weightDecay,
    overallWeight,
    rankedWeight,
  } = distillDefaults;
  const arrays: Record<string, ArrayDescription> = {};
  const write = (name: string, values: Float32Array | Uint32Array, shape = [values.length]) => {
    arrays[name] = { type: values instanceof Float32Array ? "float32" : "uint32", shape };
    Deno.writeFileSync(
      `${folder}/${name}`,
      new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength),
    );
  };
  const writeLists = (name: string, lists: Ragged) => {
    write(`${name}.offsets`, lists.offsets);
    write(`${name}.items`, lists.items);
  };
  for (const width of [6, 64]) {
    // Scores of about unit variance.
    const deviation = width ** -0.25;
    write(`users.${width}`, normalRows(users, width, deviation, section.factors + width), [users, width]);
    write(`items.${width}`, normalRows(items, width, deviation, section.factors + width + 1), [items, width]);
  }
  write("student.users", normalRows(users, dim, 0.5, section.student), [users, dim]);
  write("student.items", normalRows(items, dim, 0.5, section.student + 1), [items, dim]);
  writeLists("train", split.train);
  writeLists("positives", drawPositives(split, observedLength));
  writeLists("tops", drawTops(split, listLength));
  const batches = userBatches(split.train, batchSize, seed)(1);
  write("batch", batches.users.slice(0, batches.starts[1]));
  const settings = (kind: TeacherKind, defaults: Record<string, number | string>) => {
    const { every: _every, patience: _patience, ...preset } = teacherPreset("citeulike", kind);
    return { ...defaults, ...preset as Record<string, number | string> };
  };
  const header: Header = {
    users,
    items,
    k: listLength,
    arrays,
    teachers: {
      MF: settings("MF", { ...mfDefaults }),
      ML: settings("ML", { ...cmlDefaults }),
      DL: settings("DL", { ...neumfDefaults }),
      GNN: settings("GNN", { ...lightGcnDefaults }),
      AE: settings("AE", { ...vaeDefaults }),
      "I-AE": settings("I-AE", { ...itemVaeDefaults }),
    },
    distillation: {
      dim,
      learningRate,
      weightDecay,
      weights: { overall: overallWeight, ranked: rankedWeight },
    },
  };
  Deno.writeTextFileSync(`${folder}/header.json`, JSON.stringify(header));
  return header;
}
