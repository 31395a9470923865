import { isMeasured } from "./format.ts";
import type { ModelRow, RunSummary } from "./run_summary.ts";

/** How the student stands between the model trained without distillation and the ensemble. */
export interface Comparison {
  /** The row of the student. */
  readonly student: ModelRow | undefined;
  /** The row of the model of the same size trained without distillation. */
  readonly withoutKd: ModelRow | undefined;
  /** The row of the ensemble. */
  readonly ensemble: ModelRow | undefined;
  /** The rows of the teachers. */
  readonly teachers: readonly ModelRow[];
  /** Student - w/o KD, as a fraction of w/o KD; undefined unless both are measured and w/o KD is above 0. */
  readonly gain: number | undefined;
  /** (student - w/o KD) / (ensemble - w/o KD); undefined unless all are measured and the ensemble is above w/o KD. */
  readonly shareKept: number | undefined;
  /** Bytes of all teachers together; undefined if one of them is unknown. */
  readonly teacherBytes: number | undefined;
  /** Parameters of all teachers together; undefined if one of them is unknown. */
  readonly teacherParameters: number | undefined;
  /** Bytes of the teachers' parameters over those of the student's. */
  readonly sizeRatio: number | undefined;
}

function total(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0 || !values.every(isMeasured)) return undefined;
  const sum = values.reduce((all, value) => all + value, 0);
  return isMeasured(sum) ? sum : undefined;
}

function measured(value: number): number | undefined {
  return isMeasured(value) ? value : undefined;
}

/** What the teachers take together: to rank with an ensemble, all of them are needed. */
export function teacherTotals(
  rows: readonly ModelRow[],
): { bytes: number | undefined; parameters: number | undefined } {
  const teachers = rows.filter((row) => row.role === "teacher");
  return {
    bytes: total(teachers.map((row) => row.bytes)),
    parameters: total(teachers.map((row) => row.parameters)),
  };
}

/** The row of a role that has the highest value of a test metric, the first of equal ones. */
export function bestRow(
  rows: readonly ModelRow[],
  role: ModelRow["role"],
  metric: string,
): ModelRow | undefined {
  let best: ModelRow | undefined;
  for (const row of rows) {
    if (row.role !== role || !isMeasured(row.metrics[metric])) continue;
    if (best === undefined || row.metrics[metric] > best.metrics[metric]!) best = row;
  }
  return best;
}

/** What the ensemble gains over the best single teacher in one metric. */
export interface EnsembleGain {
  /** The teacher that is best in this metric. */
  readonly teacher: string;
  /** (ensemble - teacher) / teacher. */
  readonly gain: number;
}

/**
 * Compares the ensemble with the teacher that has the highest value of the same test metric: the strictest choice there
 * is.
 *
 * @example A tenth more
 * ```ts
 * import { ensembleGain, type ModelRow } from "@hetcomp/hetcomp";
 * const rows: ModelRow[] = [
 *   { name: "MF", role: "teacher", metrics: { "recall@50": 0.2 } },
 *   { name: "ML", role: "teacher", metrics: { "recall@50": 0.1 } },
 *   { name: "ensemble", role: "ensemble", metrics: { "recall@50": 0.22 } },
 * ];
 * const { teacher, gain } = ensembleGain(rows, "recall@50")!;
 * console.assert(teacher === "MF" && Math.abs(gain - 0.1) < 1e-12);
 * ```
 *
 * @param rows The rows of a table of results.
 * @param metric Key of the test metric.
 * @returns The gain; undefined unless the ensemble and two teachers are measured and the best teacher is above 0.
 */
export function ensembleGain(rows: readonly ModelRow[], metric: string): EnsembleGain | undefined {
  const teachers = rows.filter((row) => row.role === "teacher" && isMeasured(row.metrics[metric]));
  const own = rows.find((row) => row.role === "ensemble")?.metrics[metric];
  const best = bestRow(teachers, "teacher", metric);
  if (teachers.length < 2 || best === undefined || !isMeasured(own)) return undefined;
  const single = best.metrics[metric]!;
  const gain = single > 0 ? measured((own - single) / single) : undefined;
  return gain === undefined ? undefined : { teacher: best.name, gain };
}

/**
 * Compares the student of a run with w/o KD and the ensemble.
 *
 * @example Share of the ensemble's gain that the student keeps
 * ```ts
 * import { compareStudent, type RunSummary } from "@hetcomp/hetcomp";
 * const rows: RunSummary["rows"] = [
 *   { name: "Ensemble", role: "ensemble", metrics: { "recall@50": 0.3 } },
 *   { name: "w/o KD", role: "baseline", metrics: { "recall@50": 0.1 } },
 *   { name: "Student", role: "student", metrics: { "recall@50": 0.25 } },
 * ];
 * console.assert(Math.abs(compareStudent({ rows, student: { bytes: 1 } }, "recall@50").shareKept! - 0.75) < 1e-12);
 * ```
 *
 * @param summary The rows of a run and the size of its student.
 * @param metric Key of the test metric to compare by.
 */
export function compareStudent(
  summary: { rows: RunSummary["rows"]; student: { bytes: number } },
  metric: string,
): Comparison {
  const { rows } = summary;
  const student = rows.find((row) => row.role === "student");
  const ensemble = rows.find((row) => row.role === "ensemble");
  const teachers = rows.filter((row) => row.role === "teacher");
  const baselines = rows.filter((row) => row.role === "baseline");
  const withoutKd = baselines.find((row) => /^w\/?o\.?\s*kd$|^without kd$/i.test(row.name.trim())) ??
    (baselines.length === 1 ? baselines[0] : undefined);
  const [own, plain, full] = [student, withoutKd, ensemble].map((row) => row?.metrics[metric]);
  const known = isMeasured(own) && isMeasured(plain);
  const { bytes: teacherBytes, parameters: teacherParameters } = teacherTotals(teachers);
  const bytes = student?.bytes ?? 0;
  return {
    student,
    withoutKd,
    ensemble,
    teachers,
    gain: known && plain > 0 ? measured((own - plain) / plain) : undefined,
    shareKept: known && isMeasured(full) && full > plain
      ? measured((own - plain) / (full - plain))
      : undefined,
    teacherBytes,
    teacherParameters,
    sizeRatio: teacherBytes !== undefined && bytes > 0 ? measured(teacherBytes / bytes) : undefined,
  };
}
