import assert from "node:assert/strict";
import fc from "fast-check";
import { DataError } from "../../../src/errors.ts";
import {
  acceptedNames,
  type ColumnNames,
  columnsByName,
  columnsByPosition,
  columnsLine,
  isColumnName,
} from "../../../src/data/log/columns.ts";

const place = { file: "log.csv", line: 1 };
const byName = (names: string, given: ColumnNames = {}) =>
  columnsLine(columnsByName(names.split(","), given, place));
const byPosition = (record: string, given: ColumnNames = {}) =>
  columnsLine(columnsByPosition(record.split(","), given, place));

function rejects(work: () => void, message: RegExp): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("columnsByName() knows the headers of public datasets", () => {
  const headers: [string, string][] = [
    ["userId,movieId,rating,timestamp", "user = userId, item = movieId, rating = rating, time = timestamp"],
    [
      "user_id:token,item_id:token,rating:float,timestamp:float",
      "user = user_id:token, item = item_id:token, rating = rating:float, time = timestamp:float",
    ],
    [
      "reviewerID,asin,reviewerName,overall,reviewText,unixReviewTime,reviewTime",
      "user = reviewerID, item = asin, rating = overall, time = unixReviewTime",
    ],
    [
      "rating,title,asin,parent_asin,user_id,timestamp",
      "user = user_id, item = parent_asin, rating = rating, time = timestamp",
    ],
    ["User-ID,ISBN,Book-Rating", "user = User-ID, item = ISBN, rating = Book-Rating, time = none"],
    ["userID,artistID,weight", "user = userID, item = artistID, rating = weight, time = none"],
    [
      "review_id,user_id,business_id,stars,date",
      "user = user_id, item = business_id, rating = stars, time = date",
    ],
    ["ITEM,USER", "user = USER, item = ITEM, rating = none, time = none"],
  ];
  for (const [header, line] of headers) assert.equal(byName(header), `columns: ${line}`);
});

Deno.test("isColumnName() knows RecBole's types, and no other colon", () => {
  for (const name of ["user_id", "Timestamp", "plot:token_seq", "item_id:token"]) {
    assert.ok(isColumnName(name));
  }
  for (const id of ["user:1", "item:5", "date:7", "urn:token:5", "4"]) assert.ok(!isColumnName(id));
  assert.equal(byName("user,item:1,item"), "columns: user = user, item = item, rating = none, time = none");
});

Deno.test("columnsByName() finds every accepted name, in any order and spelling", () => {
  const one = <T>(values: readonly T[]) => fc.constantFrom(...values);
  fc.assert(
    fc.property(one(acceptedNames.user), one(acceptedNames.item), fc.boolean(), (user, item, swap) => {
      const spelled = [user.toUpperCase(), item.replaceAll("_", " ")];
      const columns = columnsByName(["x", ...(swap ? spelled.reverse() : spelled)], {}, place);
      assert.deepEqual([columns.user.index, columns.item.index], swap ? [2, 1] : [1, 2]);
    }),
  );
});

Deno.test("columnsByName() takes the names that are given, and leaves out what shall not be read", () => {
  assert.equal(
    byName("a,b,user,item,rating,time", { user: "b", rating: "none", time: "a" }),
    "columns: user = b, item = item, rating = none, time = a",
  );
  const { rating } = columnsByName(["user", "item", "none"], { rating: "none" }, place);
  assert.equal(rating?.index, 2);
  assert.equal(
    byName("who:token,what:token", { user: "who", item: "what" }).slice(0, 25),
    "columns: user = who:token",
  );
});

Deno.test("columnsByName() names the columns there are, those accepted, and the nearest", () => {
  rejects(
    () => byName("usr_id,movieId"),
    /^log\.csv:1: none of the columns "usr_id", "movieId" is known to hold the users; expected one of user_id, .*--user-column.*; "usr_id" looks like user_id$/,
  );
  rejects(() => byName("user,thing"), /is known to hold the items; expected one of item_id, [^;]*$/);
  rejects(
    () => byName("userId,movieId", { item: "movie_id" }),
    /there is no column "movie_id" for --item-column; expected one of "userId", "movieId"; did you mean "movieId"\?$/,
  );
  rejects(
    () => byName("user,User,item"),
    /the columns "user", "User" could all be the users; expected .*--user-column/,
  );
  rejects(() => byName("user,item", { item: "user" }), /the user would be both the users and the items/);
  rejects(() => byName("user,item", { user: "none" }), /no column "none" for --user-column/);
});

Deno.test("columnsByPosition() takes user, item, rating, time, and sees what else can be seen", () => {
  const first = "user = column 1, item = column 2";
  assert.equal(byPosition("1,2"), `columns: ${first}, rating = none, time = none`);
  assert.equal(byPosition("1,2,3"), `columns: ${first}, rating = column 3, time = none`);
  assert.equal(byPosition("1,2,881250949"), `columns: ${first}, rating = none, time = column 3`);
  assert.equal(byPosition("196,242,3,881250949"), `columns: ${first}, rating = column 3, time = column 4`);
  assert.equal(
    byPosition("A39HTATAQ9V7YF,0205616461,5.0,1369699200"),
    `columns: ${first}, rating = column 3, time = column 4`,
  );
  assert.equal(
    byPosition("0449819906,A1GIRBEW79N4JV,5.0,1369699200"),
    "columns: user = column 2, item = column 1, rating = column 3, time = column 4",
  );
  assert.equal(
    byPosition("9,8,1,2,3", { user: "3", item: "4", rating: "5" }),
    "columns: user = column 3, item = column 4, rating = column 5, time = none",
  );
  assert.equal(
    byPosition("x,y,3", { user: "2", item: "1" }),
    "columns: user = column 2, item = column 1, rating = column 3, time = none",
  );
  rejects(
    () => byPosition("1,2,3,4,5"),
    /there is no header, and 5 columns .*expected 2 to 4 columns.*--user-column/,
  );
  rejects(() => byPosition("1"), /there is no header, and 1 column/);
  rejects(
    () => byPosition("1,2", { user: "3" }),
    /there is no column "3" for --user-column; expected one of "column 1"/,
  );
});
