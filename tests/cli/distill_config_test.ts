import assert from "node:assert/strict";
import type { DistillFlags } from "../../src/cli/distill_config.ts";
import { checkResumed, configOf, parseConfig } from "../../src/cli/distill_config.ts";
import { createProgram } from "../../src/cli/main.ts";

async function flagsOf(...args: string[]): Promise<DistillFlags> {
  const program = createProgram();
  const command = program.commands.find((candidate) => candidate.name() === "distill")!;
  command.action(() => {});
  // configOf() records the command line of this process, which is that of the test.
  await program.parseAsync(["distill", ...args], { from: "user" });
  return command.opts<DistillFlags>();
}

const configFrom = async (...args: string[]) => ({ ...configOf(await flagsOf(...args)), fingerprint: "0" });

Deno.test("configOf() hands on settings of teachers and of the distillation", async () => {
  const config = await configFrom("--option", "alpha=1.5", "--teacher-option", "ML.margin=2", "--dim", "8");
  assert.equal(config.distill.alpha, 1.5);
  assert.equal(config.distill.lambda, 10);
  assert.equal(config.distill.dim, 8);
  assert.deepEqual(config.teachers.options, { ML: { margin: 2 } });
});

Deno.test("parseConfig() reads runs that knew no settings of teachers, and checks those of others", async () => {
  const config = JSON.parse(JSON.stringify(await configFrom()));
  assert.deepEqual(parseConfig(config, "run"), config);
  const { options: _, ...teachers } = config.teachers;
  assert.deepEqual(parseConfig({ ...config, teachers }, "run"), config);
  const wrong = { ...config, teachers: { ...teachers, options: { MF: { dim: 0 } } } };
  assert.throws(
    () => parseConfig(wrong, "run"),
    /config\.json is not the configuration of a run: .*'dim'.*it is 0/,
  );
});

Deno.test("checkResumed() refuses settings other than the run's", async () => {
  const config = await configFrom("--option", "alpha=1.5", "--teacher-option", "MF.dim=8");
  const resumed = async (...args: string[]) => {
    const flags = await flagsOf("--resume", "runs/x", ...args);
    checkResumed(config, flags, args.filter((word) => word.startsWith("--")).map((word) => word.slice(2)));
  };
  await resumed("--option", "alpha=1.5", "--teacher-option", "MF.dim=8");
  await assert.rejects(resumed("--option", "alpha=1.4"), /started with --option alpha 1\.5, not 1\.4;/);
  await assert.rejects(
    resumed("--teacher-option", "MF.dim=9"),
    /started with --teacher-option MF\.dim 8, not 9;/,
  );
  await assert.rejects(resumed("--teacher-option", "ML.dim=9"), /--teacher-option ML\.dim left out, not 9;/);
});
