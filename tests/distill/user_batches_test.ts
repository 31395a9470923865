import assert from "node:assert/strict";
import fc from "fast-check";
import { rowIndexes } from "../../src/data/csr.ts";
import { userBatches } from "../../src/distill/user_batches.ts";
import { ArgumentError } from "../../src/errors.ts";
import { ragged, rowCount } from "../../src/ragged.ts";

const interactions = fc.array(fc.uniqueArray(fc.nat(20), { maxLength: 6 }), { minLength: 1, maxLength: 30 })
  .filter((rows) => rows.some((row) => row.length > 0)).map(ragged);

Deno.test("userBatches() visits every user with an interaction, each batch ascending and distinct", () => {
  fc.assert(
    fc.property(interactions, fc.integer({ min: 1, max: 50 }), fc.nat(9), (train, batchSize, epoch) => {
      const { users, starts } = userBatches(train, batchSize, 3)(epoch);
      assert.equal(starts.length, Math.ceil(train.items.length / batchSize) + 1);
      assert.equal(starts.at(-1), users.length);
      for (let b = 0; b + 1 < starts.length; b++) {
        const batch = users.subarray(starts[b]!, starts[b + 1]!);
        assert.ok(batch.length > 0 && batch.length <= batchSize);
        for (let n = 1; n < batch.length; n++) assert.ok(batch[n - 1]! < batch[n]!);
      }
      assert.deepEqual([...new Set(users)].sort(), [...new Set(rowIndexes(train))].sort());
    }),
  );
});

Deno.test("userBatches() of uniform users visits everybody about equally often", () => {
  fc.assert(
    fc.property(interactions, fc.integer({ min: 1, max: 50 }), fc.nat(9), (train, batchSize, epoch) => {
      const { users, starts } = userBatches(train, batchSize, 3, "uniform")(epoch);
      const visits = new Array<number>(rowCount(train)).fill(0);
      for (const user of users) visits[user]!++;
      const batch = Math.min(batchSize, rowCount(train));
      assert.ok(users.length <= (starts.length - 1) * batch);
      const rounds = Math.ceil((starts.length - 1) * batch / rowCount(train));
      assert.ok(Math.max(...visits) <= rounds);
    }),
  );
});

Deno.test("userBatches() repeats for the same epoch and differs between epochs", () => {
  const train = ragged(Array.from({ length: 40 }, (_, user) => [user, user + 1, user + 2]));
  const batches = userBatches(train, 16, 1);
  assert.deepEqual(batches(5), batches(5));
  assert.notDeepEqual(batches(5), batches(6));
  assert.notDeepEqual(batches(5), userBatches(train, 16, 2)(5));
});

Deno.test("userBatches() refuses an empty training set and a batch of nothing", () => {
  assert.throws(() => userBatches(ragged([[], []]), 16, 1), ArgumentError);
  assert.throws(() => userBatches(ragged([[1]]), 0, 1), ArgumentError);
});
