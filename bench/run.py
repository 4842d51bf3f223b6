"""./dev bench: gyre beside its peers, the machine's limits, and what is to be reached."""
import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass

import agree
import machine
import measure
import report
import world
from workloads import GROUPS, REACH, REPLICATES, WORKLOADS, Shape, bound

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
README = os.path.join(ROOT, "README.md")
BUILD = os.path.join(ROOT, "build")
TOOLS = measure.Tools(ROOT, os.path.join(BUILD, "release"), os.path.join(BUILD, "bench"))


@dataclass(frozen=True)
class Effort:
    turns: int  # of each contestant, fewer once a workload has had its seconds
    least: int
    seconds: float
    processes: int  # turns of what takes milliseconds


FULL, QUICK = Effort(9, 3, 45, 21), Effort(3, 2, 8, 9)


def say(text):
    print(f"bench: {text}", file=sys.stderr)


# ---- what bench makes for itself ----------------------------------------------------------------

FLAGS = "-std=gnu17 -O2 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Werror"


def compile_program(name, sources, *more):
    """With -O2 and no -march, as a stranger would compile a peer."""
    bench = os.path.join(ROOT, "bench")
    command = [os.environ.get("CC", "gcc"), *FLAGS.split(),
               *(os.path.join(bench, source) for source in sources), *more, "-o", TOOLS.own(name)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"bench: {name} cannot be compiled:\n{done.stderr}")


def compile_all():
    os.makedirs(TOOLS.here, exist_ok=True)
    compile_program("once", ["once.c"])
    compile_program("limits", ["limits.c"], "-D_GNU_SOURCE", "-I" + os.path.join(ROOT, "core"),
                    "-I" + os.path.join(ROOT, "include"),
                    os.path.join(TOOLS.build, "libgyre_core.a"), "-lxxhash", "-pthread")
    for name in sorted({w.program for w in WORKLOADS if "c" in w.peers}):
        compile_program(name, [f"peers/{name}.c", "peers/peer.c"], "-lm")


def scenario_of(workload):
    folder = TOOLS.own("scenarios") if "/" not in workload.scenario else ROOT
    return os.path.join(folder, workload.scenario)


def make_worlds():
    source = os.path.join(ROOT, "bench", "scenarios")
    inside = [w.scenario for w in WORKLOADS if "/" not in w.scenario]
    shapes = [Shape.load(os.path.join(source, name)) for name in inside]
    features = sorted({(s.states, s.features) for s in shapes if s.features})
    named = {s.states for s in shapes if f"world_{s.states}.csv" in str(s.document)}
    # Memory's peers read the safe set from there even where the scenario has none.
    named |= {s.states for s in shapes if s.policy and not s.features}
    world.make(source, TOOLS.own("scenarios"), sorted(named), features)


# ---- one workload -------------------------------------------------------------------------------


