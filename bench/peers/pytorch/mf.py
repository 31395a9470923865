"""Matrix factorization with BPR (Rendle et al., UAI 2009)."""

import torch
from torch import nn
from torch.nn.functional import logsigmoid

from triples import TripleBatches, train_epoch


class MatrixFactorization:
    def __init__(self, interactions, device, settings):
        dim, deviation = settings["dim"], settings["initialDeviation"]
        self.users = nn.Embedding(interactions.user_count, dim, device=device)
        self.items = nn.Embedding(interactions.item_count, dim, device=device)
        for table in (self.users, self.items):
            nn.init.normal_(table.weight, std=deviation)
        self.batches = TripleBatches(interactions, settings["batch"], 1, device)
        self.reduction = getattr(torch, settings["reduction"])
        self.optimizer = torch.optim.Adam(
            [self.users.weight, self.items.weight],
            lr=settings["learningRate"],
            weight_decay=settings["weightDecay"],
        )

    def losses(self, users, positives, negatives):
        own = self.users(users)
        margin = (own * (self.items(positives) - self.items(negatives[:, 0]))).sum(1)
        return -logsigmoid(margin)

    def epoch(self):
        return train_epoch(self.batches, self.losses, self.optimizer, self.reduction)
