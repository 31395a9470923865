"""Neural matrix factorization (He et al., WWW 2017)."""

import math

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from triples import TripleBatches, train_epoch


def embedding(rows, dim, deviation):
    table = nn.Embedding(rows, dim)
    nn.init.normal_(table.weight, std=deviation)
    return table


def linear(inputs, outputs, gain):
    layer = nn.Linear(inputs, outputs)
    nn.init.normal_(layer.weight, std=math.sqrt(gain / inputs))
    nn.init.zeros_(layer.bias)
    return layer


class NeumfNetwork(nn.Module):
    def __init__(self, users, items, dim, tower_dim, widths, deviation):
        super().__init__()
        self.multiplied_users = embedding(users, dim, deviation)
        self.multiplied_items = embedding(items, dim, deviation)
        self.tower_users = embedding(users, tower_dim, deviation)
        self.tower_items = embedding(items, tower_dim, deviation)
        layers = []
        for inputs, outputs in zip([2 * tower_dim, *widths], widths):
            layers += [linear(inputs, outputs, 2), nn.ReLU()]
        self.tower = nn.Sequential(*layers)
        self.output = linear((widths or [2 * tower_dim])[-1] + dim, 1, 1)

    def forward(self, users, items):
        products = self.multiplied_users(users) * self.multiplied_items(items)
        hidden = self.tower(torch.cat((self.tower_users(users), self.tower_items(items)), dim=1))
        return self.output(torch.cat((products, hidden), dim=1)).squeeze(1)


class NeuralMatrixFactorization:
    def __init__(self, interactions, device, settings):
        widths = [int(width) for width in settings["tower"].split(",") if width]
        sizes = (interactions.user_count, interactions.item_count, settings["dim"], settings["towerDim"], widths)
        self.network = NeumfNetwork(*sizes, settings["initialDeviation"]).to(device)
        self.examples = 1 + settings["negatives"]
        self.batches = TripleBatches(interactions, settings["batch"], settings["negatives"], device)
        self.reduction = getattr(torch, settings["reduction"])
        self.optimizer = torch.optim.Adam(
            self.network.parameters(), lr=settings["learningRate"], weight_decay=settings["weightDecay"]
        )

    def losses(self, users, positives, negatives):
        items = torch.cat((positives[:, None], negatives), dim=1)
        wanted = torch.zeros(items.shape, device=items.device)
        wanted[:, 0] = 1.0
        logits = self.network(users.repeat_interleave(self.examples), items.flatten())
        return binary_cross_entropy_with_logits(logits, wanted.flatten(), reduction="none")

    def epoch(self):
        return train_epoch(self.batches, self.losses, self.optimizer, self.reduction) / self.examples