def scaled(workload, options, language):
    """A peer's options and what its time is multiplied by."""
    scale = workload.numpy_scale if language == "numpy" else 1
    return options | {"agents": options["agents"] // scale, "rounds": workload.rounds}, scale


def round_contestants(workload, path, options):
    def peer(language):
        asked, scale = scaled(workload, options, language)
        return lambda: measure.peer_round(TOOLS, language, workload.program, asked, scale)

    def gyre(threads):
        return lambda: measure.gyre_round(TOOLS, path, threads, workload.rounds)

    return ({"gyre": gyre(1), "gyre_two": gyre(2)} |
            {language: peer(language) for language in workload.peers})


def process_contestants(workload, path, options):
    def gyre(db):
        return measure.gyre_run(TOOLS, path, 1, {}, "--db", db)

    def numpy(db):
        asked = options | {"rounds": workload.rounds, "db": db}
        return measure.peer_command(TOOLS, "numpy", workload.program, asked)

    return {"gyre": lambda: measure.with_database(TOOLS, gyre),
            "numpy": lambda: measure.with_database(TOOLS, numpy)}


def replicate_contestants(_workload, path, _options):
    def gyre(db):
        values = {"scenario.replicates": REPLICATES}
        return measure.gyre_run(TOOLS, path, 2, values, "--db", db)

    def one():
        cost = measure.with_database(TOOLS, gyre)
        return measure.Cost(cost.seconds / REPLICATES, cost.megabytes)

    return {"gyre_two": one}


CONTESTANTS = {
    "round": round_contestants,
    "process": process_contestants,
    "replicates": replicate_contestants,
}


def figures_of(workload, shape, costs, limits):
    """What REACH asks for, of the medians."""
    seconds = {name: cost["seconds"] for name, cost in costs.items()}
    ours = [cost["megabytes"] for name, cost in costs.items() if name.startswith("gyre")]
    out = {"megabytes": max(ours)}
    if "gyre_two" in seconds:
        out["seconds_two"] = seconds["gyre_two"]
        out["per_second_two"] = 1 / seconds["gyre_two"]
    if "gyre" in seconds:
        out["seconds"] = seconds["gyre"]
        out |= {f"over_{peer}": seconds[peer] / seconds["gyre"] for peer in workload.peers}
        if "gyre_two" in seconds:
            out["speedup_two"] = seconds["gyre"] / seconds["gyre_two"]
    if workload.kind == "round":
        out["bound"] = bound(shape, limits)
        out["over_bound"] = seconds["gyre"] / out["bound"]
    return out


def contest(workload, effort, limits):
    """All there is to say of a workload, after its peers were found to agree."""
    path = scenario_of(workload)
    measure.lines_of([TOOLS.gyre, "check", path])
    shape = Shape.load(path)
    options = shape.options()
    agreement = agree.check(TOOLS, workload, path, options) if workload.agreement else {}
    turns = effort.turns if workload.kind == "round" else effort.processes
    contestants = CONTESTANTS[workload.kind](workload, path, options)
    with machine.Watch() as watch:
        costs = measure.alternate(contestants, turns, effort.least, effort.seconds)
    costs = {name: measure.summary(each) for name, each in costs.items()}
    return {
        "agreement": agreement,
        "turns": min(cost["times"] for cost in costs.values()),
        "costs": costs,
        "figures": figures_of(workload, shape, costs, limits),
        "watch": watch.figures(),
    }


def attempt(workload, effort, limits):
    known = {"what": workload.what, "numpy_scale": workload.numpy_scale}
    say(f"{workload.name}: {workload.what}")
    try:
        return known | contest(workload, effort, limits)
    except measure.Failed as failed:
        say(f"{workload.name}: {failed}")
        return known | {"failed": str(failed)}


# ---- all ----------------------------------------------------------------------------------------


def reached(results):
    """REACH beside what was measured, of the workloads that were asked for."""
    for one in REACH:
        if one.workload not in results:
            continue
        found = results[one.workload].get("figures", {}).get(one.figure)
        ok = found is not None and (found >= one.limit if one.least else found <= one.limit)
        verdict = "ok" if ok else "short" if found is not None else "not measured"
        yield asdict(one) | {"measured": found, "verdict": verdict}


def busy(watch, spins):
    ratio = max(filter(None, spins), default=None)
    return watch.figures() | {
        "two_over_one": ratio,
        "line": machine.busy_line(watch.others, watch.steal, ratio),
    }


def run_all(chosen, effort):
    name = machine.describe(TOOLS.build)
    spins = [machine.spin(TOOLS.own("limits"))]
    shapes = [Shape.load(scenario_of(w)) for w in chosen]
    with machine.Watch() as watch:
        limits = machine.limits(TOOLS.own("limits"), [shape.states for shape in shapes])
        results = {w.name: attempt(w, effort, limits) for w in chosen}
    spins.append(machine.spin(TOOLS.own("limits")))
    return {
        "machine": name,
        "limits": limits,
        "busy": busy(watch, spins),
        "workloads": results,
        "reach": list(reached(results)),
    }


def parse():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("workload", nargs="*",
                        help="W1, W1d ... (W7: those it is made of); none: all")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--readme", action="store_true", help="rewrite the table of README.md, too")
    asked = parser.parse_args()
    wanted = {name for word in asked.workload for name in GROUPS.get(word, (word,))}
    unknown = wanted - {w.name for w in WORKLOADS}
    if unknown:
        parser.error(f"no workload {', '.join(sorted(unknown))}")
    if asked.readme and wanted:
        parser.error("--readme needs all workloads")
    asked.chosen = [w for w in WORKLOADS if not wanted or w.name in wanted]
    return asked


def readme_page():
    with open(README) as f:
        page = f.read()
    if not report.markers(page):
        sys.exit(f"bench: README.md has no {report.BEGIN} and {report.END} to write between")
    return page


def rewrite_readme(found):
    page = report.rewrite(readme_page(), found)
    with open(README, "w") as f:
        f.write(page)


def main():
    asked = parse()
    if asked.readme:
        readme_page()  # complains now, not in ten minutes
    compile_all()
    make_worlds()
    found = run_all(asked.chosen, QUICK if asked.quick else FULL)
    failed = any("failed" in result for result in found["workloads"].values())
    print(json.dumps(found) if asked.json else report.text(found))
    if asked.readme and failed:
        say("README.md keeps its table, as not every workload could be measured")
    elif asked.readme:
        rewrite_readme(found)
    return int(failed)


sys.exit(main())
