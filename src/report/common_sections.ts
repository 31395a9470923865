import { overlapTable } from "./overlap_table.ts";
import type { PageSection } from "./page.ts";
import type { TeachersSummary } from "./run_summary.ts";
import { settingsSection } from "./settings_section.ts";
import { stateTable } from "./state_table.ts";

/** What follows the results in every report: overlaps, trajectory states and settings, their tables numbered from 2. */
export function commonSections(
  summary: TeachersSummary,
  student: readonly [string, string][],
): PageSection[] {
  let number = 2;
  const overlap = overlapTable(summary, number);
  if (overlap !== "") number++;
  const states = stateTable(summary, number);
  if (states !== "") number++;
  return [
    { heading: { id: "overlap-heading", text: "What the teachers agree on" }, body: overlap },
    { heading: { id: "states-heading", text: "Trajectory states" }, body: states },
    {
      heading: { id: "settings-heading", text: "Settings and environment" },
      body: settingsSection(summary, number, student),
    },
  ];
}
