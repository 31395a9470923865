/**
 * The built-in sample: a planted world of users and items, so that everything can be tried without a download. This
 * module is browser compatible.
 *
 * @module
 */
import { ArgumentError } from "../errors.ts";
import { checkSeed, stream, uniform } from "../random.ts";
import { distinctRows } from "../ragged.ts";
import type { Dataset } from "./dataset_type.ts";

/** Settings of {@linkcode generateSample}. */
export interface SampleOptions {
  /** Number of users (default 1500). */
  readonly users?: number | undefined;
  /** Number of items (default 3000). */
  readonly items?: number | undefined;
  /** Number of distinct (user, item) pairs (default 60000): at least 8 per user, at most a quarter of all pairs. */
  readonly interactions?: number | undefined;
  /** Number of communities (default 12), each with {@linkcode topicsPerCommunity} topics. */
  readonly communities?: number | undefined;
  /** Decides everything else (default 1). */
  readonly seed?: number | undefined;
}

/** Topics in each community: with the default of 12 communities there are 48 topics. */
export const topicsPerCommunity = 4;
const leastActivity = 8;
const popularityExponent = 0.8;
const topicExponent = 0.35;
const activityExponent = 1;
const noiseShare = 0.1;
const homeShare = 0.5;
const secondTopicShare = 0.3;

/** First counter of each kind of draw; users have counters of their own from `user` on. */
const section = { itemTopic: 0, popularity: 1, activity: 2, user: 16 } as const;

/**
 * Generates interactions of a planted world. Items belong to one topic or two, topics to communities; popularity within
 * a topic, the size of a topic and the activity of users follow power laws. A user mixes two to four topics, half of them
 * from a home community, and picks one item in ten by popularity alone. There are four times as many topics as
 * communities (48), so that a model with a handful of dimensions cannot hold them all, and popularity explains little.
 *
 * @example The same seed gives the same world
 * ```ts
 * import { generateSample } from "@hetcomp/hetcomp";
 * const one = generateSample({ users: 20, items: 100, interactions: 300, seed: 3 });
 * const two = generateSample({ users: 20, items: 100, interactions: 300, seed: 3 });
 * console.assert(one.interactions.items.length === 300);
 * console.assert(one.interactions.items.join() === two.interactions.items.join());
 * ```
 *
 * @param options Sizes and seed.
 * @returns A dataset named `sample`, in which every user has at least 8 interactions.
 * @throws {ArgumentError} if a size is not a positive integer or the interactions do not fit the sizes.
 */
export function generateSample(options: SampleOptions = {}): Dataset {
  const { users = 1500, items = 3000, interactions = 60000, communities = 12, seed = 1 } = options;
  for (const [name, value] of Object.entries({ users, items, interactions, communities })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new ArgumentError(name, `it is ${value}`, "a positive integer");
    }
  }
  checkSeed(seed);
  const most = Math.floor(items / 2);
  if (interactions < leastActivity * users || interactions > users * items / 4 || most < leastActivity) {
    const right = `from 8 per user to a quarter of users * items (here ${leastActivity * users} to ` +
      `${Math.floor(users * items / 4)}), and at least 16 items`;
    throw new ArgumentError(
      "interactions",
      `there are ${interactions} for ${users} users and ${items} items`,
      right,
    );
  }
  const topics = communities * topicsPerCommunity;
  const random = (kind: number, n: number) => uniform(seed, stream.sample, kind, n);
  const world = plantItems(items, topics, random);
  const activity = plantActivity(users, interactions, most, random);
  const offsets = new Uint32Array(users + 1);
  const values = new Uint32Array(interactions);
  for (let u = 0; u < users; u++) {
    let counter = 0;
    const chosen = chooseItems(world, activity[u]!, topics, () => random(section.user + u, counter++));
    values.set([...chosen], offsets[u]);
    offsets[u + 1] = offsets[u]! + chosen.size;
  }
  return {
    name: "sample",
    users,
    items,
    interactions: distinctRows({ offsets, items: values }),
    userIds: Array.from({ length: users }, (_, u) => `user-${u}`),
    itemIds: Array.from({ length: items }, (_, i) => `item-${i}`),
  };
}

