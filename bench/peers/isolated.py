"""What a researcher would write in numpy for scenarios/paper/isolated.toml, database and all."""
import json
import sqlite3

import numpy as np

import peer

given = peer.options()
K, N, ROUNDS = given["states"], given["samples"], given["rounds"]
pi = peer.zipf(K, given["exponent"])


def choose_safe(rng, room):
    """Unsafe are as many states, in random order, as have room in what need not be safe."""
    safe = np.ones(K, bool)
    for z in rng.permutation(K):
        if pi[z] <= room:
            safe[z] = False
            room -= pi[z]
    return safe


def measure(p, safe):
    out = peer.safety(p, pi, 1 / N, safe) | peer.diversity(p)
    # Agents that learn from one dataset are alike.
    out["safety.agent_kl_floored"] = out["safety.kl_floored"]
    out["safety.agent_coverage"] = out["safety.coverage"]
    return {name: float(value) for name, value in out.items()}


def run(seed):
    rng = np.random.default_rng(seed)
    safe = choose_safe(rng, 1 - given["safe_share"])
    p = pi.copy()
    rows = [measure(p, safe)]
    for _ in range(ROUNDS):
        p = rng.multinomial(N, p) / N
        rows.append(measure(p, safe))
    return rows


def store(rows):
    db = sqlite3.connect(given["db"])
    db.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
        "CREATE TABLE IF NOT EXISTS value (round INTEGER, name TEXT, value REAL);"
    )
    db.executemany(
        "INSERT INTO value VALUES (?, ?, ?)",
        [(t, name, x) for t, row in enumerate(rows) for name, x in row.items()],
    )
    db.commit()


for seed in range(1, given.get("replicates", 1) + 1):
    rows = run(seed)
    if "db" in given:
        store(rows)
    print(json.dumps({"metrics": rows[-1]}))
