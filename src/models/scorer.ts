/**
 * What an edge worker or a page needs to use a student: the bytes of the file go in, recommendations and similar items
 * come out. `deno bundle --minify --platform browser src/models/scorer.ts` makes one file of less than 10 KB (a test
 * measures it) that needs no package, no permission and no GPU. This module is browser compatible.
 *
 * @module
 */
export { decodeStudent } from "./student_decoder.ts";
export type { Recommendation, RecommendOptions, SimilarOptions, Student } from "./student.ts";
