"""Agents with a dataset of their own each, W1, W1d and W2: one matrix, a row an agent."""
import numpy as np

import peer

given = peer.options()
M, K, N = given["agents"], given["states"], given["samples"]
g, b = given["mixing"], given["rate"]
pi = peer.zipf(K, given["exponent"])
log_pi = np.log(pi)
attention = np.exp(peer.columns(given["world"])[0])


class Society:
    def __init__(self, rng):
        self.rng = rng
        self.rows = np.full((M, K), 1 / K)
        self.mixture = self.rows.mean(axis=0)

    def step(self):
        q = (1 - g) * self.rows
        q += g * self.mixture
        q *= attention
        q /= q.sum(axis=1, keepdims=True)
        counts = self.rng.multinomial(N, q)
        if b < 1:
            self.rows *= 1 - b
            self.rows += counts * (b / N)
        else:
            self.rows = counts / N
        self.mixture = self.rows.mean(axis=0)

    def measure(self):
        rows, mixture = self.rows, self.mixture
        logs = np.log(rows, where=rows > 0, out=np.zeros_like(rows))
        entropies = -np.einsum("mz,mz->m", rows, logs)
        alike = np.einsum("mz,mz->m", rows, rows)
        covered = (rows >= peer.GUARD / N).mean(axis=0) @ pi
        return {
            "consensus.js": peer.entropy(mixture) - entropies.mean(),
            "consensus.between": 1 - (1 - alike.mean()) / (1 - mixture @ mixture),
            "consensus.reverse_kl": -entropies.mean() - mixture @ log_pi,
            "safety.agent_coverage": covered,
        } | peer.safety(mixture, pi, 1 / N)


peer.loop(Society, given["rounds"], given.get("replicates", 1))
