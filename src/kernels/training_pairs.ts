import { ArgumentError } from "../errors.ts";
import type { DeviceArray } from "../gpu/device_array.ts";
import type { Gpu } from "../gpu/gpu.ts";
import { type Ragged, rowCount } from "../ragged.ts";

/**
 * The (user, item) pairs of a training set on the device, in the order of the lists: 8 bytes a pair and 4 a user.
 * The same items serve as the ascending list of what each user has.
 */
export class TrainingPairs implements Disposable {
  /** Number of users. */
  readonly users: number;
  /** Number of items. */
  readonly items: number;
  /** Number of pairs. */
  readonly count: number;
  /** The user of each pair. */
  readonly pairUsers: DeviceArray;
  /** The item of each pair. */
  readonly pairItems: DeviceArray;
  /** The first pair of each user, and the number of pairs. */
  readonly offsets: DeviceArray;

  /**
   * Checks the lists and uploads them.
   *
   * @param gpu The device.
   * @param interactions One list of items per user, each ascending and without repetition.
   * @param items Number of items; the lists hold numbers below it.
   * @throws {ArgumentError} if a list is not ascending or holds an item that does not exist.
   */
  constructor(gpu: Gpu, interactions: Ragged, items: number) {
    this.users = rowCount(interactions);
    this.items = items;
    this.count = interactions.items.length;
    const pairUsers = new Uint32Array(this.count);
    for (let user = 0; user < this.users; user++) {
      const end = interactions.offsets[user + 1]!;
      for (let n = interactions.offsets[user]!; n < end; n++) {
        pairUsers[n] = user;
        const item = interactions.items[n]!;
        const ascending = n === interactions.offsets[user]! || interactions.items[n - 1]! < item;
        if (item >= items || !ascending) {
          throw new ArgumentError(
            "interactions",
            `the list of user ${user} holds item ${item} ${ascending ? "" : "out of order or twice"}`
              .trimEnd(),
            `ascending, distinct item numbers below ${items}`,
          );
        }
      }
    }
    this.pairUsers = gpu.upload("users of the training pairs", pairUsers);
    this.pairItems = gpu.upload("items of the training pairs", interactions.items);
    this.offsets = gpu.upload("training list offsets", interactions.offsets);
  }

  /** Gives the memory back. */
  dispose(): void {
    this.pairUsers.dispose();
    this.pairItems.dispose();
    this.offsets.dispose();
  }

  /** The same as {@linkcode TrainingPairs.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
