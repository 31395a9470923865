"""HetComp's two listwise losses (Kang et al., WWW 2023) over a dense block of scores, for automatic differentiation."""

import torch

ABSENT = -1e4


def padded(lists, length):
    """Lists as a matrix, and which of its places are taken."""
    places = torch.zeros(len(lists), length, dtype=torch.long)
    taken = torch.zeros(len(lists), length, dtype=torch.bool)
    for row, items in enumerate(lists):
        places[row, : len(items)] = torch.as_tensor(items)
        taken[row, : len(items)] = True
    return places, taken


class ListwiseBatch:
    """The lists of a batch's users, as the losses need them."""

    def __init__(self, users, observed, positives, tops, device):
        longest = [int(max(lists.lengths[users])) for lists in (positives, tops)]
        self.users = torch.as_tensor(users, device=device)
        self.positives = [part.to(device) for part in padded([positives.of(u) for u in users], longest[0])]
        self.tops = [part.to(device) for part in padded([tops.of(u) for u in users], longest[1])]
        self.observed = observed.dense(users, device) > 0

    def left_out(self, length):
        """Which items are observed, or among the first `length` tops."""
        mask = self.observed.clone()
        places, taken = (part[:, :length] for part in self.tops)
        rows = torch.arange(len(places), device=places.device)[:, None].expand_as(places)
        mask[rows[taken], places[taken]] = True
        return mask


class FreeScores:
    """Denominators as logarithms, exact for scores of any size."""

    def __init__(self, scores):
        self.scores = scores

    def rest(self, left_out):
        return torch.logsumexp(self.scores.masked_fill(left_out, -torch.inf), dim=1, keepdim=True)

    def overall(self, places, taken, rest):
        listed = self.scores.gather(1, places)
        return -((listed - torch.logaddexp(rest, listed)) * taken).sum()

    def ranked(self, places, taken, rest):
        listed = self.scores.gather(1, places).masked_fill(~taken, ABSENT)
        following = listed.flip(1).logcumsumexp(1).flip(1)
        return -((listed - torch.logaddexp(rest, following)) * taken).sum()


class ClampedScores:
    """Scores within [-40, 40] and denominators from 1e-5 up, as the authors' program has them."""

    def __init__(self, scores):
        self.scores = scores.clamp(-40, 40)
        self.exponentials = self.scores.exp()

    def rest(self, left_out):
        return (self.exponentials * ~left_out).sum(1, keepdim=True)

    def overall(self, places, taken, rest):
        listed, own = self.scores.gather(1, places), self.exponentials.gather(1, places)
        return -((listed - (rest + own).clamp(min=1e-5).log()) * taken).sum()

    def ranked(self, places, taken, rest):
        listed, own = self.scores.gather(1, places), self.exponentials.gather(1, places) * taken
        following = own.flip(1).cumsum(1).flip(1)
        return -((listed - (rest + following).clamp(min=1e-5).log()) * taken).sum()


def overall_loss(scores, batch):
    length = batch.tops[0].shape[1]
    rest = scores.rest(batch.left_out(length))
    return scores.overall(*batch.positives, rest) + scores.overall(*batch.tops, rest)


def ranked_loss(scores, batch):
    half, tenth = batch.tops[0].shape[1] // 2, batch.tops[0].shape[1] // 10
    wide, narrow = scores.rest(batch.left_out(half)), scores.rest(batch.left_out(tenth))
    upper = scores.ranked(*(part[:, :half] for part in batch.tops), wide)
    head = scores.ranked(*(part[:, :tenth] for part in batch.tops), narrow)
    return scores.ranked(*batch.positives, wide) + (upper + head) / 2
