/**
 * Which column of a log holds what. This module is browser compatible.
 *
 * @module
 */
import { DataError, type FilePlace } from "../../errors.ts";
import { editDistance, nearestIds } from "../../nearest_ids.ts";

/** What a column of a log can be. */
export type ColumnRole = "user" | "item" | "rating" | "time";

/**
 * Names of columns, where they cannot be guessed from the accepted names. For a file without a header: numbers from 1.
 * "none" as rating or time leaves that column out.
 */
export interface ColumnNames {
  /** The column of user ids. */
  readonly user?: string | undefined;
  /** The column of item ids. */
  readonly item?: string | undefined;
  /** The column of ratings. */
  readonly rating?: string | undefined;
  /** The column of times. */
  readonly time?: string | undefined;
}

/** A column that was found. */
export interface LogColumn {
  /** Its name, or `column 3`. */
  readonly name: string;
  /** Its place in a record, from 0. */
  readonly index: number;
}

/** The columns that are read; null: there is none. */
export interface LogColumns {
  /** User ids. */
  readonly user: LogColumn;
  /** Item ids. */
  readonly item: LogColumn;
  /** Ratings. */
  readonly rating: LogColumn | null;
  /** Times. */
  readonly time: LogColumn | null;
}

/**
 * The names that are recognised, the preferred first. Case, blanks, `_`, `-` and `.` do not count, nor does a type behind
 * a colon (RecBole's `user_id:token`).
 */
export const acceptedNames: Readonly<Record<ColumnRole, readonly string[]>> = {
  // deno-fmt-ignore
  user: ["user_id", "user", "uid", "reviewerID", "customer_id", "member_id", "visitor_id", "account_id", "session_id"],
  // deno-fmt-ignore
  item: [
    "item_id", "item", "iid", "parent_asin", "asin", "movie_id", "product_id", "book_id", "ISBN", "artist_id", "track_id",
    "song_id", "business_id", "venue_id", "location_id", "article_id", "news_id", "video_id", "app_id", "game_id",
    "anime_id", "recipe_id",
  ],
  rating: ["rating", "overall", "stars", "score", "user_rating", "book_rating", "weight"],
  // deno-fmt-ignore
  time: ["timestamp", "unixReviewTime", "time", "unix_time", "event_time", "datetime", "date", "created_at", "rated_at"],
};

const roles = ["user", "item", "rating", "time"] as const;
const plural = { user: "users", item: "items", rating: "ratings", time: "times" } as const;

/** The types behind the names of RecBole's columns. */
const columnType = /:(token|float)(_seq)?$/;

function plainName(name: string): string {
  return name.replace(columnType, "").toLowerCase().replaceAll(/[\s_.-]/g, "");
}

const plainAccepted = Object.fromEntries(
  roles.map((role) => [role, acceptedNames[role].map(plainName)]),
) as Record<ColumnRole, string[]>;

/** Whether a text is a recognised name of any column, or typed as RecBole's headers are. */
export function isColumnName(text: string): boolean {
  return columnType.test(text) ||
    roles.some((role) => plainAccepted[role].includes(plainName(text)));
}

/**
 * Finds the columns among the names of a header, or the members of an object.
 *
 * @param names All names there are, in the order of the file.
 * @param given Names that were asked for, which take precedence over guessing.
 * @param place Where the names stand, for messages.
 * @param guessed Whether they are only taken for names.
 * @throws {DataError} naming the columns there are, the accepted names and the nearest of them, if a name that was asked
 * for is absent, if no column of users or items is recognised, or if two are alike.
 */
export function columnsByName(
  names: readonly string[],
  given: ColumnNames,
  place: FilePlace,
  guessed = false,
): LogColumns {
  return distinctColumns((role) => {
    const wanted = given[role];
    if (wanted !== undefined) return wantedColumn(role, wanted, names, place);
    for (const accepted of plainAccepted[role]) {
      const found = names.flatMap((name, index) => plainName(name) === accepted ? [{ name, index }] : []);
      if (found.length > 1) {
        const wrong = `the columns ${listed(found.map(({ name }) => name))} could all be the ${plural[role]}`;
        throw new DataError(place, wrong, `one of them, or --${role}-column with the right one`);
      }
      if (found.length === 1) return found[0]!;
    }
    return role === "user" || role === "item" ? failUnknown(role, names, place, guessed) : null;
  }, place);
}

/**
 * Finds the columns of a file without a header: user, item, rating, time, in this order. With three columns the third
 * is the time if it is a number from 10^8 up, else the rating. Amazon's files of 2018 have the item in front of the
 * user, which shows in the form of their ids.
 *
 * @param record The first record.
 * @param given Numbers of columns, from 1, that take precedence.
 * @param place Where the record stands, for messages.
 * @throws {DataError} if a column that was asked for is not there, or there are too many to guess.
 */
