import assert from "node:assert/strict";
import { HetcompError } from "../../src/errors.ts";
import { uniform } from "../../src/random.ts";
import { Student } from "../../src/models/student.ts";
import { withSquares } from "../../src/models/item_squares.ts";
import { sirenOutputs, sirenParameters, withSiren } from "../../src/models/siren.ts";
import { decodeStudent, encodeStudent } from "../../src/models/student_file.ts";
import { ragged } from "../../src/ragged.ts";

const root = new URL("../../", import.meta.url);

async function run(args: string[], input = ""): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

type Form = "plain" | "squares" | "siren";

function randomStudent(users: number, items: number, dim: number, form: Form): Student {
  const value = (n: number) => 4 * uniform(1, 0, 0, n) - 2;
  const vectors = Float32Array.from({ length: items * dim }, (_, n) => value(users * dim + n));
  const width = { plain: dim, squares: 2 * dim, siren: dim + sirenOutputs }[form];
  const ofUsers = Float32Array.from({ length: users * (form === "siren" ? dim : width) }, (_, n) => value(n));
  const siren = Float32Array.from({ length: sirenParameters(dim) }, (_, n) => value(n) / 4);
  const factors = {
    plain: { userFactors: ofUsers, itemFactors: vectors },
    squares: { userFactors: ofUsers, itemFactors: withSquares(vectors, dim), squares: true },
    siren: {
      userFactors: withSiren(ofUsers, dim, siren),
      itemFactors: withSiren(vectors, dim, siren),
      siren,
    },
  };
  return new Student({
    dim: width,
    ...factors[form],
    userIds: Array.from({ length: users }, (_, u) => `user-${u}`),
    itemIds: Array.from({ length: items }, (_, i) => String(7 * i)),
    seen: ragged(Array.from({ length: users }, (_, u) => [u, u + 1, (7 * u) % items])),
  });
}

Deno.test("the scorer is less than 10 KB and gives what Student gives, in a worker without permissions", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/scorer.js`;
    await run(["bundle", "--quiet", "--minify", "--platform", "browser", "-o", file, "src/models/scorer.ts"]);
    const bundle = await Deno.readTextFile(file);
    const size = new TextEncoder().encode(bundle).length;
    console.log(`the scorer takes ${size} bytes`);
    assert.ok(size < 10_000, `${size} bytes`);
    assert.doesNotMatch(bundle, /\bimport\b|\brequire\b|\bDeno\b|\bprocess\b/);
    const files = [["f32", "plain"], ["f16", "plain"], ["f32", "squares"], ["f16", "siren"]] as const;
    for (const [precision, form] of files) {
      const bytes = encodeStudent(randomStudent(20, 60, 5, form), { precision });
      const student = decodeStudent(bytes);
      const calls: ["recommend" | "similar", ...unknown[]][] = [
        ["recommend", "user-3", { k: 10 }],
        ["recommend", "user-0", { k: 60, exclude: false }],
        ["recommend", ["7", "14", "70"], { k: 10, exclude: ["21"] }],
        ["recommend", ["7"], { k: 10, allow: ["0", "7", "42"], foldIn: { penalty: 2 } }],
        ["similar", "35", { k: 10 }],
        ["recommend", "usr-3", { k: 1 }],
        ["similar", "36", { k: 1 }],
      ];
      const expected = calls.map(([method, ...parameters]) => {
        try {
          // deno-lint-ignore no-explicit-any
          return (student[method] as any)(...parameters);
        } catch (error) {
          assert.ok(error instanceof HetcompError);
          return { name: error.name, message: error.message };
        }
      });
      const input = JSON.stringify({ bundle, student: bytes.toBase64(), calls });
      const answers = await run(
        ["run", "--no-prompt", "--no-config", "tests/models/scorer_program.ts"],
        input,
      );
      assert.deepEqual(JSON.parse(answers), JSON.parse(JSON.stringify(expected)));
      assert.equal(expected[0].length, 10);
      assert.equal(expected[1].length, 60);
      assert.match(expected[5].message, /"user-3"/);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
