import { type Command, Option } from "commander";
import { exists } from "../data/files.ts";
import { ArgumentError, RunError } from "../errors.ts";
import { tableForm, type TableValue, writeTable } from "../export/table_file.ts";
import type { RecommendOptions, Student } from "../models/student.ts";
import { loadStudent } from "../models/student_file.ts";
import { examples } from "./examples.ts";
import { untilInterrupted } from "./interrupt.ts";
import { logNotice } from "./log.ts";
import { idList, listOptions, pathName } from "./options.ts";
import { type ListFormat, listText } from "./print_list.ts";
import { createProgress } from "./progress.ts";

/** Users that are written at once. */
const batchUsers = 512;

/** Adds the command `recommend`. */
export function registerRecommend(program: Command): void {
  listOptions(
    program.command("recommend").description(
      "Recommends with a student file, without a GPU: to a user, from a history of items, or to all users.",
    ),
  )
    .option("--user <id>", "a user of the training data")
    .option(
      "--history <ids>",
      "the items of somebody never seen in training, by commas or a JSON array",
      idList,
    )
    .option("--all-users", "everybody of the training data, into the file of --out")
    .option("--exclude <ids>", "leave these items out too", idList)
    .option("--allow <ids>", "recommend only some of these items", idList)
    .addOption(new Option("--keep-seen", "do not leave out the items seen in training, or the history"))
    .option(
      "--out <file>",
      "write a .csv, .tsv, .jsonl or .parquet file with user, rank, item, score",
      pathName,
    )
    .addHelpText(
      "after",
      examples(
        "recommend --student runs/mine/student.safetensors --user user-7",
        "recommend --student runs/mine/student.safetensors --history item-12,item-40 -k 5 --format json",
        "recommend --student runs/mine/student.safetensors --all-users -k 50 --out lists.parquet",
      ),
    )
    .action(async (_options, self: Command) => {
      const flags = self.optsWithGlobals<RecommendFlags>();
      if (flags.out !== undefined && self.getOptionValueSource("format") === "cli") {
        throw new ArgumentError(
          "--format",
          "--out is given too, whose ending names the form",
          "one of the two",
        );
      }
      await runRecommend(flags);
    });
}

interface RecommendFlags {
  student: string;
  k: number;
  format: ListFormat;
  user?: string;
  history?: string[];
  allUsers?: boolean;
  exclude?: string[];
  allow?: string[];
  keepSeen?: boolean;
  out?: string;
  quiet?: boolean;
}

function optionsOf({ k, exclude, allow, keepSeen }: RecommendFlags): RecommendOptions {
  if (keepSeen && exclude) {
    throw new ArgumentError(
      "--keep-seen",
      "--exclude is given too, which leaves seen items out",
      "one of the two",
    );
  }
  return { k, exclude: keepSeen ? false : exclude ?? true, ...(allow ? { allow } : {}) };
}

async function runRecommend(flags: RecommendFlags): Promise<void> {
  const { user, history, allUsers = false, out } = flags;
  const ways = [user !== undefined, history !== undefined, allUsers].filter((way) => way).length;
  if (ways !== 1) {
    throw new ArgumentError(
      "--user",
      `${ways} ways to name somebody are given`,
      "--user, --history or --all-users",
    );
  }
  if (allUsers && out === undefined) {
    throw new ArgumentError("--out", "it is not given", "a file for the lists of all users");
  }
  if (out !== undefined) {
    tableForm(out);
    if (await exists(out)) throw new RunError(`the file ${out} exists already; name another with --out`);
  }
  const options = optionsOf(flags);
  const student = await loadStudent(flags.student);
  if (student.seen === undefined && history === undefined && !flags.keepSeen && !flags.quiet) {
    logNotice("seen", `${flags.student} does not say what users have had: that is not left out`);
  }
  if (allUsers) return await writeAllUsers(student, options, out!, flags.quiet ?? false);
  const list = student.recommend(user ?? history!, options);
  if (out === undefined) return console.log(listText(list, flags.format));
  const rows = list.map(({ item, score }, n) => [user ?? "", n + 1, item, score]);
  await writeTable(out, tableFields, [rows]);
  console.log(`${list.length} items: ${out}`);
}

const tableFields = [
  { name: "user", type: "text" },
  { name: "rank", type: "integer" },
  { name: "item", type: "text" },
  { name: "score", type: "number" },
] as const;

async function writeAllUsers(
  student: Student,
  options: RecommendOptions,
  out: string,
  quiet: boolean,
): Promise<void> {
  using interrupt = untilInterrupted("stopping; nothing is kept of this file");
  const progress = createProgress({ label: "recommend", total: student.users, unit: "users", quiet });
  let written = 0;
  function* batches(): Generator<TableValue[][]> {
    for (let start = 0; start < student.users; start += batchUsers) {
      interrupt.signal.throwIfAborted();
      const users = student.userIds.slice(start, start + batchUsers);
      const rows = users.flatMap((user) =>
        student.recommend(user, options).map(({ item, score }, n) => [user, n + 1, item, score])
      );
      written += rows.length;
      yield rows;
      progress.update(Math.min(student.users, start + batchUsers));
    }
  }
  try {
    await writeTable(out, tableFields, batches());
  } finally {
    progress.stop();
  }
  console.log(`${written} items for ${student.users} users: ${out}`);
}
