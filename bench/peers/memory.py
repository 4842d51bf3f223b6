"""Agents that remember their last samples over a shared base, W4 and W4b: a ring an agent."""
import numpy as np

import peer

given = peer.options()
M, K, N, B = given["agents"], given["states"], given["samples"], given["capacity"]
recall, g = given["recall"], given["mixing"]
pi = peer.zipf(K, given["exponent"])
safe = peer.columns(given["world"])[1]
each = np.arange(M)[:, None]


def cumulative(p):
    c = np.cumsum(p)
    return c / c[-1]


class Memory:
    def __init__(self, rng):
        self.rng = rng
        self.ring = np.zeros((M, B), np.int32)
        self.learned = np.zeros(M, np.int64)
        self.mixture = pi
        self.base = cumulative(pi)

    def draw(self, table, n):
        return np.searchsorted(table, self.rng.random(n), side="right").astype(np.int32)

    def step(self):
        z = self.draw(cumulative(self.mixture), M * N).reshape(M, N)
        if g < 1:
            self.own(z)
        keep = safe[z] if given["verify"] else np.ones((M, N), bool)
        nth = np.cumsum(keep, axis=1)
        at = (self.learned[:, None] + nth - 1) % B
        agent = np.broadcast_to(each, (M, N))[keep]
        self.ring[agent, at[keep]] = z[keep]
        self.learned += nth[:, -1]
        self.express()

    def own(self, z):
        """Replaces what does not come from the mixture by the agent's own: memory or base."""
        size = np.minimum(self.learned, B)
        own = self.rng.random((M, N)) >= g
        remembered = own & (self.rng.random((M, N)) < recall) & (size > 0)[:, None]
        based = own & ~remembered
        slot = (self.rng.random((M, N)) * size[:, None]).astype(np.int64)
        z[remembered] = self.ring[np.broadcast_to(each, (M, N))[remembered], slot[remembered]]
        z[based] = self.draw(self.base, np.count_nonzero(based))

    def express(self):
        size = np.minimum(self.learned, B)
        filled = np.arange(B) < size[:, None]
        weights = np.broadcast_to((1 / np.maximum(size, 1))[:, None], (M, B))[filled]
        heard = np.bincount(self.ring[filled], weights, K)
        base = np.where(size > 0, 1 - recall, 1.0).mean()
        self.mixture = base * pi + recall / M * heard

    def measure(self):
        return peer.safety(self.mixture, pi, 1 / N, safe if given["split"] else None)


peer.loop(Memory, given["rounds"], given.get("replicates", 1))
