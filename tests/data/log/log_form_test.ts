import assert from "node:assert/strict";
import { ArgumentError } from "../../../src/errors.ts";
import { fileForm, plainFileName } from "../../../src/data/log/log_form.ts";

const form = (name: string, start: string, delimiter?: string) => {
  const found = fileForm(name, new TextEncoder().encode(start), delimiter);
  return found.kind === "delimited" ? `${found.form.delimiter} ${found.form.quoted}` : found.kind;
};

Deno.test("fileForm() goes by the name, then by the first line", () => {
  const cases: [string, string, string][] = [
    ["users.dat", "1,2", "users.dat"],
    ["USERS.DAT.gz", "", "users.dat"],
    ["log.dat", "2 70 31\n", "users.dat"],
    ["log.dat", "2\t70\t31\n", "users.dat"],
    ["log.dat", "0\n", "users.dat"],
    ["log.dat", "\n\n2\t70\t31\r\n1\t8\n", "users.dat"],
    ["ratings.dat", "3\t50\t5\t881250949\n4\t51\t5\t881250950\n", "\t false"],
    ["log.dat", "", "users.dat"],
    ["ratings.dat", "1::1193::5::978300760\n", ":: false"],
    ["user_artists.dat", "userID\tartistID\tweight\n2\t51\t13883", "\t false"],
    ["u.data", "196\t242\t3\t881250949\n", "\t false"],
    ["a.tsv", "user,item", "\t false"],
    ["a.tsv", '"user"\t"item"\n', "\t true"],
    ["a.txt", "\tuser\n0\ta\n", "\t false"],
    ["a.inter", "user_id:token\titem_id:token", "\t false"],
    ["a.csv", "userId,movieId", ", true"],
    ["a.csv", "\ufeff\r\n\nuserId;movieId;a,b", "; true"],
    ["a.csv", '"a;b;c",d', ", true"],
    ["a.csv", "1::2,3", ", true"],
    ["a.csv.gz", "only", ", true"],
    ["a.csv", "", ", true"],
    ["log", "a|b|c", "| true"],
    ["log.txt", "a,b\n", ", true"],
    ["a.json", "", "json lines"],
    ["a.JSONL.GZ", "", "json lines"],
    ["log", ' {"a": 1}', "json lines"],
    ["a.parquet", "", "parquet"],
    ["log", "PAR1...", "parquet"],
  ];
  for (const [name, start, expected] of cases) assert.equal(form(name, start), expected, `${name} ${start}`);
});

Deno.test("fileForm() takes no longer for a start full of blanks", () => {
  const began = performance.now();
  assert.equal(form("a.csv", "\n".repeat(1 << 16) + "user,item\n"), ", true");
  assert.equal(form("a.csv", " ".repeat(1 << 16)), ", true");
  assert.ok(performance.now() - began < 1000);
});

Deno.test("fileForm() takes a delimiter that is given, and refuses what cannot be one", () => {
  assert.equal(form("users.dat", "1^2", "^"), "^ true");
  assert.equal(form("a.csv", "1,2", "||"), "|| true");
  assert.equal(form("a.txt", "1,2\t3", "\t"), "\t false");
  assert.equal(form("a.jsonl", "{", "^"), "json lines");
  for (const delimiter of ["", "abc", '"', "\n", "\r", "é", ',"']) {
    assert.throws(() => form("a.csv", "1,2", delimiter), ArgumentError, JSON.stringify(delimiter));
  }
});

Deno.test("plainFileName() drops the extension and .gz", () => {
  assert.equal(plainFileName("log.csv.gz"), "log");
  assert.equal(plainFileName("my.log.csv"), "my.log");
  assert.equal(plainFileName(".hidden"), ".hidden");
  assert.equal(plainFileName("log"), "log");
});
