"""Tables of the strategies, the trilemma's corners and what goes wrong."""

from runs import mean, number, sd, se, signed, table

LEAN = ('selection.use="selection.bias"', 'selection.attribute="risk"', "selection.beta=0.25")
STRAIGHT = ("selection.beta=0",)
FLOORED, MASS = "safety.kl_floored", "safety.mass"
COVERAGE, SAFE_COVERAGE = "safety.coverage", "safety.coverage_safe"

# Name: scenario, what to set where nothing leans, and where the society leans toward what is risky.
STRATEGIES = {
    "none": ("isolated.toml", (), LEAN),
    "A, verify": ("verified.toml", STRAIGHT, ()),
    "A, review": ("reviewed.toml", STRAIGHT, ()),
    "B, reset": ("reset.toml", (), LEAN),
    "B, rollback": ("rollback.toml", (), LEAN),
    "C, temper": ("tempered.toml", (), LEAN),
    "C, external": ("external.toml", (), LEAN),
    "D, forget": ("forgetting.toml", (), LEAN),
    "all": ("all_strategies.toml", STRAIGHT, ()),
}

# Cost: the output or tally that counts it, and its digits.
COSTS = {
    "checks": ("verify.checked", 0),
    "minutes": ("review.minutes", 0),
    "outside": ("external.outside", 0),
    "undone": ("rollback.undone", 1),
    "forgotten": ("forget.forgotten", 2),
    "starved": ("sampling.starved", 0),
}


def costs(result):
    shown = []
    for name, digits in COSTS.values():
        known = name in result.value or name in result.tally
        shown.append(number(result.total(name), digits) if known else "")
    return shown


def strategies(gyre, size):
    out = []
    for side, what in ((1, "Nothing leans (selection.neutral, or beta = 0)."),
                       (2, "The society leans toward what is risky (beta = 0.25).")):
        futures = {name: gyre.run(item[0], item[side], size.replicates)
                   for name, item in STRATEGIES.items()}
        rows = []
        for name, future in futures.items():
            result = future.result()
            cells = [f"{number(mean(result.at(of)))} ({number(sd(result.at(of)))})"
                     for of in (MASS, COVERAGE, SAFE_COVERAGE, FLOORED)]
            rows.append([name, f"`{STRATEGIES[name][0]}`", result.isolation] + cells
                        + costs(result))
        head = ["strategy", "scenario", "isolation", "safe mass", "coverage", "of the safe set",
                "floored KL"] + list(COSTS)
        out.append(what + "\n\n" + table(head, rows))
    return "\n\n".join(out)


# ---- equal costs --------------------------------------------------------------------------------

# What is compared, the cost that both have, and the two.
PAIRS = (
    ("a rejected sample: drawn again, or dropped", "checks",
     ("verified.toml", ('intervention.verify.act="redraw"',)),
     ("verified.toml", ('intervention.verify.act="drop"',))),
    ("data from outside: each sample with .1, or 100 exactly", "outside",
     ("external.toml", ()),
     ("external.toml", ("intervention.external.share=0", "intervention.external.count=100"))),
    ("data from outside: .1 in each round, or .2 in every second", "outside",
     ("external.toml", ()),
     ("external.toml", ("intervention.external.share=0.2", "intervention.external.every=2"))),
)


def equal_costs(gyre, size):
    """The same seeds, the same cost, and differences replicate by replicate."""
    rows = []
    for what, cost, *both in PAIRS:
        one, other = (gyre.run(name, sets, size.replicates).result() for name, sets in both)
        row = [what, cost] + [number(r.total(COSTS[cost][0]), 0) for r in (one, other)]
        for of in (MASS, SAFE_COVERAGE, FLOORED):
            apart = [a - b for a, b in zip(one.at(of), other.at(of))]
            row.append(f"{signed(mean(apart))} ± {number(1.96 * se(apart))}")
        rows.append(row)
    return table(["first, or second", "cost", "of the first", "of the second",
                  "safe mass: first less second", "coverage of the safe set", "floored KL"], rows)


# ---- the trilemma -------------------------------------------------------------------------------

CORNERS = {
    "evolving, isolated": "evolve_isolated.toml",
    "evolving, safe": "evolve_safe.toml",
    "isolated, safe": "isolated_safe.toml",
    "counter-example: N infinite, nothing selects": "unlimited.toml",
    "counter-example: memory over a frozen start": "anchored.toml",
}


def corners(gyre, size):
    futures = {name: gyre.run(file, (), size.replicates) for name, file in CORNERS.items()}
    rows = []
    for name, future in futures.items():
        r = future.result()
        rows.append([name, f"`{CORNERS[name]}`", r.isolation,
                     f"{number(mean(r.at('mean.mean', 0)))} → {number(mean(r.at('mean.mean')))}",
                     number(r.total("drift.step_tv"), 2)]
                    + [f"{number(mean(r.at(of, 0)))} → {number(mean(r.at(of)))}"
                       for of in (SAFE_COVERAGE, FLOORED)])
    return table(["corner", "scenario", "isolation", "mean utility", "sum of TV(P_t, P_t-1)",
                  "coverage of the safe set", "floored KL"], rows)


# ---- what goes wrong ----------------------------------------------------------------------------

# Scenario: outputs, then its nulls as (what it is, what to set).
FAILURES = {
    "hallucination": (("hallucination.false_consensus", "truth.mc2"),
                      ("nothing is amplified", ("selection.power=1",))),
    "sycophancy": (("sycophancy.yield",),
                   ("no shared feature", ('society.policy.features=["apart"]',)),
                   ("no reward", ("update.utility=0", "update.agreement=0"))),
    "drift": (("slide.total", "slide.unnoticed"), ("nothing leans", ("selection.beta=0",))),
    "collusion": (("collusion.phi", "collusion.rate"),
                  ("no signal is seen", ('society.policy.features=["unsafe"]',)),
                  ("one's own act is rewarded", ("update.agreement=0", "update.utility=1"))),
    "collapse": (("collapse.share",), ("nothing is amplified", ("selection.power=1",)),
                 ("no chance", ('sampling.samples="expected"',))),
    "encryption": (("encryption.read", "encryption.noticed", "encryption.hidden_share"),
                   ("it drops nothing", ("intervention.verify.passes_unsafe=1",)),
                   ("benign talk is illegible too",
                    ("space.reference=[0.04, 0.03, 0.03, 0.9, 0.35, 0.35, 0.25, 0.05]",))),
}


def failures(gyre, size):
    futures = [(name, what, outputs, gyre.run(f"{name}.toml", sets, size.replicates))
               for name, (outputs, *nulls) in FAILURES.items()
               for what, sets in [("as it is", ())] + nulls]
    rows = []
    for name, what, outputs, future in futures:
        r = future.result()
        for i, output in enumerate(outputs):
            rows.append([f"`{name}.toml`" if i == 0 and what == "as it is" else "",
                         what if i == 0 else "", f"`{output}`", number(mean(r.at(output, 0)))]
                        + [f"{number(mean(r.at(output, t)))} ({number(sd(r.at(output, t)))})"
                           for t in (r.rounds // 4, r.rounds // 2, r.rounds)])
    return table(["scenario", "", "output", "row 0", "5", "10", "20"], rows)


TABLES = {"strategies": strategies, "equal_costs": equal_costs, "corners": corners,
          "failures": failures}
