type Definition = readonly [term: string, text: string];

const common: readonly Definition[] = [
  [
    "Recall@K",
    "The user's relevant items among the first K recommended, divided by the number of the user's relevant items (not by " +
    "the smaller of that number and K).",
  ],
  [
    "NDCG@K",
    "Binary gain and logarithmic discount: the sum of 1 / log<sub>2</sub>(rank + 2) over the relevant items among the " +
    "first K, with rank 0 the first place, divided by the same sum for an ideal list, which holds min(relevant, K) " +
    "relevant items at its top.",
  ],
  [
    "Ranking",
    "All items are ranked, none are sampled. For the test, the user's training and validation items are left out; for " +
    "validation, the training and test items. Items with equal scores are ordered by index, the lower one first.",
  ],
  ["Mean", "The plain mean over the users whose list of test (or validation) items is not empty."],
  [
    "Yardsticks",
    "Recommenders that are computed from the training interactions and not trained, with their default settings: " +
    "popularity (TopPop), the nearest items by shrunk cosine (ItemKNN), a linear model of items on items in closed form " +
    "(EASE), and random walks over users and items (RP3beta).",
  ],
  [
    "Ensemble over best teacher",
    "(ensemble − teacher) / teacher, with the teacher that has the highest value of the same test metric.",
  ],
  [
    "Overlap",
    "For a user and two models, the number of items that are among the first K unobserved items of both, divided by K, or " +
    "by the length of the shorter list where one is shorter; then the mean over the users with test items. Teachers are " +
    "compared in their final states.",
  ],
];

const ofStudent: readonly Definition[] = [
  [
    "Gain",
    "(student − w/o KD) / w/o KD, where w/o KD is the model of the same size trained without distillation.",
  ],
  ["Share kept", "(student − w/o KD) / (ensemble − w/o KD), all three on test Recall@50."],
];

const size: Definition = [
  "Size",
  "Trained parameters in memory; 1 KB is 1000 bytes. Ranking with the ensemble needs all its teachers, so its size is the " +
  "sum of theirs.",
];

/** How the figures of a report are defined, as an HTML list; with those of the student, where there is one. */
export function definitions({ student }: { student: boolean }): string {
  const entries = [...common, ...(student ? ofStudent : []), size];
  return `<dl class="definitions">\n${
    entries.map(([term, text]) => `<div><dt>${term}</dt><dd>${text}</dd></div>`).join("\n")
  }\n</dl>`;
}
