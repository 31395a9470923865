"""The shared inputs: raw arrays beside a header that gives their types and shapes."""

import json
from pathlib import Path

import numpy as np

from interactions import Interactions


class Inputs:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.header = json.loads((self.folder / "header.json").read_text())
        self.users = self.header["users"]
        self.items = self.header["items"]

    def array(self, name):
        described = self.header["arrays"][name]
        values = np.fromfile(self.folder / name, dtype=described["type"])
        return values.reshape(described["shape"])

    def lists(self, name):
        offsets = self.array(f"{name}.offsets").astype(np.int64)
        return Interactions(offsets, self.array(f"{name}.items").astype(np.int64), self.items)

    def settings(self, kind):
        return self.header["teachers"][kind]
