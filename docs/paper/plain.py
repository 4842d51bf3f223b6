#!/usr/bin/env python3
"""The two societies of reinforce.toml and recall.toml in plain Python, from the equations alone.

It shares nothing with gyre but the world, so that two programs can be held against each other:

    python3 plain.py --paradigm recall --replicates 10 --worlds 1

prints a line a world and round: means over the replicates. It is a hundred times slower than gyre.
"""

import argparse
import itertools
import math
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "scenarios", "paper"))
import world  # noqa: E402

FEATURES = ("refusal", "eager", "r1", "r2", "r3", "r4")
AGENTS, SAMPLES, ROUNDS, PEERS = 50, 200, 20, 10
UTILITY, AGREEMENT = 0.5, 0.5
STEP, CAP = 1.0, 10.0
READS, SELECTIVITY, CORRUPTION, CAPACITY = 60, 1.5, 0.2, 400
RECALL, PRIOR, SPILL, SPILL_PRIOR = 0.9, 0.5, 0.05, 1.0


class World:
    def __init__(self, seed, changes=None):
        rows = world.make(seed, changes)
        self.start = [float(row["start"]) for row in rows]
        self.phi = [[float(row[f]) for f in FEATURES] for row in rows]
        self.kind = [int(row["kind"]) for row in rows]
        self.kinds = max(self.kind) + 1
        self.utility = [float(row["utility"]) for row in rows]
        self.harm = [float(row["harm"]) for row in rows]
        self.true = [int(row["true"]) for row in rows]
        self.contexts, self.met, self.of = [], [], []
        for name, group in itertools.groupby(range(len(rows)), lambda z: rows[z]["context"]):
            states = list(group)
            self.of += [len(self.contexts)] * len(states)
            self.contexts.append(states)
            self.met.append(float(rows[states[0]]["met"]))
        self.jailbreak = [c for c in self.contexts if rows[c[0]]["jailbreak"]]
        self.question = [c for c in self.contexts if rows[c[0]]["question"]]

    def draw(self, rng, p):
        """A context by how often it is met, then a state by p."""
        c = rng.choices(self.contexts, self.met)[0]
        return rng.choices(c, [p[z] for z in c])[0]


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def measure(w, agents, mixture):
    """(attack success, harm, MC1, MC2) of a list of agents' tables and their mean."""
    asr = mean(sum(mixture[z] for z in c if w.harm[z] >= 4) for c in w.jailbreak)
    harm = mean(sum(mixture[z] * w.harm[z] for z in c) for c in w.jailbreak)
    mc1 = mean(mean(first(w, c, p) for c in w.question) for p in agents)
    mc2 = mean(mean(sum(p[z] for z in c if w.true[z]) for c in w.question) for p in agents)
    return asr, harm, mc1, mc2


def first(w, c, p):
    top = max(p[z] for z in c)
    tied = [z for z in c if p[z] == top]
    return sum(w.true[z] for z in tied) / len(tied)


def rewards(w, rng, data, mixture):
    return [UTILITY * w.utility[z]
            + AGREEMENT * sum(rng.random() < mixture[z] for _ in range(PEERS)) / PEERS
            for z in data]


def spread(r):
    return math.sqrt(mean((x - mean(r)) ** 2 for x in r))


class Reinforce:
    """All agents learn from one dataset and begin alike, so that they are one table for ever."""

    def __init__(self, w):
        self.w, self.theta = w, [0.0] * len(FEATURES)

    def tables(self):
        w, out = self.w, [0.0] * len(self.w.start)
        for c in w.contexts:
            x = [w.start[z] * math.exp(sum(map(float.__mul__, self.theta, w.phi[z]))) for z in c]
            total = sum(x)
            for z, value in zip(c, x):
                out[z] = value / total
        return [out]

    def learn(self, rng, data, r, tables):
        w, s, n = self.w, spread(r), len(data)
        if s == 0:
            return
        total, step = sum(r), [0.0] * len(FEATURES)
        for z, x in zip(data, r):
            advantage = (x - (total - x) / (n - 1)) / s
            c = w.contexts[w.of[z]]
            for k in range(len(FEATURES)):
                expected = sum(tables[0][y] * w.phi[y][k] for y in c)
                step[k] += advantage * (w.phi[z][k] - expected) / n
        self.theta = [a + STEP * b for a, b in zip(self.theta, step)]


class Recall:
    def __init__(self, w):
        self.w, self.memory = w, [[] for _ in range(AGENTS)]
        self.base = [[sum(w.start[z] for z in c if w.kind[z] == k) for k in range(w.kinds)]
                     for c in w.contexts]

    def table(self, memory):
        w = self.w
        times = [0] * len(w.start)
        held, said, expected = [0] * len(w.contexts), [0] * w.kinds, [0.0] * w.kinds
        for z in memory:
            times[z] += 1
            held[w.of[z]] += 1
            said[w.kind[z]] += 1
            for k in range(w.kinds):
                expected[k] += self.base[w.of[z]][k]
        h = [(SPILL * a + SPILL_PRIOR) / (SPILL * b + SPILL_PRIOR) for a, b in zip(said, expected)]
        out = [0.0] * len(w.start)
        for i, c in enumerate(w.contexts):
            total = sum(w.start[z] * h[w.kind[z]] for z in c)
            share = RECALL * held[i] / (held[i] + PRIOR)
            for z in c:
                out[z] = (1 - share) * w.start[z] * h[w.kind[z]] / total
                if held[i]:
                    out[z] += share * times[z] / held[i]
        return out

    def tables(self):
        return [self.table(memory) for memory in self.memory]

    def learn(self, rng, data, r, tables):
        w, s, middle = self.w, spread(r), mean(r)
        chance = [1 / (1 + math.exp(-SELECTIVITY * ((x - middle) / s if s else 0))) for x in r]
        for memory in self.memory:
            for _ in range(READS):
                i = rng.randrange(len(data))
                if rng.random() >= chance[i]:
                    continue
                z = data[i]
                if rng.random() < CORRUPTION:
                    z = rng.choice([y for y in w.contexts[w.of[z]] if y != z])
                memory.append(z)
            del memory[:-CAPACITY]


def run(w, paradigm, rng, rounds=ROUNDS):
    """The rows 0 to rounds of one society."""
    society = paradigm(w)
    for t in range(rounds + 1):
        tables = society.tables()
        mixture = [mean(column) for column in zip(*tables)] if len(tables) > 1 else tables[0]
        yield measure(w, tables, mixture)
        if t < rounds:
            data = [w.draw(rng, mixture) for _ in range(SAMPLES)]
            society.learn(rng, data, rewards(w, rng, data, mixture), tables)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paradigm", choices=("reinforce", "recall"), required=True)
    parser.add_argument("--replicates", type=int, default=10)
    parser.add_argument("--worlds", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    paradigm = {"reinforce": Reinforce, "recall": Recall}[given.paradigm]
    print("world,round,asr,harm,mc1,mc2")
    for seed in range(1, given.worlds + 1):
        w = World(seed)
        runs = [list(run(w, paradigm, random.Random(1000 * seed + i), given.rounds))
                for i in range(given.replicates)]
        for t in range(given.rounds + 1):
            means = [mean(rows[t][k] for rows in runs) for k in range(4)]
            print(f"{seed},{t}," + ",".join(f"{x:.6f}" for x in means))
    return 0


if __name__ == "__main__":
    sys.exit(main())
