"""Runs of gyre for make.py: worlds, settings, and statistics over replicates."""

import concurrent.futures
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "..", ".."))
SCENARIOS = os.path.join(ROOT, "scenarios", "paper")
sys.path.insert(0, SCENARIOS)
import world  # noqa: E402


class Result:
    """What one call of gyre gave: value[name][round] is a list with a number a replicate."""

    def __init__(self, lines):
        rows = [json.loads(line) for line in lines]
        last = rows.pop()
        self.digest, self.isolation = last["digest"], last["isolation"]
        self.rounds = max(row["round"] for row in rows)
        self.value, self.tally = {}, {}
        for row in rows:
            for name, value in row["metrics"].items():
                self.put(self.value, name, row["round"], float(value))
            for name, value in row["tallies"].items():
                self.put(self.tally, name, row["round"], float(value))

    def put(self, table, name, t, value):
        table.setdefault(name, [[] for _ in range(self.rounds + 1)])[t].append(value)

    def at(self, name, t=None):
        return self.value[name][self.rounds if t is None else t]

    def change(self, name):
        """Last round less first, a number a replicate."""
        return [b - a for a, b in zip(self.at(name, 0), self.at(name))]

    def over_rounds(self, name):
        """The mean over rounds 1 to the last."""
        rounds = self.value[name][1:]
        return mean(mean(values) for values in rounds)

    def total(self, name):
        """The mean over replicates of the sum over rounds of an output or a tally."""
        table = self.value if name in self.value else self.tally
        return sum(mean(values) for values in table.get(name, []) if values)


class Gyre:
    """Starts runs, so many at a time, and gives futures of their results."""

    def __init__(self, binary, jobs):
        self.binary = binary
        self.pool = concurrent.futures.ThreadPoolExecutor(jobs)
        self.folder = tempfile.mkdtemp(prefix="gyre-paper-")
        self.worlds, self.calls, self.societies = {}, {}, 0

    def close(self):
        self.pool.shutdown(cancel_futures=True)
        shutil.rmtree(self.folder)

    def world(self, seed, changes):
        """A folder with the scenarios and another world."""
        key = (seed, tuple(sorted(changes.items())))
        if key not in self.worlds:
            folder = os.path.join(self.folder, f"world-{len(self.worlds)}")
            os.makedirs(os.path.join(folder, "data"))
            for name in ("reinforce.toml", "recall.toml"):
                shutil.copy(os.path.join(SCENARIOS, name), folder)
            with open(os.path.join(folder, "data", "world.csv"), "w", encoding="ascii") as file:
                file.write(world.csv(world.make(seed, changes)))
            self.worlds[key] = folder
        return self.worlds[key]

    def run(self, scenario, sets=(), replicates=None, seed=None, changes=None):
        """A future; the same call again gives the same one. Without replicates there are as many
        as the file says. seed: of the world, not of gyre."""
        folder = SCENARIOS if seed is None else self.world(seed, changes or {})
        key = (folder, scenario, tuple(sets), replicates)
        if key not in self.calls:
            self.societies += replicates or 0
            self.calls[key] = self.pool.submit(self.call, *key)
        return self.calls[key]

    def call(self, folder, scenario, sets, replicates):
        command = [self.binary, "run", os.path.join(folder, scenario), "--no-db", "--json",
                   "--quiet", "--threads", "1"]
        if replicates:
            sets += (f"scenario.replicates={replicates}",)
        for item in sets:
            command += ["--set", item]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}")
        return Result(done.stdout.splitlines())


# ---- statistics ---------------------------------------------------------------------------------


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def sd(values):
    middle = mean(values)
    return math.sqrt(sum((x - middle) ** 2 for x in values) / max(1, len(values) - 1))


def se(values):
    return sd(values) / math.sqrt(len(values))


def z_of(a, se_a, b, se_b):
    """How far two estimates are apart, in standard errors of their difference."""
    spread = math.hypot(se_a, se_b)
    if abs(a - b) < 1e-12:
        return 0.0
    return (a - b) / spread if spread > 0 else math.inf


# ---- Markdown -----------------------------------------------------------------------------------


def number(x, digits=3):
    if math.isinf(x):
        return "∞" if x > 0 else "-∞"
    shown = f"{x:.{digits}f}"
    return shown[1:] if shown.startswith("-") and float(shown) == 0 else shown


def signed(x, digits=3):
    shown = number(x, digits)
    return f"+{shown}" if float(f"{x:.{digits}f}") > 0 else shown


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])
