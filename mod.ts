/**
 * hetcomp trains heterogeneous top-K recommenders, fuses them, and distils them into one tiny student, all in WGSL on
 * WebGPU. The usual path: {@linkcode loadDataset}, {@linkcode splitDataset}, {@linkcode openGpu},
 * {@linkcode trainTeacher}, {@linkcode distill}, {@linkcode saveStudent}, {@linkcode Student.recommend}.
 *
 * @module
 */

// The device.
export { type Gpu, type GpuOptions, type HostArray, openGpu, type Workgroups } from "./src/gpu/gpu.ts";
export type { AdapterChoice, AdapterDescription } from "./src/gpu/adapter.ts";
export type { Sharing } from "./src/gpu/sharing.ts";
export type { DeviceArray } from "./src/gpu/device_array.ts";
export type {
  Kernel,
  KernelBinding,
  KernelInterface,
  KernelParameter,
  KernelSource,
} from "./src/gpu/kernel.ts";
export type { KernelTiming } from "./src/gpu/kernel_timer.ts";

// Lists, data and splits.
export { type Ragged, ragged } from "./src/ragged.ts";
export {
  type ColumnNames,
  type Dataset,
  loadDataset,
  type LoadOptions,
  type LogOptions,
  type ReadHooks,
} from "./src/data/dataset.ts";
export { generateSample, type SampleOptions } from "./src/data/sample.ts";
export {
  readSplit,
  readSplitFolder,
  type Split,
  splitDataset,
  type SplitFiles,
  splitFingerprint,
  type SplitMethod,
  splitMethods,
  type SplitOptions,
} from "./src/data/split.ts";
export {
  type GeneralizationOptions,
  type GeneralizationSplit,
  generalizationSplit,
} from "./src/data/generalization.ts";
export { type DatasetEntry, type DatasetFile, datasetRegistry } from "./src/data/registry.ts";
export { downloadDataset, type DownloadOptions } from "./src/data/download.ts";

// Kernels: ranking and losses on their own.
export { DeviceRagged } from "./src/kernels/device_ragged.ts";
export { type DeviceExclusions, uploadExclusions } from "./src/kernels/exclusions.ts";
export { topK, type TopKOptions, type TopKResult } from "./src/kernels/top_k.ts";
export { indexLists, type ListIndex, type ListSources } from "./src/kernels/list_index.ts";
export { listScores, type ListScoresOptions } from "./src/kernels/list_scores.ts";
export { rankCounts, type RankCountsOptions } from "./src/kernels/rank_counts.ts";
export {
  type Granularity,
  type ListwiseInput,
  listwiseLoss,
  type ListwiseResult,
  type ScoreRange,
} from "./src/kernels/listwise.ts";

export type { FactorRows } from "./src/kernels/factors.ts";

// Models and teachers.
export { createModel } from "./src/models/registry.ts";
export type { Factors, Hyperparameters, Model, ModelCheckpoint, TrainingSet } from "./src/models/model.ts";
export type { OptionRule } from "./src/models/model_options.ts";
export {
  createYardstick,
  type YardstickKind,
  yardstickKinds,
  yardstickLists,
} from "./src/models/yardsticks.ts";
export type { Yardstick } from "./src/models/yardstick.ts";
export { createTopPopular } from "./src/models/top_popular.ts";
export { createItemKnn, type ItemKnnOptions } from "./src/models/item_knn.ts";
export { createEase, type EaseOptions } from "./src/models/ease.ts";
export { createRp3Beta, type Rp3BetaOptions } from "./src/models/rp3beta.ts";
export { factorRanker, type Ranker, rankerOf, type UserRange } from "./src/models/ranker.ts";
export { type TeacherKind, type TeacherOptions, trainTeacher } from "./src/teachers/train_teacher.ts";
export { type EpochRecord, Interrupted, type TrainingHooks } from "./src/teachers/training.ts";
export {
  type Checkpoint,
  type CheckpointStore,
  folderCheckpoints,
  memoryCheckpoints,
} from "./src/teachers/checkpoint_store.ts";
export type { FitOptions } from "./src/teachers/epochs.ts";
export {
  type ImportedTrajectory,
  type ImportOptions,
  importTrajectory,
} from "./src/teachers/import_trajectory.ts";
export { yardstickTrajectory } from "./src/teachers/yardstick_teacher.ts";
export { type RankedRow, readRankedRows } from "./src/data/ranked_rows.ts";
export { selectStates } from "./src/teachers/select_states.ts";
export { type ImportanceOptions, rankingImportance } from "./src/teachers/importance.ts";
export {
  belongsTo,
  type CurvePoint,
  type Trajectory,
  type TrajectoryState,
  validateTrajectory,
} from "./src/teachers/trajectory.ts";
export {
  loadTrajectory,
  type LoadTrajectoryOptions,
  saveTrajectory,
} from "./src/teachers/trajectory_file.ts";

