"""Top-K of users' rows against items' rows, training items left out."""

import numpy as np
import torch


class RankingWork:
    def __init__(self, inputs, device, dim, count, repeats):
        self.users, self.items = (
            torch.as_tensor(inputs.array(f"{side}.{dim}"), device=device) for side in ("users", "items")
        )
        self.k = inputs.header["k"]
        self.repeats = repeats
        numbers = np.arange(count or inputs.users)
        excluded = inputs.lists("train")
        self.blocks = []
        for block in np.split(numbers, range(1024, len(numbers), 1024)):
            places = [torch.as_tensor(part, device=device) for part in excluded.places(block)]
            self.blocks.append((int(block[0]), int(block[-1]) + 1, *places))

    def best(self):
        with torch.no_grad():
            found = []
            for first, end, rows, columns in self.blocks:
                scores = self.users[first:end] @ self.items.T
                scores[rows, columns] = -torch.inf
                found.append(scores.topk(self.k, dim=1))
            return [torch.cat(part) for part in zip(*found)]

    def run(self):
        for _ in range(self.repeats):
            found = self.best()
        return [part.cpu() for part in found]

    def check(self):
        values, places = (part.cpu() for part in self.best())
        return {"items": places.numpy().astype(np.uint32), "scores": values.numpy()}
