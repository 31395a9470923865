"""Interaction lists as sparse and dense rows."""

import numpy as np
import torch


class Interactions:
    """Lists of items, one for each user: those of user u are items[offsets[u]:offsets[u + 1]]."""

    def __init__(self, offsets, items, item_count):
        self.offsets = offsets
        self.items = items
        self.user_count = len(offsets) - 1
        self.item_count = item_count

    @property
    def lengths(self):
        return np.diff(self.offsets)

    def of(self, user):
        return self.items[self.offsets[user] : self.offsets[user + 1]]

    def pairs(self):
        """Users and items of all interactions, as two arrays."""
        return np.repeat(np.arange(self.user_count), self.lengths), self.items

    def transposed(self):
        users, items = self.pairs()
        return from_pairs(items, users, self.item_count, self.user_count)

    def places(self, users):
        """Row within `users` and column of every interaction of these users."""
        lengths = self.lengths[users]
        rows = np.repeat(np.arange(len(users)), lengths)
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return rows, self.items[np.repeat(self.offsets[users], lengths) + within]

    def dense(self, users, device):
        """Rows of 0 and 1."""
        rows, columns = self.places(users)
        matrix = torch.zeros(len(users), self.item_count, device=device)
        matrix[torch.as_tensor(rows, device=device), torch.as_tensor(columns, device=device)] = 1.0
        return matrix


def from_pairs(users, items, user_count, item_count):
    order = np.lexsort((items, users))
    offsets = np.zeros(user_count + 1, dtype=np.int64)
    np.cumsum(np.bincount(users, minlength=user_count), out=offsets[1:])
    return Interactions(offsets, np.asarray(items, dtype=np.int64)[order], item_count)