// Distillation.
export { distill, type Distillation } from "./src/distill/distill.ts";
export {
  distillDefaults,
  type DistillOptions,
  type DistillSettings,
  distillSettings,
} from "./src/distill/options.ts";
export { distillWith } from "./src/distill/distill_with.ts";
export { distillationMethods } from "./src/distill/methods/registry.ts";
export type {
  DistillationMethod,
  EpochFacts,
  MethodContext,
  MethodRun,
  MethodSettings,
  SettingValue,
  SharedSettings,
} from "./src/distill/method.ts";
export type { StudentModel, StudentOptions, StudentRows, StudentShape } from "./src/distill/student_model.ts";
export { methodSettings, trialSettings } from "./src/distill/method_settings.ts";
export type { UserSampling } from "./src/distill/user_batches.ts";
export {
  type Baseline,
  type BaselineOptions,
  trainWithoutDistillation,
} from "./src/distill/without_distillation.ts";
export {
  discrepancies,
  discrepancy,
  type DiscrepancyMeter,
  discrepancyMeter,
  type DiscrepancyOptions,
  type ListDiscrepancyOptions,
} from "./src/distill/discrepancy.ts";
export { type AdvancedStates, type AdvanceOptions, advanceStates, type StateRow } from "./src/distill/dkc.ts";
export {
  finalStates,
  type FusedLists,
  type FuseOptions,
  fuseTeachers,
  type TeacherLists,
} from "./src/distill/ensemble.ts";
export { selectTeachers, type TeacherStep } from "./src/distill/select_teachers.ts";
export { ensembleTargets, observedTargets } from "./src/distill/targets.ts";
export { spectralRows } from "./src/distill/spectral_start.ts";

// Evaluation.
export { evaluate } from "./src/evaluate/evaluate.ts";
export {
  type EvaluationOptions,
  measureSplit,
  type PartMetrics,
  type RankedEvaluation,
  RankingEvaluation,
  type SplitMetrics,
} from "./src/evaluate/ranking_evaluation.ts";
export { type MetricName, metricNames, type RankingMetrics, rankingMetrics } from "./src/evaluate/metrics.ts";
export {
  averagePerUser,
  type MeanMetrics,
  meanMetrics,
  measureLists,
  type PerUserMetrics,
} from "./src/evaluate/per_user.ts";
export { listOverlap, type RankedLists } from "./src/evaluate/list_overlap.ts";
export {
  comparePerUser,
  confidenceMargin,
  holm,
  type MetricComparison,
  pairedTTest,
  type SignificanceTest,
  wilcoxonSignedRank,
} from "./src/evaluate/significance.ts";

// The student.
export {
  type Recommendation,
  type RecommendOptions,
  type SimilarOptions,
  Student,
  type StudentParts,
} from "./src/models/student.ts";
export type { FoldInOptions } from "./src/models/fold_in.ts";
export {
  decodeStudent,
  encodeStudent,
  loadStudent,
  saveStudent,
  type StudentFileOptions,
} from "./src/models/student_file.ts";

// Reports.
export { renderReport } from "./src/report/render_report.ts";
export { renderTeachersReport } from "./src/report/render_teachers_report.ts";
export type {
  DatasetSummary,
  ModelRow,
  OverlapSummary,
  RunSummary,
  TeachersSummary,
  TrajectorySummary,
} from "./src/report/run_summary.ts";
export { compareStudent, type Comparison, type EnsembleGain, ensembleGain } from "./src/report/comparison.ts";
export { renderComparison } from "./src/report/render_comparison.ts";
export type {
  CellSummary,
  ComparisonSummary,
  LeaderSummary,
  MethodSummary,
  ReferenceSummary,
  TestSummary,
  TrialSummary,
} from "./src/report/comparison_summary.ts";

// Errors.
export {
  ArgumentError,
  DataError,
  DeviceLostError,
  DivergenceError,
  type FilePlace,
  GpuError,
  HetcompError,
  ModelError,
  NoAdapterError,
  OutOfMemoryError,
  RunError,
  TrajectoryError,
} from "./src/errors.ts";
