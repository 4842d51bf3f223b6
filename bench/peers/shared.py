"""One dataset for all, W3."""
import numpy as np

import peer

given = peer.options()
K, N = given["states"], given["samples"]


class Shared:
    def __init__(self, rng):
        self.rng = rng
        self.p = np.full(K, 1 / K)

    def step(self):
        self.p = self.rng.multinomial(N, self.p) / N

    def measure(self):
        return peer.diversity(self.p)


peer.loop(Shared, given["rounds"], given.get("replicates", 1))
