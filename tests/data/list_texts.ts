import { type Ragged, rowCount, rowOf } from "../../src/ragged.ts";

/**
 * Lists as LightGCN's text, one line per row, also for an empty row, so that the number of users is kept.
 *
 * @param lists One row of item ids per user.
 * @returns The text of the file; it ends in a newline unless there are no rows.
 */
export function printLightgcnText(lists: Ragged): string {
  let text = "";
  for (let u = 0; u < rowCount(lists); u++) {
    const row = rowOf(lists, u);
    text += row.length === 0 ? `${u}\n` : `${u} ${row.join(" ")}\n`;
  }
  return text;
}

/**
 * Lists in users.dat form, the inverse of `parseUsersDat()`.
 *
 * @param lists One row of item ids per user.
 * @returns The text of the file; it ends in a newline.
 */
export function printUsersDat(lists: Ragged): string {
  let text = "";
  for (let u = 0; u < rowCount(lists); u++) {
    const row = rowOf(lists, u);
    text += row.length === 0 ? "0\n" : `${row.length} ${row.join(" ")}\n`;
  }
  return text;
}