/** Things to draw from, each with its share of the whole: `sums` is the running sum of the weights. */
interface Urn {
  readonly members: readonly number[];
  readonly sums: Float64Array;
}

function urn(members: readonly number[], weight: (member: number) => number): Urn {
  const sums = new Float64Array(members.length);
  let sum = 0;
  for (let n = 0; n < members.length; n++) sums[n] = sum += weight(members[n]!);
  return { members, sums };
}

function draw({ members, sums }: Urn, random: number): number {
  const aim = random * sums[sums.length - 1]!;
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > aim) high = middle;
    else low = middle + 1;
  }
  return members[low]!;
}

/** The items of every topic, all items, and the topics, to draw from. */
interface World {
  readonly byTopic: readonly Urn[];
  readonly all: Urn;
  readonly topics: Urn;
}

type Random = (kind: number, n: number) => number;

function plantItems(items: number, topics: number, random: Random): World {
  const everyTopic = urn(
    Array.from({ length: topics }, (_, t) => t),
    (t) => (scatter(t, topics) + 1) ** -topicExponent,
  );
  const everyItem = Array.from({ length: items }, (_, i) => i);
  const popularity = Float64Array.from(
    everyItem,
    (i) => (1 + Math.floor(random(section.popularity, i) * items)) ** -popularityExponent,
  );
  const members: number[][] = Array.from({ length: topics }, () => []);
  for (const i of everyItem) {
    const first = draw(everyTopic, random(section.itemTopic, 4 * i));
    members[first]!.push(i);
    if (random(section.itemTopic, 4 * i + 1) >= secondTopicShare) continue;
    const sibling = siblingOf(first, random(section.itemTopic, 4 * i + 3));
    const second = random(section.itemTopic, 4 * i + 2) < homeShare
      ? sibling
      : Math.floor(random(section.itemTopic, 4 * i + 3) * topics);
    if (second !== first) members[second]!.push(i);
  }
  const weight = (i: number) => popularity[i]!;
  return {
    byTopic: members.map((list) => urn(list, weight)),
    all: urn(everyItem, weight),
    topics: everyTopic,
  };
}

/** The place of topic `t` in the order of sizes: spread, so that a community has large and small topics. */
function scatter(t: number, topics: number): number {
  const communities = topics / topicsPerCommunity;
  return (t % topicsPerCommunity) * communities + Math.floor(t / topicsPerCommunity);
}

/** A topic of the same community. */
function siblingOf(topic: number, random: number): number {
  return topic - topic % topicsPerCommunity + Math.floor(random * topicsPerCommunity);
}

/** Numbers of interactions by user that follow a power law from 8 to `most` and add up to `interactions`. */
function plantActivity(users: number, interactions: number, most: number, random: Random): Uint32Array {
  const weights = Float64Array.from(
    { length: users },
    (_, u) => (random(section.activity, u) + 0.02) ** -activityExponent,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const spare = interactions - leastActivity * users;
  const activity = new Uint32Array(users);
  let given = 0;
  for (let u = 0; u < users; u++) {
    activity[u] = Math.min(most, leastActivity + Math.floor(spare * weights[u]! / total));
    given += activity[u]!;
  }
  for (let u = 0; given < interactions; u = (u + 1) % users) {
    if (activity[u]! < most) {
      activity[u]!++;
      given++;
    }
  }
  return activity;
}

function chooseItems(world: World, count: number, topics: number, random: () => number): Set<number> {
  const home = draw(world.topics, random());
  const mixSize = 2 + Math.floor(random() * 3);
  const mix = [home];
  while (mix.length < mixSize) {
    mix.push(random() < homeShare ? siblingOf(home, random()) : Math.floor(random() * topics));
  }
  const tastes = urn(mix.map((_, n) => n), (n) => 1 / (n + 1));
  const chosen = new Set<number>();
  // A heavy user may exhaust the own topics: after as many misses as wanted items, the whole catalogue is open.
  for (let misses = 0; chosen.size < count;) {
    const topic = world.byTopic[mix[draw(tastes, random())]!]!;
    const fromAll = random() < noiseShare || misses > 2 * count || topic.members.length === 0;
    const item = draw(fromAll ? world.all : topic, random());
    if (chosen.has(item)) misses++;
    chosen.add(item);
  }
  return chosen;
}
