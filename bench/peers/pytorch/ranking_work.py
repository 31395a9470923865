"""Top-K of users' rows against items' rows, training items left out."""

import numpy as np
import torch



def block_top_k(users, items, excluded, numbers, k):
    with torch.no_grad():
        scores = users[numbers] @ items.T
        rows, columns = excluded.places(numbers)
        scores[torch.as_tensor(rows), torch.as_tensor(columns)] = -torch.inf
        return scores.topk(k, dim=1)


class RankingWork:
    def __init__(self, inputs, device, dim, count):
        self.users, self.items = (
            torch.as_tensor(inputs.array(f"{side}.{dim}"), device=device) for side in ("users", "items")
        )
        self.excluded = inputs.lists("train")
        self.k = inputs.header["k"]
        self.numbers = np.arange(count or inputs.users)

    def run(self):
        blocks = np.split(self.numbers, range(1024, len(self.numbers), 1024))
        best = [block_top_k(self.users, self.items, self.excluded, block, self.k) for block in blocks]
        return [torch.cat(part).cpu() for part in zip(*best)]

    def check(self):
        values, places = self.run()
        return {"items": places.numpy().astype(np.uint32), "scores": values.numpy()}
