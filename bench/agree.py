"""Do gyre and a peer simulate the same society? No time is shown before their means agree."""
import json
import math
import statistics

import measure

LIMIT = 5.0  # standard errors, for a battery of some sixty comparisons


def gyre_samples(tools, path, agreement):
    values = {"scenario.rounds": agreement.rounds, "scenario.replicates": agreement.replicates}
    if agreement.agents:
        values["society.agents"] = agreement.agents
    command = measure.gyre_run(tools, path, 2, values, "--no-db", "--json")
    rows = [json.loads(line) for line in measure.lines_of(command)]
    return [row["metrics"] for row in rows
            if "replicate" in row and row["round"] == agreement.rounds]


def peer_samples(tools, language, workload, options):
    agreement = workload.agreement
    asked = options | {"rounds": agreement.rounds, "replicates": agreement.replicates}
    if agreement.agents:
        asked["agents"] = agreement.agents
    command = measure.peer_command(tools, language, workload.program, asked)
    return [json.loads(line)["metrics"] for line in measure.lines_of(command)]


def normal(t, freedom):
    """The standard errors that a normal deviate as rare as Student's t has (Wallace 1959). Of ten
    societies 5.2 measured ones are as rare as 4.0, which a battery of sixty meets now and then."""
    size = math.sqrt(freedom * math.log1p(t * t / freedom))
    return math.copysign(size * (8 * freedom + 1) / (8 * freedom + 3), t)


def distance(ours, theirs):
    """Difference of two means in its standard errors (Welch). What does not vary must be equal,
    and a spread that is rounding only (1e-9 of the value) is none."""
    apart = statistics.fmean(ours) - statistics.fmean(theirs)
    size = max(1.0, abs(statistics.fmean(ours)))
    parts = [(statistics.variance(x) / len(x), len(x) - 1) for x in (ours, theirs)]
    square = sum(part for part, _ in parts)
    if math.sqrt(square) < 1e-9 * size:
        return 0.0 if abs(apart) < 1e-9 * size else math.inf
    freedom = square**2 / sum(part**2 / n for part, n in parts)
    return normal(apart / math.sqrt(square), freedom)


def compare(metrics, ours, theirs):
    """z of each metric; every one must be there and finite on both sides."""
    z = {}
    for name in metrics:
        a, b = ([float(one.get(name, math.nan)) for one in side] for side in (ours, theirs))
        if not all(map(math.isfinite, a + b)):
            raise measure.Failed(f"{name} is missing or infinite")
        z[name] = distance(a, b)
    return z


def check(tools, workload, path, options):
    """z by peer and metric; Failed when a peer does not simulate what gyre does."""
    ours = gyre_samples(tools, path, workload.agreement)
    found = {}
    for language in workload.peers:
        theirs = peer_samples(tools, language, workload, options)
        found[language] = z = compare(workload.agreement.metrics, ours, theirs)
        worst = max(z, key=lambda name: abs(z[name]))
        if not abs(z[worst]) < LIMIT:
            raise measure.Failed(f"gyre and {language} do not agree: {worst} is "
                                 f"{z[worst]:.1f} standard errors apart, so no time is shown")
        measure.tick()
    return found
