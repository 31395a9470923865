"""Trains three models on the training part of a split and writes their ranked lists, two as CSV and one as a TREC run.

    python3 docs/foreign_models.py SPLIT_FOLDER LISTS_FOLDER

Needs numpy, scipy and pandas (Debian: python3-pandas python3-scipy). docs/foreign_teachers.md goes on from here.
"""
import pathlib
import sys

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import svds

LENGTH = 300


def singular_vectors(train, rank=48):
    """Projection onto the leading singular vectors of items."""
    start = np.ones(min(train.shape))
    _, _, items = svds(train, k=rank, v0=start)
    return (train @ items.T) @ items


def user_neighbours(train, count=100):
    """What the most similar users have, by the cosine of their histories."""
    norms = np.sqrt(np.asarray(train.sum(axis=1)).ravel())
    unit = diags(1 / np.maximum(norms, 1e-9)) @ train
    cosine = (unit @ unit.T).toarray()
    np.fill_diagonal(cosine, 0)
    limit = -np.sort(-cosine, axis=1)[:, count - 1 : count]
    return np.where(cosine >= limit, cosine, 0) @ train


def alternating_least_squares(train, dim=48, penalty=5.0, weight=20.0, rounds=10):
    """Implicit feedback: an observed pair counts 1 + weight times as much as the others."""
    random = np.random.default_rng(1)
    items = random.normal(scale=0.1, size=(train.shape[1], dim))

    def solve(matrix, fixed):
        gram = fixed.T @ fixed + penalty * np.eye(dim)
        rows = np.zeros((matrix.shape[0], dim))
        for row in range(matrix.shape[0]):
            seen = fixed[matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]]
            rows[row] = np.linalg.solve(gram + weight * seen.T @ seen, (1 + weight) * seen.sum(axis=0))
        return rows

    transposed = train.T.tocsr()
    for _ in range(rounds):
        users = solve(train, items)
        items = solve(transposed, users)
    return users @ items.T


def main(split, lists):
    pairs = pd.read_csv(split / "train.csv", dtype=str)
    user_numbers, user_ids = pd.factorize(pairs["user"])
    item_numbers, item_ids = pd.factorize(pairs["item"])
    train = csr_matrix((np.ones(len(pairs)), (user_numbers, item_numbers)))
    lists.mkdir(parents=True, exist_ok=True)
    for name, model in {"svd": singular_vectors, "users": user_neighbours, "als": alternating_least_squares}.items():
        scores = np.asarray(model(train))
        best = np.argsort(-scores, axis=1, kind="stable")[:, :LENGTH]
        width = best.shape[1]
        table = pd.DataFrame({
            "user": np.repeat(user_ids, width),
            "item": np.take(item_ids, best.ravel()),
            "rank": np.tile(np.arange(width), len(user_ids)),
        })
        if name == "als":
            table["score"] = np.take_along_axis(scores, best, axis=1).ravel()
            run = table.assign(q0="Q0", tag=name)[["user", "q0", "item", "rank", "score", "tag"]]
            run.to_csv(lists / f"{name}.run", sep=" ", header=False, index=False)
        else:
            table.to_csv(lists / f"{name}.csv", index=False)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
