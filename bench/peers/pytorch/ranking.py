"""Full ranking: the best items of every user, and Recall@K and NDCG@K of them."""

import numpy as np
import torch


def top_k(scores_of, excluded, k, block=1024):
    """The k best items of all users; `scores_of(users)` gives a block of scores, `excluded` lists of interactions."""
    best = []
    with torch.no_grad():
        for start in range(0, excluded[0].user_count, block):
            users = np.arange(start, min(start + block, excluded[0].user_count))
            scores = scores_of(users)
            for lists in excluded:
                rows, columns = lists.places(users)
                scores[torch.as_tensor(rows), torch.as_tensor(columns)] = -torch.inf
            best.append(scores.topk(k, dim=1).indices.cpu())
    return torch.cat(best).numpy()


def ranking_metrics(best, relevant, cuts=(10, 50)):
    """Means over the users with relevant items; recall over all relevant ones, ideal over min(relevant, K)."""
    users = np.flatnonzero(relevant.lengths)
    discounts = 1 / np.log2(np.arange(max(cuts)) + 2)
    ideals = np.concatenate(([0], np.cumsum(discounts)))
    values = {}
    hits = np.stack([np.isin(best[user, : max(cuts)], relevant.of(user)) for user in users])
    lengths = relevant.lengths[users]
    for cut in cuts:
        values[f"recall@{cut}"] = float((hits[:, :cut].sum(1) / lengths).mean())
        gains = hits[:, :cut] @ discounts[:cut]
        values[f"ndcg@{cut}"] = float((gains / ideals[np.minimum(lengths, cut)]).mean())
    return values
