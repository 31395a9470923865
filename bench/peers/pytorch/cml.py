"""Collaborative metric learning (Hsieh et al., WWW 2017): squared distances, rows inside the unit ball."""

import torch

from mf import MatrixFactorization
from triples import train_epoch


class MetricLearning(MatrixFactorization):
    def __init__(self, interactions, device, settings):
        super().__init__(interactions, device, settings)
        self.margin = settings["margin"]
        self.project()

    def project(self):
        with torch.no_grad():
            for table in (self.users.weight, self.items.weight):
                table.div_(table.norm(dim=1, keepdim=True).clamp(min=1))

    def losses(self, users, positives, negatives):
        own = self.users(users)
        near = (own - self.items(positives)).square().sum(1)
        far = (own - self.items(negatives[:, 0])).square().sum(1)
        return torch.relu(self.margin + near - far)

    def epoch(self):
        return train_epoch(self.batches, self.losses, self.optimizer, self.reduction, self.project)
