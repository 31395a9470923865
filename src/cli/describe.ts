/**
 * The command `data describe`: what a file of interactions holds, and what filters would leave of it.
 *
 * @module
 */
import type { Command } from "commander";
import { activityShares, type DataDescription, describeData } from "../data/describe.ts";
import type { ValueRange } from "../data/log/interaction_log.ts";
import { formatCount, formatNumber } from "../report/format.ts";
import { numberColumn, textTable } from "../report/table.ts";
import { examples } from "./examples.ts";
import { logReading } from "./load_split.ts";
import { logChoice, type LogFlags, logOptions } from "./options.ts";

interface DescribeFlags extends LogFlags {
  json: boolean;
  quiet?: boolean;
}

/** Times from 10^8 up are counted since 1970, in a unit that their size tells; smaller ones are shown as they are. */
function timeText(time: number): string {
  const size = Math.abs(time);
  if (size < 1e8) return String(time);
  const perSecond = size < 1e11 ? 1 : size < 1e14 ? 1e3 : size < 1e17 ? 1e6 : 1e9;
  const date = new Date(1000 * time / perSecond);
  // Beyond the year 275760 there are no dates.
  if (Number.isNaN(date.getTime())) return String(time);
  return date.toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
}

function rangeText(range: ValueRange | null, text: (value: number) => string): string {
  return range === null || Number.isNaN(range.least) ? "none" : `${text(range.least)} to ${text(range.most)}`;
}

function densityText(pairs: number, users: number, items: number): string {
  return pairs === 0 ? "0 %" : `${formatNumber(100 * pairs / users / items)} %`;
}

/** The description as text: facts, quantiles of activity, and what each core would leave. */
export function describeLines(description: DataDescription): string {
  const { users, items, pairs, rows, belowRating, repeated } = description;
  const facts: [string, string][] = [
    ["rows", formatCount(rows)],
    ...(belowRating > 0 ? [["left out for their rating", formatCount(belowRating)] as [string, string]] : []),
    ["repeated pairs", repeated === null ? "merged in the source" : formatCount(repeated)],
    ["users", formatCount(users)],
    ["items", formatCount(items)],
    ["pairs", formatCount(pairs)],
    ["density", densityText(pairs, users, items)],
    ["ratings", rangeText(description.ratings, String)],
    ["times", rangeText(description.times, timeText)],
  ];
  const width = Math.max(...facts.map(([title]) => title.length));
  const shares = activityShares.map((share) =>
    share === 0 ? "least" : share === 0.5 ? "median" : share === 1 ? "most" : `${100 * share} %`
  );
  const activity = textTable(["pairs per", ...shares.map(numberColumn)], [
    ["user", ...description.userActivity.map(formatCount)],
    ["item", ...description.itemActivity.map(formatCount)],
  ]);
  const cores = textTable(
    ["--core", "users", "items", "pairs", "density"].map(numberColumn),
    description.cores.map((core) => [
      String(core.core),
      ...[core.users, core.items, core.pairs].map(formatCount),
      densityText(core.pairs, core.users, core.items),
    ]),
  );
  return [
    facts.map(([title, value]) => `${title.padEnd(width)}  ${value}`).join("\n"),
    activity,
    `what a filter would leave (users and items with fewer pairs taken out until all have as many):\n${cores}`,
  ].join("\n\n");
}

/** Adds the command `describe` to the command `data`. */
export function registerDescribe(data: Command): void {
  logOptions(
    data.command("describe <source>").description(
      "Prints what a log, a folder or a dataset holds, and what --core would leave of it.",
    ),
  )
    .option("--json", "the same as JSON", false)
    .addHelpText(
      "after",
      examples("data describe ratings.csv", "data describe reviews.jsonl.gz --minimum-rating 4"),
    )
    .action(async (source: string, _options, self: Command) => {
      // `data` has an option --json too, and takes it if it stands in front.
      const flags: DescribeFlags = { ...self.optsWithGlobals(), ...self.opts() };
      const json = flags.json || self.parent?.opts().json === true;
      using reading = logReading({
        source,
        ...logChoice(flags),
      }, flags.quiet ?? false);
      const description = await describeData(source, reading);
      console.log(json ? JSON.stringify(description, null, 2) : describeLines(description));
    });
}