export function columnsByPosition(
  record: readonly string[],
  given: ColumnNames,
  place: FilePlace,
): LogColumns {
  const names = record.map((_, index) => `column ${index + 1}`);
  const order: ColumnRole[] = isAmazonItem(record[0]) && isAmazonUser(record[1])
    ? ["item", "user", "rating", "time"]
    : ["user", "item", "rating", "time"];
  if (record.length === 3 && Number(record[2]) >= 1e8) order[2] = "time";
  const taken = Object.values(given).map((number) => Number(number) - 1);
  return distinctColumns((role) => {
    const wanted = given[role];
    if (wanted !== undefined) return wantedColumn(role, wanted, names, place);
    const index = order.indexOf(role);
    const needed = role === "user" || role === "item";
    if (!needed && (record.length > 4 || taken.includes(index))) return null;
    if (record.length > 4 || record.length < 2) {
      const wrong = `there is no header, and ${record.length} columns (${listed(record)})`;
      throw new DataError(
        place,
        wrong,
        `2 to 4 columns (user, item, rating, time), or --${role}-column with a number from 1, or a header with one of ${
          acceptedNames[role].join(", ")
        }`,
      );
    }
    return index >= 0 && index < record.length ? { name: names[index]!, index } : null;
  }, place);
}

/** The columns in one line: `columns: user = userId, item = movieId, rating = rating, time = timestamp`. */
export function columnsLine(columns: LogColumns): string {
  const parts = roles.map((role) => `${role} = ${columns[role]?.name ?? "none"}`);
  return `columns: ${parts.join(", ")}`;
}

/** Names as a message lists them. */
export function listed(names: readonly string[]): string {
  const texts = names.slice(0, 20).map((name) =>
    JSON.stringify(name.length > 40 ? name.slice(0, 40) + "..." : name)
  );
  return texts.join(", ") + (names.length > 20 ? `, and ${names.length - 20} more` : "");
}

function distinctColumns(find: (role: ColumnRole) => LogColumn | null, place: FilePlace): LogColumns {
  const found = Object.fromEntries(roles.map((role) => [role, find(role)])) as unknown as LogColumns;
  for (const [n, role] of roles.entries()) {
    const twin = roles.slice(0, n).find((other) =>
      found[role] !== null && found[other]?.index === found[role].index
    );
    if (twin === undefined) continue;
    const wrong = `the ${found[role]!.name} would be both the ${plural[twin]} and the ${plural[role]}`;
    throw new DataError(place, wrong, `another --${twin}-column or --${role}-column`);
  }
  return found;
}

function wantedColumn(
  role: ColumnRole,
  wanted: string,
  names: readonly string[],
  place: FilePlace,
): LogColumn | null {
  let index = names.indexOf(wanted);
  if (index < 0) index = names.findIndex((name) => name.replace(columnType, "") === wanted);
  if (index < 0) index = names.indexOf(`column ${wanted}`);
  if (index >= 0) return { name: names[index]!, index };
  if (wanted === "none" && (role === "rating" || role === "time")) return null;
  const near = nearestIds(wanted, names, 1)[0];
  const hint = near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
  throw new DataError(
    place,
    `there is no column ${JSON.stringify(wanted)} for --${role}-column`,
    `one of ${listed(names)}${hint}`,
  );
}

function failUnknown(
  role: "user" | "item",
  names: readonly string[],
  place: FilePlace,
  guessed: boolean,
): never {
  let best: { name: string; near: string; distance: number } | undefined;
  for (const name of names.filter((name) => !isColumnName(name))) {
    plainAccepted[role].forEach((accepted, n) => {
      const distance = editDistance(plainName(name), accepted);
      if (distance <= 2 && distance < (best?.distance ?? Infinity)) {
        best = { name, near: acceptedNames[role][n]!, distance };
      }
    });
  }
  const hint = best === undefined ? "" : `; ${JSON.stringify(best.name)} looks like ${best.near}`;
  throw new DataError(
    place,
    `none of the columns ${listed(names)} is known to hold the ${plural[role]}`,
    `one of ${acceptedNames[role].join(", ")}, or --${role}-column with the right one${hint}${
      guessed ? ", or --header no if the first line is data" : ""
    }`,
  );
}

function isAmazonItem(id: string | undefined): boolean {
  return /^(B[0-9A-Z]{9}|\d{9}[\dX])$/.test(id ?? "");
}

function isAmazonUser(id: string | undefined): boolean {
  return /^A[0-9A-Z]{11,20}$/.test(id ?? "");
}
