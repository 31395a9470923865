import { uniform } from "../../src/random.ts";
import { Student } from "../../src/models/student.ts";
import { ragged } from "../../src/ragged.ts";

/** A student with factors of both signs, a seen list for everybody, and ids that need care. */
export function randomStudent(users: number, items: number, dim: number, seed = 1): Student {
  const value = (n: number) => 4 * uniform(seed, 0, 0, n) - 1.5;
  return new Student({
    dim,
    userFactors: Float32Array.from({ length: users * dim }, (_, n) => value(n)),
    itemFactors: Float32Array.from({ length: items * dim }, (_, n) => value(users * dim + n)),
    userIds: Array.from({ length: users }, (_, u) => `user-${u}`),
    itemIds: Array.from({ length: items }, (_, i) => i === 1 ? 'tea, "green"\n' : `größe ${i}`),
    seen: ragged(Array.from({ length: users }, (_, u) => [u % items, (u + 1) % items])),
    metadata: { dataset: "random" },
  });
}
