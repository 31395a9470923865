"""Uniform items outside the users' lists, drawn for many users at once."""

import numpy as np


class NegativeSampler:
    """Draws again wherever a drawn item stands in the user's list."""

    def __init__(self, interactions):
        users, items = interactions.pairs()
        self.item_count = interactions.item_count
        self.known = users * self.item_count + items

    def draw(self, users):
        drawn = np.random.randint(self.item_count, size=users.shape)
        open_places = np.arange(drawn.size)
        while len(open_places):
            keys = users.flat[open_places] * self.item_count + drawn.flat[open_places]
            found = np.searchsorted(self.known, keys)
            taken = self.known[np.minimum(found, len(self.known) - 1)] == keys
            open_places = open_places[taken]
            drawn.flat[open_places] = np.random.randint(self.item_count, size=len(open_places))
        return drawn
