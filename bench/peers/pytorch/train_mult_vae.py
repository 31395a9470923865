"""Trains the Mult-VAE peer on a split and prints its quality on validation and test as it learns."""

import argparse
import os

import numpy as np
import torch

from interactions import read_lists, sizes_of
from mult_vae import MultVaeTraining
from ranking import ranking_metrics, top_k

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("split", help="folder with train.txt, valid.txt and test.txt")
parser.add_argument("--epochs", type=int, default=400)
parser.add_argument("--every", type=int, default=10, help="epochs between evaluations")
parser.add_argument("--weight", type=float, default=0.2, help="final weight of the divergence")
parser.add_argument("--annealing", type=int, default=10_000, help="steps to that weight")
parser.add_argument("--glorot", action="store_true", help="start from normal numbers in place of PyTorch's own")
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()

torch.set_num_threads(os.cpu_count())
torch.manual_seed(options.seed)
np.random.seed(options.seed)
paths = [os.path.join(options.split, f"{part}.txt") for part in ("train", "valid", "test")]
train, valid, test = (read_lists(path, *sizes_of(paths)) for path in paths)
device = "cuda" if torch.cuda.is_available() else "cpu"
training = MultVaeTraining(train, device, weight=options.weight, annealing=options.annealing)
if options.glorot:
    training.model.start_from_glorot()
for epoch in range(1, options.epochs + 1):
    loss = training.epoch()
    if epoch % options.every:
        continue
    judged = {"valid": (test, valid), "test": (valid, test)}
    for part, (left_out, relevant) in judged.items():
        metrics = ranking_metrics(top_k(training.scores, [train, left_out], 50), relevant)
        values = " ".join(f"{name} {value:.4f}" for name, value in metrics.items())
        print(f"epoch {epoch} loss {loss:.3f} {part} {values}", flush=True)
