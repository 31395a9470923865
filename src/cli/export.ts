import { type Command, Option } from "commander";
import { exists, writeAtomically } from "../data/files.ts";
import { ArgumentError, RunError } from "../errors.ts";
import { type EmbeddingSide, writeEmbeddings } from "../export/embeddings.ts";
import { encodeOnnx, type OnnxQuestion } from "../export/onnx.ts";
import { loadStudent, saveStudent } from "../models/student_file.ts";
import { formatBytes } from "../report/format.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { pathName } from "./options.ts";

const forms = ["onnx", "parquet", "csv", "safetensors-f16", "safetensors-f32"] as const;

/** Adds the command `export`. */
export function registerExport(program: Command): void {
  program.command("export")
    .description(
      "Writes a student in another form: ONNX, embeddings as Parquet or CSV, a smaller student file.",
    )
    .requiredOption("--student <file>", "the student, a .safetensors file", pathName)
    .addOption(new Option("--to <form>", "the form").choices([...forms]).makeOptionMandatory())
    .requiredOption("--out <file>", "the file to write", pathName)
    .addOption(
      new Option("--question <kind>", "onnx: the best items for known users, or for histories of items")
        .choices(["user", "history"]).default("user"),
    )
    .addOption(
      new Option("--side <kind>", "parquet, csv: whose vectors").choices(["items", "users"]).default("items"),
    )
    .option("--no-seen", "safetensors: without the items that users have seen")
    .addHelpText(
      "after",
      examples(
        "export --student runs/mine/student.safetensors --to onnx --out student.onnx",
        "export --student runs/mine/student.safetensors --to onnx --question history --out fold_in.onnx",
        "export --student runs/mine/student.safetensors --to parquet --side users --out users.parquet",
        "export --student runs/mine/student.safetensors --to safetensors-f16 --no-seen --out small.safetensors",
      ),
    )
    .action(async (_options, self: Command) => {
      const given = Object.keys(formsOf).filter((name) => self.getOptionValueSource(name) === "cli");
      await runExport(self.optsWithGlobals(), given);
    });
}

interface ExportFlags {
  student: string;
  to: typeof forms[number];
  out: string;
  question: OnnxQuestion;
  side: EmbeddingSide;
  seen: boolean;
}

/** Options that only some forms have. */
const formsOf: Readonly<Record<string, readonly string[]>> = {
  question: ["onnx"],
  side: ["parquet", "csv"],
  seen: ["safetensors-f16", "safetensors-f32"],
};

async function runExport(
  { student: path, to, out, question, side, seen }: ExportFlags,
  given: readonly string[],
): Promise<void> {
  for (const [name, forms] of Object.entries(formsOf)) {
    if (!given.includes(name) || forms.includes(to)) continue;
    const flag = name === "seen" ? "--no-seen" : `--${name}`;
    throw new ArgumentError(flag, `it has no effect with --to ${to}`, `--to ${forms.join(" or ")}`);
  }
  if (await exists(out)) throw new RunError(`the file ${out} exists already; name another with --out`);
  const isTable = to === "parquet" || to === "csv";
  if (isTable && !out.toLowerCase().endsWith(`.${to}`)) {
    throw new ArgumentError("--out", `it is ${JSON.stringify(out)}`, `a name that ends in .${to}`);
  }
  const student = await loadStudent(path);
  using interrupt = isTable ? untilInterrupted("stopping; nothing is kept of this file") : null;
  if (to === "onnx") await writeAtomically(out, await encodeOnnx(student, question));
  else if (isTable) await writeEmbeddings(out, student, side, interrupt?.signal);
  else await saveStudent(out, student, { seen, precision: to === "safetensors-f16" ? "f16" : "f32" });
  console.log(`${out}: ${formatBytes((await Deno.stat(out)).size)}`);
}
