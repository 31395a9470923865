"""Mult-VAE (Liang et al., WWW 2018) of rows of 0 and 1."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class MultVae(nn.Module):
    """One tanh layer to means and log variances, and a linear decoder from the latent row."""

    def __init__(self, columns, latent=64, hidden=128, dropout=0.5):
        super().__init__()
        self.dropout = dropout
        self.latent = latent
        self.first = nn.Linear(columns, hidden)
        self.second = nn.Linear(hidden, 2 * latent)
        self.decoder = nn.Linear(latent, columns)

    def start_from_glorot(self):
        """Normal weights of variance 2 / (inputs + outputs) in place of PyTorch's uniform ones."""
        for layer in (self.first, self.second, self.decoder):
            nn.init.normal_(layer.weight, std=math.sqrt(2 / sum(layer.weight.shape)))
            nn.init.zeros_(layer.bias)

    def encode(self, rows):
        inputs = functional.dropout(functional.normalize(rows), self.dropout, self.training)
        return self.second(torch.tanh(self.first(inputs))).split(self.latent, dim=1)

    def forward(self, rows):
        mean, log_variance = self.encode(rows)
        latents = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean) if self.training else mean
        return self.decoder(latents), mean, log_variance


def mult_vae_loss(rows, logits, mean, log_variance, divergence_weight):
    likelihood = (functional.log_softmax(logits, dim=1) * rows).sum(1)
    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum(1)
    return (divergence_weight * divergence - likelihood).mean()


class MultVaeTraining:
    """Epochs over the lists that are not empty, in random batches."""

    def __init__(self, lists, device, batch=500, rate=3e-3, weight=0.2, annealing=10_000, **shape):
        self.lists = lists
        self.device = device
        self.batch = batch
        self.weight = weight
        self.annealing = annealing
        self.steps = 0
        self.model = MultVae(lists.item_count, **shape).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=rate)

    def epoch(self):
        self.model.train()
        total = torch.zeros((), device=self.device)
        order = np.random.permutation(np.flatnonzero(self.lists.lengths))
        for start in range(0, len(order), self.batch):
            rows = self.lists.dense(order[start : start + self.batch], self.device)
            loss = mult_vae_loss(rows, *self.model(rows), self.weight * min(1, self.steps / self.annealing))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.steps += 1
            total += loss.detach() * len(rows)
        return float(total) / len(order)
