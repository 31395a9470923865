import assert from "node:assert/strict";
import fc from "fast-check";
import { ArgumentError } from "../../src/errors.ts";
import { openGpu } from "../../src/gpu/gpu.ts";
import { indexLists, nowhere, uploadListIndex } from "../../src/kernels/list_index.ts";
import { ragged, rowOf } from "../../src/ragged.ts";
import { randomLists } from "./random_lists.ts";

Deno.test("indexLists() lists every pair once, ascending, with its place in positives then tops", () => {
  fc.assert(fc.property(fc.integer(), fc.nat(6), fc.nat(40), (seed, users, items) => {
    const { observed, positives, tops } = randomLists(seed, users, items);
    const index = indexLists({
      users,
      items,
      observed: ragged(observed),
      positives: ragged(positives),
      tops: ragged(tops),
    });
    for (let user = 0; user < users; user++) {
      const list = [...positives[user]!, ...tops[user]!];
      assert.deepEqual([...rowOf(index.lists, user)], list);
      assert.equal(index.positives[user], positives[user]!.length);
      const entries = [...observed[user]!, ...tops[user]!].sort((a, b) => a - b);
      assert.deepEqual([...rowOf(index.entries, user)], entries);
      const start = index.entries.offsets[user]!;
      entries.forEach((item, n) => {
        const place = list.indexOf(item);
        assert.equal(index.places[start + n], place < 0 ? nowhere : place);
      });
    }
    assert.equal(index.entries.items.length, index.places.length);
  }));
});

Deno.test("indexLists() names the list, the user and the item of what it refuses", () => {
  const refused = (observed: number[], positives: number[], tops: number[], message: RegExp) =>
    assert.throws(
      () =>
        indexLists({
          users: 2,
          items: 5,
          observed: ragged([[0], observed]),
          positives: ragged([[], positives]),
          tops: ragged([[], tops]),
        }),
      (error) => error instanceof ArgumentError && message.test(error.message),
    );
  refused([5], [], [], /'observed'.*user 1 holds item 5.*below 5/);
  refused([1, 1], [], [], /'observed'.*user 1 holds item 1.*once/);
  refused([1], [2], [], /'positives'.*item 2.*observed/);
  refused([1], [0], [], /'positives'.*item 0.*observed/);
  refused([1], [9], [], /'positives'.*item 9/);
  refused([1], [1, 1], [], /'positives'.*item 1.*once/);
  refused([1], [], [1], /'tops'.*item 1.*unobserved/);
  refused([1], [], [2, 2], /'tops'.*item 2.*once/);
  refused([1], [], [7], /'tops'.*item 7.*below 5/);
  assert.throws(
    () => indexLists({ users: 1, items: 5, observed: ragged([]), positives: ragged([]), tops: ragged([]) }),
    /'observed'.*0 rows/,
  );
  for (const items of [NaN, -1, 2.5]) {
    const lists = { observed: ragged([]), positives: ragged([]), tops: ragged([]) };
    assert.throws(() => indexLists({ users: 0, items, ...lists }), /'items'.*a whole number from 0 on/);
  }
});

Deno.test("uploadListIndex() uploads the spans of users and pairs of item and place", async () => {
  using gpu = await openGpu();
  using index = uploadListIndex(
    gpu,
    indexLists({
      users: 2,
      items: 5,
      observed: ragged([[3, 1], []]),
      positives: ragged([[3], []]),
      tops: ragged([[0], [2]]),
    }),
  );
  assert.deepEqual([...await gpu.readIntegers(index.spans)], [0, 0, 1, 2, 3, 2, 2, 3, 4, 3, 3, 3]);
  assert.deepEqual([...await gpu.readIntegers(index.entries)], [0, 1, 1, nowhere, 3, 0, 2, 0]);
  assert.deepEqual([...await gpu.readIntegers(index.listed)], [3, 0, 2]);
  assert.deepEqual([index.longestList, index.longestRow], [2, 3]);
});
