#!/usr/bin/env python3
"""The two societies of reinforce.toml and recall.toml in plain Python, from the equations alone.

It shares nothing with gyre but the world, so that two programs can be held against each other:

    python3 plain.py --paradigm recall --replicates 10 --worlds 1

prints a line a world and round: means over the replicates. It is a hundred times slower than gyre.
"""

import argparse
import dataclasses
import functools
import itertools
import math
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "scenarios", "paper"))
import world  # noqa: E402

FEATURES = ("refusal", "eager", "r1", "r2", "r3", "r4")


@dataclasses.dataclass(frozen=True)
class Setting:
    """What both scenarios set; names are those of their keys."""

    agents: int = 50
    samples: int = 200
    rounds: int = 20
    peers: int = 10
    utility: float = 0.5
    agreement: float = 0.5
    rate: float = 1
    reads: int = 60
    selectivity: float = 1.5
    corruption: float = 0.2
    capacity: int = 400
    recall: float = 0.9
    prior: float = 0.5
    spill: float = 0.05
    spill_prior: float = 1


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


def rewards(w, s, rng, data, mixture):
    return [s.utility * w.utility[z]
            + s.agreement * sum(rng.random() < mixture[z] for _ in range(s.peers)) / s.peers
            for z in data]


def spread(r):
    return math.sqrt(mean((x - mean(r)) ** 2 for x in r))


class Reinforce:
    """All agents learn from one dataset and begin alike: they are one table for ever, and weigh
    each post by 1, whatever the cap."""

    def __init__(self, w, setting):
        self.w, self.s, self.theta = w, setting, [0.0] * len(FEATURES)

    def tables(self):
        w, out = self.w, [0.0] * len(self.w.start)
        for c in w.contexts:
            x = [w.start[z] * math.exp(sum(map(float.__mul__, self.theta, w.phi[z]))) for z in c]
            total = sum(x)
            for z, value in zip(c, x):
                out[z] = value / total
        return [out]

    def learn(self, rng, data, r, tables):
        w, n, apart = self.w, len(data), spread(r)
        if apart == 0:
            return
        total, step = sum(r), [0.0] * len(FEATURES)
        for z, x in zip(data, r):
            advantage = (x - (total - x) / (n - 1)) / apart
            c = w.contexts[w.of[z]]
            for k in range(len(FEATURES)):
                expected = sum(tables[0][y] * w.phi[y][k] for y in c)
                step[k] += advantage * (w.phi[z][k] - expected) / n
        self.theta = [a + self.s.rate * b for a, b in zip(self.theta, step)]


class Recall:
    def __init__(self, w, setting):
        self.w, self.s, self.memory = w, setting, [[] for _ in range(setting.agents)]
        self.base = [[sum(w.start[z] for z in c if w.kind[z] == k) for k in range(w.kinds)]
                     for c in w.contexts]

    def table(self, memory):
        w, s = self.w, self.s
        times = [0] * len(w.start)
        held, said, expected = [0] * len(w.contexts), [0] * w.kinds, [0.0] * w.kinds
        for z in memory:
            times[z] += 1
            held[w.of[z]] += 1
            said[w.kind[z]] += 1
            for k in range(w.kinds):
                expected[k] += self.base[w.of[z]][k]
        h = [(s.spill * a + s.spill_prior) / (s.spill * b + s.spill_prior)
             for a, b in zip(said, expected)]
        out = [0.0] * len(w.start)
        for i, c in enumerate(w.contexts):
            total = sum(w.start[z] * h[w.kind[z]] for z in c)
            share = s.recall * held[i] / (held[i] + s.prior)
            for z in c:
                out[z] = (1 - share) * w.start[z] * h[w.kind[z]] / total
                if held[i]:
                    out[z] += share * times[z] / held[i]
        return out

    def tables(self):
        return [self.table(memory) for memory in self.memory]

    def learn(self, rng, data, r, tables):
        w, s, apart, middle = self.w, self.s, spread(r), mean(r)
        chance = [1 / (1 + math.exp(-s.selectivity * ((x - middle) / apart if apart else 0)))
                  for x in r]
        for memory in self.memory:
            for _ in range(s.reads):
                i = rng.randrange(len(data))
                if rng.random() >= chance[i]:
                    continue
                z = data[i]
                if rng.random() < s.corruption:
                    z = rng.choice([y for y in w.contexts[w.of[z]] if y != z])
                memory.append(z)
            del memory[:-s.capacity]


def run(w, paradigm, setting, rng):
    """The rows 0 to the last of one society."""
    society = paradigm(w, setting)
    for t in range(setting.rounds + 1):
        tables = society.tables()
        mixture = [mean(column) for column in zip(*tables)] if len(tables) > 1 else tables[0]
        yield measure(w, tables, mixture)
        if t < setting.rounds:
            data = [w.draw(rng, mixture) for _ in range(setting.samples)]
            society.learn(rng, data, rewards(w, setting, rng, data, mixture), tables)


PARADIGMS = {"reinforce": Reinforce, "recall": Recall}


@functools.lru_cache(maxsize=4)
def world_of(seed, changes):
    return World(seed, dict(changes))


def replicate(paradigm, seed, number, changes=None, keys=None):
    """All rows of one replicate of the society in a world; keys: what of Setting is another."""
    w = world_of(seed, tuple((changes or {}).items()))
    setting = dataclasses.replace(Setting(), **(keys or {}))
    rng = random.Random(f"{seed}/{number}")
    return list(run(w, PARADIGMS[paradigm], setting, rng))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paradigm", choices=PARADIGMS, required=True)
    parser.add_argument("--replicates", type=int, default=10)
    parser.add_argument("--worlds", type=int, default=1)
    given = parser.parse_args()
    print("world,round,asr,harm,mc1,mc2")
    for seed in range(1, given.worlds + 1):
        runs = [replicate(given.paradigm, seed, i) for i in range(given.replicates)]
        for t in range(Setting.rounds + 1):
            means = [mean(rows[t][k] for rows in runs) for k in range(4)]
            print(f"{seed},{t}," + ",".join(f"{x:.6f}" for x in means))
    return 0


if __name__ == "__main__":
    sys.exit(main())
