/**
 * The program `hetcomp`. To add a command NAME, write src/cli/NAME.ts with
 *
 *     export function registerName(program: Command): void {
 *       program.command("name").description("...").addHelpText("after", examples("name ...")).action(async (options) => {
 *         await withDriver();                      // if it opens a GPU
 *         ...                                      // throw HetcompError for what the user can mend
 *       });
 *     }
 *
 * and call it below. What is said on standard error goes through log.ts. Errors are printed here; the global option --quiet is read with `command.optsWithGlobals()`.
 *
 * @module
 */
import { Command, Option } from "commander";
import configuration from "../../deno.json" with { type: "json" };
import { registerCompare } from "./compare.ts";
import { registerData } from "./data.ts";
import { registerDistill } from "./distill.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEvaluate } from "./evaluate.ts";
import { registerExport } from "./export.ts";
import { registerRecommend } from "./recommend.ts";
import { registerServe } from "./serve.ts";
import { registerSimilar } from "./similar.ts";
import { askedLogForm, log, logForms, logsJson, setLogForm } from "./log.ts";
import { printError } from "./run_command.ts";
import { registerSearch } from "./search.ts";
import { registerSchema } from "./config_schema.ts";
import { registerTeachers } from "./teachers.ts";

/** The program with all its commands. */
export function createProgram(): Command {
  const program = new Command("hetcomp");
  program
    .description(
      "Trains heterogeneous top-K recommenders on WebGPU and distils them into one small student.",
    )
    .version(configuration.version)
    .option("-q, --quiet", "no progress and no notices, only results and errors")
    .addOption(
      new Option("--log <form>", "how progress, notices and errors are written on standard error").choices(
        logForms,
      )
        .default("text"),
    )
    .helpCommand(true)
    .exitOverride()
    // Its own way to find out reads a dozen variables that no task grants; the help has no colours anyway.
    .configureOutput({
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      writeOut: (text) => void Deno.stdout.writeSync(new TextEncoder().encode(text)),
      writeErr: (text) => {
        if (logsJson()) log("info", "help", text);
        else Deno.stderr.writeSync(new TextEncoder().encode(text));
      },
      outputError: (text, write) => {
        if (logsJson()) {
          log("error", "error", text.replace(/^error: /, ""), { name: "CommandLineError", code: 1 });
        } else write(text);
      },
    })
    .showHelpAfterError("(add --help for the options and examples)");
  registerDistill(program);
  registerTeachers(program);
  registerEvaluate(program);
  registerCompare(program);
  registerRecommend(program);
  registerSimilar(program);
  registerServe(program);
  registerExport(program);
  registerDoctor(program);
  registerData(program);
  registerSearch(program);
  registerSchema(program);
  return program;
}

/** Parses the arguments, runs the command, and gives the exit code. */
export async function main(args: string[]): Promise<number> {
  try {
    // `deno task NAME -- --option` hands the dashes over.
    const given = args[1] === "--" ? args.toSpliced(1, 1) : args;
    setLogForm(askedLogForm(given));
    await createProgram().parseAsync(given, { from: "user" });
    return 0;
  } catch (error) {
    return printError(error, configuration.version);
  }
}

if (import.meta.main) {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    Deno.exit(printError(event.reason, configuration.version));
  });
  Deno.exitCode = await main(Deno.args);
}
