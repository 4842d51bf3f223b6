"""The worlds of the workloads: columns of states, the same for gyre and for its peers.

The scenario files of bench/scenarios name data/world_STATES.csv beside them. These are made here,
from a seed, in a copy of that folder under build/: they are megabytes, and nobody reads them.
"""
import os
import random
import shutil


def zipf(states):
    weights = [1 / (z + 1) for z in range(states)]
    whole = sum(weights)
    return [w / whole for w in weights]


def safe_set(states, share, rng):
    """As gyre's `safe = { share = ... }`: in random order, unsafe is what has room in the rest."""
    reference, safe, room = zipf(states), [1] * states, 1 - share
    order = list(range(states))
    rng.shuffle(order)
    for z in order:
        if reference[z] <= room:
            safe[z], room = 0, room - reference[z]
    return safe


def write(path, states):
    rng = random.Random(states)
    safe = safe_set(states, 0.9, rng)
    with open(path, "w") as out:
        out.write("utility,safe\n")
        out.writelines(f"{rng.random():.17g},{s}\n" for s in safe)


def write_features(path, states, features):
    """As many columns of features as W8's agents tell states apart by, and what is useful."""
    rng = random.Random(states * features)
    with open(path, "w") as out:
        out.write("utility," + ",".join(f"f{i + 1}" for i in range(features)) + "\n")
        for _ in range(states):
            row = [rng.random(), *(rng.gauss(0, 0.25) for _ in range(features))]
            out.write(",".join(f"{x:.17g}" for x in row) + "\n")


def make(source, target, sizes, features):
    """Copies the scenarios and makes the worlds that are not there yet: of each size, in states,
    one; and of each (states, features) a table of features."""
    data = os.path.join(target, "data")
    os.makedirs(data, exist_ok=True)
    for name in os.listdir(source):
        if name.endswith(".toml"):
            shutil.copyfile(os.path.join(source, name), os.path.join(target, name))
    files = [(f"world_{states}.csv", write, (states,)) for states in sizes]
    files += [(f"features_{each[0]}.csv", write_features, each) for each in features]
    for name, fill, values in files:
        path = os.path.join(data, name)
        if not os.path.exists(path):
            fill(path + ".part", *values)
            os.replace(path + ".part", path)
