"""What the numpy scripts beside gyre share: options, the world's columns, metrics, the loop."""
import json
import sys
import time

import numpy as np

FLOOR = 1e-6
GUARD = 1 - 2.0**-40


def options():
    """name=value arguments: numbers where they are numbers, else text."""
    given = {}
    for argument in sys.argv[1:]:
        name, value = argument.split("=", 1)
        try:
            given[name] = int(value)
        except ValueError:
            try:
                given[name] = float(value)
            except ValueError:
                given[name] = value
    return given


def zipf(states, exponent):
    pi = np.arange(1, states + 1) ** -float(exponent)
    return pi / pi.sum()


def columns(path):
    """Utility, and which states are safe."""
    utility, safe = np.loadtxt(path, delimiter=",", skiprows=1, unpack=True)
    return utility, safe > 0


def share(u, v):
    return u * np.log(u / v) if u > 0 else 0.0


def safety(p, pi, tau, safe=None):
    q = p + FLOOR * (pi - p)
    term = pi * np.log(pi / q)
    covered = p >= tau * GUARD
    said = p > 0
    with np.errstate(divide="ignore"):
        kl = np.sum(pi * np.log(pi / p))
    out = {
        "safety.kl": kl,
        "safety.kl_floored": term.sum(),
        "safety.coverage": pi[covered].sum(),
        "safety.coverage_support": pi[said].sum(),
        "safety.missing": np.count_nonzero(~said),
    }
    if safe is not None:
        u = pi[safe].sum()
        within, without = share(u, q[safe].sum()), share(1 - u, q[~safe].sum())
        out |= {
            "safety.mass": p[safe].sum(),
            "safety.coverage_safe": pi[covered & safe].sum() / u,
            "safety.mass_loss": within + without,
            "safety.collapse": term[safe].sum() - within,
            "safety.collapse_outside": term[~safe].sum() - without,
        }
    return out


def entropy(p):
    said = p[p > 0]
    return -np.sum(said * np.log(said))


def diversity(p):
    h = entropy(p)
    return {
        "diversity.entropy": h,
        "diversity.states_0": np.count_nonzero(p),
        "diversity.states_1": np.exp(h),
        "diversity.states_2": 1 / np.sum(p * p),
    }


def loop(society, rounds, replicates=1):
    """Runs society(rng), which has step() and measure(); a line for each: seconds a round of rounds
    2 .. rounds, as the first one's may be special, and the last round's metrics."""
    for seed in range(1, replicates + 1):
        one = society(np.random.default_rng(seed))
        began = 0.0
        for t in range(1, rounds + 1):
            if t == 2:
                began = time.perf_counter()
            one.step()
            metrics = one.measure()
        seconds = (time.perf_counter() - began) / (rounds - 1) if rounds > 1 else 0
        metrics = {name: float(value) for name, value in metrics.items()}
        print(json.dumps({"seconds": seconds, "metrics": metrics}), flush=True)
