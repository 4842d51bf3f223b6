"""Log-linear agents on a policy gradient, W8: theta, features and rows as matrices, products by BLAS."""
import numpy as np

import peer

given = peer.options()
M, K, N, D = given["agents"], given["states"], given["samples"], given["features"]
UTILITY, AGREEMENT, PEERS, CAP, RATE = 0.5, 0.5, 10, 10, 1.0
pi = peer.zipf(K, given["exponent"])
log_pi = np.log(pi)
table = np.loadtxt(given["table"], delimiter=",", skiprows=1)
useful, phi = table[:, 0].copy(), table[:, 1:].copy()
across = np.ascontiguousarray(phi.T)
first = np.arange(M)[:, None] * K


class Reinforce:
    """Arrays of [M, K] are made once: new ones every round would cost as much as the products."""

    def __init__(self, rng):
        self.rng = rng
        self.theta = np.zeros((M, D))
        self.rows = np.tile(pi, (M, 1))
        self.mixture = pi

    def draw(self):
        cumulative = np.cumsum(self.mixture)
        u = self.rng.random((M, N)) * cumulative[-1]
        return np.searchsorted(cumulative, u, side="right")

    def weigh(self, z):
        """What each post is worth to each agent that learns from it."""
        share = self.mixture[z]
        reward = UTILITY * useful[z] + AGREEMENT / PEERS * self.rng.binomial(PEERS, share)
        apart = reward - reward.mean(axis=1, keepdims=True)
        sd = reward.std(axis=1, keepdims=True)
        gain = apart / np.where(sd > 0, sd, np.inf) / (N - 1)
        own = self.rows.ravel()[first + z]
        return gain * np.minimum(CAP, own / share)

    def step(self):
        z = self.draw()
        weight = self.weigh(z)
        rows = self.rows
        rows *= -weight.sum(axis=1, keepdims=True)
        rows += np.bincount((first + z).ravel(), weight.ravel(), M * K).reshape(M, K)
        self.theta += RATE * (rows @ phi)
        np.matmul(self.theta, across, out=rows)
        rows += log_pi
        rows -= rows.max(axis=1, keepdims=True)
        np.exp(rows, out=rows)
        rows /= rows.sum(axis=1, keepdims=True)
        self.mixture = rows.mean(axis=0)

    def measure(self):
        return peer.safety(self.mixture, pi, 1 / N) | peer.diversity(self.mixture)


peer.loop(Reinforce, given["rounds"], given.get("replicates", 1))
