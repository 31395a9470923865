import assert from "node:assert/strict";
import { configKeys, takesConfig } from "../../src/cli/config_keys.ts";
import { configSchema } from "../../src/cli/config_schema.ts";
import { createProgram } from "../../src/cli/main.ts";

Deno.test("docs/config.schema.json is what the command schema prints", async () => {
  const kept = await Deno.readTextFile(new URL("../../docs/config.schema.json", import.meta.url));
  const remedy = "out of date; write it anew with: deno task -q schema > docs/config.schema.json";
  assert.equal(kept, JSON.stringify(configSchema(createProgram()), null, 2) + "\n", remedy);
});

Deno.test("every option of a command with --config is a key, and its default fits the schema", () => {
  const program = createProgram();
  const commands = program.commands.filter(takesConfig);
  assert.deepEqual(commands.map((command) => command.name()), [
    "distill",
    "teachers",
    "evaluate",
    "compare",
    "search",
  ]);
  for (const command of commands) {
    const keys = configKeys(command);
    const without = command.options.filter((option) => !option.hidden).map((option) => option.attributeName())
      .filter((name) => !keys.some((key) => key.name === name));
    assert.deepEqual(without.toSorted(), [
      "config",
      "printConfig",
      ...command.name() === "distill" ? ["resume"] : [],
    ]);
    for (const { schema, read } of keys) {
      if (schema.default !== undefined) assert.deepEqual(read(schema.default), schema.default);
    }
  }
});
