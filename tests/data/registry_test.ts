import assert from "node:assert/strict";
import { DataError } from "../../src/errors.ts";
import { datasetRegistry, registryEntry } from "../../src/data/registry.ts";
import { needsShared, sharedPath } from "./shared.ts";

Deno.test("registryEntry() finds by name, and lists the names when it does not", () => {
  assert.equal(registryEntry("gowalla").files.length, 2);
  assert.throws(() => registryEntry("movielens"), (error) => {
    return error instanceof DataError && /movielens: .*one of citeulike, foursquare/.test(error.message);
  });
});

Deno.test("datasetRegistry has distinct names, whole checksums and addresses over https", () => {
  assert.equal(new Set(datasetRegistry.map((entry) => entry.name)).size, datasetRegistry.length);
  for (const entry of datasetRegistry) {
    for (const file of entry.files) {
      assert.match(file.sha256, /^[0-9a-f]{64}$/);
      assert(file.url === null || new URL(file.url).protocol === "https:");
    }
  }
});

Deno.test("data/README.md names every dataset with its checksums", async () => {
  const text = await Deno.readTextFile(new URL("../../data/README.md", import.meta.url));
  for (const entry of datasetRegistry) {
    assert(text.includes(`\`${entry.name}\``) && text.includes(entry.source));
    for (const file of entry.files) assert(text.includes(file.sha256));
  }
});

Deno.test(needsShared("datasetRegistry has the checksums of the shared data", ["SHA256SUMS"], async () => {
  const text = await Deno.readTextFile(sharedPath("SHA256SUMS"));
  for (const entry of datasetRegistry) {
    for (const file of entry.files) assert(text.includes(`${file.sha256}  ${entry.name}/${file.name}\n`));
  }
}));
