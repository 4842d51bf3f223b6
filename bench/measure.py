"""Processes with their times and peaks, and contestants that take turns."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

PYTHON = "/usr/bin/python3"
# A contestant has one core unless it is asked to use two: numpy's BLAS would take all.
ONE_THREAD = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Failed(Exception):
    pass


@dataclass(frozen=True)
class Cost:
    seconds: float
    megabytes: float


@dataclass(frozen=True)
class Tools:
    """Where the programs are."""

    root: str
    build: str  # of gyre
    here: str  # of what bench itself makes

    @property
    def gyre(self):
        return os.path.join(self.build, "bin", "gyre")

    def own(self, name):
        return os.path.join(self.here, name)

    def peer(self, language, program):
        if language == "numpy":
            return [PYTHON, os.path.join(self.root, "bench", "peers", program + ".py")]
        return [self.own(program)]


def lines_of(command):
    """What a process prints, line by line; its complaint when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, env=ONE_THREAD)
    if done.returncode != 0:
        raise Failed(done.stderr.strip() or f"{command[0]} ended with status {done.returncode}")
    return done.stdout.splitlines()


def timed(tools, command):
    """Cost of one process, and what it printed."""
    with tempfile.NamedTemporaryFile("r") as figures:
        lines = lines_of([tools.own("once"), figures.name, *command])
        seconds, kilobytes, _ = map(float, figures.read().split())
    return Cost(seconds, kilobytes / 1024), lines


def settings(values):
    return [word for key, value in values.items() for word in ("--set", f"{key}={value}")]


def gyre_run(tools, path, threads, values, *more):
    return [tools.gyre, "run", path, "--threads", str(threads), *settings(values), *more]


TRIES = 2


def gyre_round(tools, path, threads, rounds):
    """Seconds of a round: what `rounds` of them take more than one does; the longer's peak. Of each
    the faster of two: what a start takes that has to ask the host of a virtual machine for its
    memory differs by as much as a round of millions of agents does, and only ever adds."""

    def cost(n):
        command = gyre_run(tools, path, threads, {"scenario.rounds": n}, "--no-db", "--json")
        return min((timed(tools, command)[0] for _ in range(TRIES)), key=lambda c: c.seconds)

    long, short = cost(rounds), cost(1)
    return Cost((long.seconds - short.seconds) / (rounds - 1), long.megabytes)


def peer_command(tools, language, program, options):
    return tools.peer(language, program) + [f"{key}={value}" for key, value in options.items()]


def peer_round(tools, language, program, options, scale=1):
    cost, lines = timed(tools, peer_command(tools, language, program, options))
    return Cost(json.loads(lines[-1])["seconds"] * scale, cost.megabytes)


def with_database(tools, command):
    """Cost of one process that stores in a database of its own; command(path) names it."""
    with tempfile.TemporaryDirectory() as folder:
        return timed(tools, command(os.path.join(folder, "run.db")))[0]


def alternate(contestants, times, least, budget):
    """Costs of contestants that take turns: `times` each, fewer when seconds run out but at least
    `least`. Turns, as a machine's speed drifts, and all shall meet the same weather."""
    costs = {name: [] for name in contestants}
    began = time.monotonic()
    for turn in range(times):
        if turn >= least and time.monotonic() - began > budget:
            break
        for name, run in contestants.items():
            costs[name].append(run())
            tick()
    return costs


def tick():
    if sys.stderr.isatty():
        sys.stderr.write(".")
        sys.stderr.flush()


def summary(costs):
    """Median seconds and their range, the highest peak."""
    seconds = [cost.seconds for cost in costs]
    return {
        "seconds": statistics.median(seconds),
        "least": min(seconds),
        "most": max(seconds),
        "times": len(seconds),
        "megabytes": max(cost.megabytes for cost in costs),
    }
