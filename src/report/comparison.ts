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
  /** Bytes of the teachers over bytes of the student. */
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
  const teacherBytes = total(teachers.map((row) => row.bytes));
  const bytes = summary.student.bytes;
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
    teacherParameters: total(teachers.map((row) => row.parameters)),
    sizeRatio: teacherBytes !== undefined && bytes > 0 ? measured(teacherBytes / bytes) : undefined,
  };
}
