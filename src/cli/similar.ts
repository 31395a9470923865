import type { Command } from "commander";
import { loadStudent } from "../models/student_file.ts";
import { examples } from "./examples.ts";
import { listOptions } from "./options.ts";
import { type ListFormat, listText } from "./print_list.ts";

interface SimilarFlags {
  student: string;
  item: string;
  k: number;
  format: ListFormat;
}

/** Adds the command `similar`. */
export function registerSimilar(program: Command): void {
  listOptions(
    program.command("similar").description(
      "Shows the items whose vectors in a student file are nearest to an item's, by their cosine.",
    ),
  )
    .requiredOption("--item <id>", "an item of the training data")
    .addHelpText(
      "after",
      examples(
        "similar --student runs/mine/student.safetensors --item item-12",
        "similar --student runs/mine/student.safetensors --item item-12 -k 50 --format csv",
      ),
    )
    .action(async (_options, self: Command) => {
      const { student, item, k, format } = self.optsWithGlobals<SimilarFlags>();
      console.log(listText((await loadStudent(student)).similar(item, { k }), format, "cosine"));
    });
}
