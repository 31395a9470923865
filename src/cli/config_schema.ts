/**
 * The command `schema`: the JSON Schema of configuration files.
 *
 * @module
 */
import type { Command } from "commander";
import { allConfigKeys, configKeys, type Schema, takesConfig } from "./config_keys.ts";
import { examples } from "./examples.ts";

/** The JSON Schema of a configuration file: one for all commands, since a file may hold the options of several. */
export function configSchema(program: Command): Schema {
  const commands = program.commands.filter(takesConfig);
  const properties = [...allConfigKeys(program)].map(([name, keys]) => {
    const schemas = keys.map(({ schema }) => {
      const users = commands.filter((command) =>
        configKeys(command).some((key) => key.name === name && key.schema.type === schema.type)
      );
      const names = users.map((user) => user.name()).join(", ");
      return { ...schema, description: `${schema.description} (${names})` };
    });
    return [name, schemas.length === 1 ? schemas[0] : { anyOf: schemas }];
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Options of hetcomp's commands",
    type: "object",
    additionalProperties: false,
    properties: { $schema: { type: "string" }, ...Object.fromEntries(properties) },
  };
}

/** Adds the command `schema`. */
export function registerSchema(program: Command): void {
  program.command("schema")
    .description("Prints the JSON Schema of configuration files (--config).")
    .addHelpText("after", examples("schema > config.schema.json"))
    .action(() => console.log(JSON.stringify(configSchema(program), null, 2)));
}
