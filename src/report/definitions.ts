/** How the metrics of the report are defined, as an HTML list. */
export const definitions = `<dl class="definitions">
<div><dt>Recall@K</dt><dd>The user's relevant items among the first K recommended, divided by the number of the user's
relevant items (not by the smaller of that number and K).</dd></div>
<div><dt>NDCG@K</dt><dd>Binary gain and logarithmic discount: the sum of 1 / log<sub>2</sub>(rank + 2) over the relevant
items among the first K, with rank 0 the first place, divided by the same sum for an ideal list, which holds
min(relevant, K) relevant items at its top.</dd></div>
<div><dt>Ranking</dt><dd>All items are ranked, none are sampled. For the test, the user's training and validation items are
left out; for validation, the training and test items. Items with equal scores are ordered by index, the lower one
first.</dd></div>
<div><dt>Mean</dt><dd>The plain mean over the users whose list of test (or validation) items is not empty.</dd></div>
<div><dt>Gain</dt><dd>(student − w/o KD) / w/o KD, where w/o KD is the model of the same size trained without
distillation.</dd></div>
<div><dt>Share kept</dt><dd>(student − w/o KD) / (ensemble − w/o KD), all three on test Recall@50.</dd></div>
<div><dt>Size</dt><dd>Trained parameters in memory; 1 KB is 1000 bytes. Ranking with the ensemble needs all its teachers,
so its size is the sum of theirs.</dd></div>
</dl>`;
