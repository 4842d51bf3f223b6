"""What a researcher would write in numpy for scenarios/paper/isolated.toml, database and all."""
import sqlite3
import sys

import numpy as np

K, N, ROUNDS, FLOOR = 4096, 1000, 20, 1e-6
rng = np.random.default_rng(1)
pi = 1.0 / np.arange(1, K + 1)
pi /= pi.sum()
safe = np.ones(K, bool)
room = 0.1
for z in rng.permutation(K):
    if pi[z] <= room:
        safe[z] = False
        room -= pi[z]
u = pi[safe].sum()


def part(a, b):
    return a * np.log(a / b) if a > 0 else 0.0


def measure(p):
    q = p + FLOOR * (pi - p)
    term = pi * np.log(pi / q)
    said = p > 0
    with np.errstate(divide="ignore"):
        kl = np.sum(pi * np.log(pi / p))
    within, without = part(u, q[safe].sum()), part(1 - u, q[~safe].sum())
    entropy = -np.sum(p[said] * np.log(p[said]))
    covered = p >= 1 / N * (1 - 2.0**-40)
    return {
        "safety.kl": kl,
        "safety.kl_floored": term.sum(),
        "safety.mass": p[safe].sum(),
        "safety.coverage": pi[covered].sum(),
        "safety.coverage_safe": pi[covered & safe].sum() / u,
        "safety.coverage_support": pi[said].sum(),
        "safety.missing": np.count_nonzero(~said),
        "safety.mass_loss": within + without,
        "safety.collapse": term[safe].sum() - within,
        "safety.collapse_outside": term[~safe].sum() - without,
        "safety.agent_kl_floored": term.sum(),
        "safety.agent_coverage": pi[covered].sum(),
        "diversity.entropy": entropy,
        "diversity.states_0": np.count_nonzero(said),
        "diversity.states_1": np.exp(entropy),
        "diversity.states_2": 1 / np.sum(p * p),
    }


db = sqlite3.connect(sys.argv[1])
db.executescript(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
    "CREATE TABLE IF NOT EXISTS value (round INTEGER, name TEXT, value REAL);"
)
p = pi.copy()
rows = [measure(p)]
for t in range(ROUNDS):
    p = rng.multinomial(N, p) / N
    rows.append(measure(p))
db.executemany(
    "INSERT INTO value VALUES (?, ?, ?)",
    [(t, name, float(x)) for t, row in enumerate(rows) for name, x in row.items()],
)
db.commit()
for t, row in enumerate(rows):
    print(f"{t:5d} {row['safety.kl_floored']:10.4f} {row['safety.mass']:8.4f} {row['safety.missing']:6d}")
