"""LightGCN (He et al., SIGIR 2020) over torch.sparse."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import logsigmoid

from triples import TripleBatches, train_epoch


def normalized_graph(interactions, device):
    """D^-1/2 A D^-1/2 over users and, behind them, items."""
    users, items = interactions.pairs()
    ends = np.stack((users, items + interactions.user_count))
    places = torch.as_tensor(np.concatenate((ends, ends[::-1]), axis=1))
    count = interactions.user_count + interactions.item_count
    degrees = torch.bincount(places[0], minlength=count).float()
    values = (degrees[places[0]] * degrees[places[1]]).rsqrt()
    return torch.sparse_coo_tensor(places, values, (count, count)).coalesce().to(device)


class LightGcn:
    def __init__(self, interactions, device, settings):
        self.user_count = interactions.user_count
        self.layers = settings["layers"]
        self.regularization = settings["regularization"]
        self.graph = normalized_graph(interactions, device)
        start = torch.randn(self.graph.shape[0], settings["dim"], device=device)
        self.table = nn.Parameter(settings["initialDeviation"] * start)
        self.batches = TripleBatches(interactions, settings["batch"], 1, device)
        self.optimizer = torch.optim.Adam([self.table], lr=settings["learningRate"])

    def final(self):
        layers = [self.table]
        for _ in range(self.layers):
            layers.append(torch.sparse.mm(self.graph, layers[-1]))
        return torch.stack(layers).mean(0)

    def losses(self, users, positives, negatives):
        rows = (users, positives + self.user_count, negatives[:, 0] + self.user_count)
        final = self.final()
        own, near, far = (final[part] for part in rows)
        squares = sum(self.table[part].square().sum(1) for part in rows)
        return self.regularization / 2 * squares - logsigmoid((own * (near - far)).sum(1))

    def epoch(self):
        return train_epoch(self.batches, self.losses, self.optimizer, torch.mean)
