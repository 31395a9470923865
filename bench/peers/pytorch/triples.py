"""Batches of (user, positive item, negative items): every training pair once an epoch, in random order."""

import numpy as np
import torch

from negatives import NegativeSampler


class TripleBatches:
    def __init__(self, interactions, batch, negatives, device):
        self.users, self.items = interactions.pairs()
        self.sampler = NegativeSampler(interactions)
        self.batch = batch
        self.negatives = negatives
        self.device = device

    def epoch(self):
        order = np.random.permutation(len(self.users))
        users, positives = self.users[order], self.items[order]
        negatives = self.sampler.draw(np.repeat(users[:, None], self.negatives, axis=1))
        parts = [torch.as_tensor(part, device=self.device) for part in (users, positives, negatives)]
        return zip(*(part.split(self.batch) for part in parts))


def train_epoch(batches, loss_of, optimizer, divide, after_step=lambda: None):
    """Steps along the sum of a batch's losses, or along `divide` of them; gives the mean loss per training pair."""
    total, count = 0.0, 0
    for users, positives, negatives in batches.epoch():
        losses = loss_of(users, positives, negatives)
        optimizer.zero_grad()
        divide(losses).backward()
        optimizer.step()
        after_step()
        total = total + losses.detach().sum()
        count += len(users)
    return float(total) / count
