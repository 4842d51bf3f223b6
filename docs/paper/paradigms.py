"""Tables of the two paradigms: curves, claims, controls, halved and doubled, spread."""

import concurrent.futures
import math

import plain
from runs import mean, number, sd, se, signed, table, z_of

ASR, HARM, MC1, MC2 = "jailbreak.asr", "jailbreak.harm", "truth.mc1", "truth.mc2"
REFUSED = "refused.mean"
BOTH = ("reinforce", "recall")
NO_REWARD = ("update.utility=0", "update.agreement=0")

# Name: settings of the world; of both scenarios; of recall.toml alone.
CONTROLS = {
    "as it is": ({}, (), ()),
    "nothing shared with jailbreak contexts": ({"apart": 1}, (), ()),
    "utility independent of kind, no approval": ({"even": 1}, ("update.agreement=0",), ()),
    "agreement of peers the only reward": ({}, ("update.utility=0",), ()),
    "refusals rewarded (chi = -1)": ({"chi": -1}, (), ()),
    "no reward, no corruption": ({}, NO_REWARD, ("update.corruption=0",)),
    "corruption alone": ({}, NO_REWARD, ()),
    "eagerness unrelated to utility and truth": ({"rho": 0, "adversarial": 0}, (), ()),
}

# What a study of the same equations by small programs of their own gave, on 30 worlds of another
# generator: mean and, where it was kept, 1.96 standard errors.
FIRST = {
    "as it is": ((.343, .019), (-.120, .022), (.075, .004), (-.186, .014), (-.021, .005)),
    "nothing shared with jailbreak contexts": (.000, -.118, .000, -.180, -.018),
    "utility independent of kind, no approval":
        ((.004, .011), (-.011, .012), (.019, .003), -.263, -.066),
    "agreement of peers the only reward":
        ((-.079, .018), (.000, .014), (-.009, .002), -.105, .031),
    "refusals rewarded (chi = -1)": (-.149, -.022, -.054, -.175, -.013),
    "no reward, no corruption": (0, 0, (.005, .001), (-.177, .011), (-.000, .001)),
    "corruption alone": (0, 0, (.000, .002), -.236, -.062),
    "eagerness unrelated to utility and truth": (.249, -.037, .058, -.181, -.018),
}
MEASURED = (("reinforce", ASR), ("reinforce", MC1), ("recall", ASR), ("recall", MC1),
            ("recall", MC2))


def world_setting(name, values):
    return [(f"{name} {value}", {name: value}, (), (), ()) for value in values]


def key_setting(name, values, of):
    sets = [(f"{name}={value}",) for value in values]
    return [(f"{name.split('.')[-1]} {value}", {}) +
            tuple(item if of in (where, "both") else () for where in BOTH) + ((),)
            for value, item in zip(values, sets)]


def variants():
    """(name, settings of the world, --set of reinforce, --set of recall): each halved, doubled."""
    out = []
    for name, *values in (
            ("base_sd", .25, 1), ("everyday_logit", -1, -4), ("jailbreak_logit", 0, .5, 2),
            ("logit_sd", .5, 2), ("true_mean", .5, 2), ("true_sd", .5, 2),
            ("adversarial", .125, .5), ("feature_sd", .125, .5), ("rho", .075, .3),
            ("factual_talk", .2, .8), ("everyday", 20, 80), ("factual", 25, 100),
            ("jailbreak", 25, 100)):
        out += world_setting(name, values)
    for name, of, *values in (
            ("sampling.samples", "both", 100, 400), ("society.agents", "both", 25, 100),
            ("update.utility", "both", .25, 1), ("update.agreement", "both", .25, 1),
            ("update.peers", "both", 5, 20), ("update.rate", "reinforce", .5, 2),
            ("update.cap", "reinforce", 5, 20), ("update.reads", "recall", 30, 120),
            ("update.selectivity", "recall", .75, 3), ("update.corruption", "recall", 0, .1, .4),
            ("society.policy.capacity", "recall", 200, 800),
            ("society.policy.recall", "recall", .45), ("society.policy.prior", "recall", .25, 1),
            ("society.policy.spill", "recall", .025, .1),
            ("society.policy.spill_prior", "recall", .5, 2)):
        out += key_setting(name, values, of)
    return [item[:4] for item in out]


# ---- claims -------------------------------------------------------------------------------------

CLAIMS = {
    "1": "attack success and harm rise in both",
    "2": "MC1 falls in both",
    "3": "attack success is higher in reinforce, at round 20 and on average over the rounds",
    "4": "its standard deviation at round 20 is above 1.2 times recall's",
    "5": "MC1 is lower in recall, on average over rounds 1 to 20",
    "5'": "MC1 is lower in recall at round 20",
}


def verdicts(a, b):
    """Which claims hold for a pair of results, of reinforce and of recall."""
    return {
        "1": all(mean(r.change(name)) > 0 for r in (a, b) for name in (ASR, HARM)),
        "2": all(mean(r.change(MC1)) < 0 for r in (a, b)),
        "3": mean(a.at(ASR)) > mean(b.at(ASR)) and a.over_rounds(ASR) > b.over_rounds(ASR),
        "4": sd(a.at(ASR)) > 1.2 * sd(b.at(ASR)),
        "5": b.over_rounds(MC1) < a.over_rounds(MC1),
        "5'": mean(b.at(MC1)) < mean(a.at(MC1)),
    }


def pair(gyre, replicates, sets=((), ()), **world):
    return [gyre.run(f"{name}.toml", item, replicates, **world) for name, item in zip(BOTH, sets)]


def base(gyre, size):
    return [future.result() for future in pair(gyre, size.replicates)]


def base_worlds(gyre, size):
    """Pairs of futures, one a world; world 1 is data/world.csv again."""
    return [pair(gyre, size.in_world, seed=seed) for seed in range(1, size.worlds + 1)]


def claims(gyre, size):
    here = verdicts(*base(gyre, size))
    worlds = [verdicts(*(future.result() for future in item)) for item in base_worlds(gyre, size)]
    rows = [[f"({claim})", text, "holds" if here[claim] else "**does not hold**",
             f"{sum(item[claim] for item in worlds)} of {len(worlds)}"]
            for claim, text in CLAIMS.items()]
    ratios = [sd(a.result().at(ASR)) / sd(b.result().at(ASR)) for a, b in base_worlds(gyre, size)]
    return table(["claim", "", f"world 1, {size.replicates} replicates",
                  f"worlds of {size.in_world} replicates"], rows) + (
        f"\n\nThe ratio of the standard deviations in (4) is {number(mean(ratios), 2)} on average "
        f"over the worlds, from {number(min(ratios), 2)} to {number(max(ratios), 2)}.")


# ---- curves -------------------------------------------------------------------------------------


def curves(gyre, size):
    results = base(gyre, size)
    rows = []
    for t in (0, 1, 2, 4, 6, 10, 14, 20):
        row = [str(t)]
        for result in results:
            for name, digits in ((ASR, 3), (HARM, 2), (MC1, 3), (MC2, 3),
                                 (REFUSED, 3)):
                values = result.at(name, t)
                row.append(number(mean(values), digits) + ("" if t == 0 else
                                                           f" ({number(sd(values), digits)})"))
        rows.append(row)
    head = [f"{of} {what}" for of in BOTH for what in ("ASR", "harm", "MC1", "MC2", "refused")]
    sets = ('sampling.dataset="per_agent"', "sampling.samples=20")
    apart = [future.result() for future in pair(gyre, size.replicates, (sets, sets))]
    said = ["{} {} ({}), {} {} ({})".format(of, *(number(x) for x in (
        mean(r.at(ASR)), sd(r.at(ASR)))), "and MC1", *(number(x) for x in (
            mean(r.at(MC1)), sd(r.at(MC1))))) for of, r in zip(BOTH, apart)]
    return table(["round"] + head, rows) + (
        "\n\nWith a dataset of 20 samples for each agent, in place of one of 200 for all, attack "
        f"success at round 20 is: {'; '.join(said)}.")


# Where the first study and gyre differ by more than their errors: is it gyre?
ASKED_AGAIN = ("utility independent of kind, no approval", "agreement of peers the only reward",
               "no reward, no corruption")


def by_plain(pool, paradigm, seed, replicates, changes=None, sets=()):
    keys = {key.split(".")[1]: float(value) for key, value in (x.split("=") for x in sets)}
    return [pool.submit(plain.replicate, paradigm, seed, i, changes, keys)
            for i in range(replicates)]


def two_programs(gyre, size):
    """gyre beside plain.py, which shares nothing with it but the world."""
    with concurrent.futures.ProcessPoolExecutor(size.jobs) as pool:
        return beside(gyre, size, pool) + "\n\n" + again(gyre, size, pool)


def compare(gyre, size, pool):
    """(paradigm, output, round, mean by gyre, mean by plain.py, z) of every row after the start."""
    started = [by_plain(pool, of, 1, replicates) for of, replicates in zip(BOTH, size.plain)]
    for of, result, futures in zip(BOTH, base(gyre, size), started):
        other = [future.result() for future in futures]
        for k, name in enumerate((ASR, HARM, MC1, MC2)):
            for t in range(1, result.rounds + 1):
                ours, theirs = result.at(name, t), [run[t][k] for run in other]
                yield of, name, t, mean(ours), mean(theirs), z_of(mean(ours), se(ours),
                                                                  mean(theirs), se(theirs))


def largest(gyre, size):
    """The largest |z| of all that the two programs can be compared by."""
    with concurrent.futures.ProcessPoolExecutor(size.jobs) as pool:
        return max(abs(row[-1]) for row in compare(gyre, size, pool))


def beside(gyre, size, pool):
    compared = list(compare(gyre, size, pool))
    rows = [[of, f"`{name}`", str(t), number(ours, 4), number(theirs, 4), signed(z, 1)]
            for of, name, t, ours, theirs, z in compared if t in (1, 10, 20)]
    of, name, t, _, _, z = max(compared, key=lambda row: abs(row[-1]))
    return table(["", "output", "round", "gyre", "plain.py", "z"], rows) + (
        f"\n\n{size.replicates} replicates by gyre, {size.plain[0]} and {size.plain[1]} by plain.py"
        f". The largest \\|z\\| of all {len(compared)} (20 rounds, 4 outputs, 2 paradigms) is "
        f"{number(abs(z), 1)} ({of}, {name}, round {t}).")


def again(gyre, size, pool):
    """Controls of recall, worlds of which both programs make some replicates."""
    worlds = range(1, 3 if size.quick else 11)
    started = {}
    for name in ASKED_AGAIN:
        changes, sets, recall = CONTROLS[name]
        started[name] = [(gyre.run("recall.toml", sets + recall, size.replicates, seed, changes),
                          by_plain(pool, "recall", seed, size.again, changes, sets + recall))
                         for seed in worlds]
    rows = []
    for name, pairs in started.items():
        ours = [mean(future.result().change(ASR)) for future, _ in pairs]
        theirs = [[run[-1][0] - run[0][0] for run in (f.result() for f in futures)]
                  for _, futures in pairs]
        apart = mean(a - mean(b) for a, b in zip(ours, theirs))
        error = math.sqrt(sum(se(b) ** 2 + se(future.result().change(ASR)) ** 2
                              for b, (future, _) in zip(theirs, pairs))) / len(pairs)
        first = FIRST[name][2]
        rows.append([name, signed(mean(ours), 4), signed(mean(mean(b) for b in theirs), 4),
                     signed(z_of(apart, error, 0, 0), 1),
                     signed(first[0] if isinstance(first, tuple) else first)])
    return table(["control: recall ΔASR", "gyre", "plain.py", "z", "first study, 30 worlds"],
                 rows) + (f"\n\nWorlds 1 to {len(worlds)}, {size.again} replicates of each by "
                          "plain.py.")


# ---- controls -----------------------------------------------------------------------------------


def controls(gyre, size):
    futures = {}
    for name, (changes, sets, recall) in CONTROLS.items():
        futures[name] = [pair(gyre, size.in_world, (sets, sets + recall), seed=seed,
                              changes=changes) for seed in range(1, size.worlds + 1)]
    rows, most, count = [], (0, ""), 0
    for name, pairs in futures.items():
        row = [name]
        for (of, output), first in zip(MEASURED, FIRST[name]):
            of_worlds = [mean(item[BOTH.index(of)].result().change(output)) for item in pairs]
            ours, error = mean(of_worlds), se(of_worlds)
            theirs, their_error = first if isinstance(first, tuple) else (first, 1.96 * error)
            z = z_of(ours, error, theirs, max(their_error / 1.96, 0.0003))
            count, most = count + 1, max(most, (abs(z), f"{name}, {of} {output}"))
            row.append(f"{signed(ours)} ± {number(1.96 * error)} "
                       f"({signed(theirs)}; {signed(z, 1)})")
        rows.append(row)
    head = ["control", "reinforce ΔASR", "reinforce ΔMC1", "recall ΔASR", "recall ΔMC1",
            "recall ΔMC2"]
    return table(head, rows) + (
        f"\n\nThe largest \\|z\\| of the {count} differences is {number(most[0], 1)} ({most[1]}).")


# ---- halved and doubled -------------------------------------------------------------------------


def halved(gyre, size):
    tried = variants()[:size.variants]
    futures = [(name, pair(gyre, size.replicates, sets, seed=1, changes=changes))
               for name, changes, *sets in tried]
    rows, failing = [], {claim: 0 for claim in CLAIMS}
    for name, item in [("as it is", pair(gyre, size.replicates))] + futures:
        a, b = (future.result() for future in item)
        fails = [claim for claim, holds in verdicts(a, b).items() if not holds]
        for claim in fails:
            failing[claim] += 1
        ratio = sd(a.at(ASR)) / sd(b.at(ASR)) if sd(b.at(ASR)) > 0 else float("inf")
        rows.append([name, signed(mean(a.change(ASR))), signed(mean(b.change(ASR))),
                     signed(mean(a.change(MC1))), signed(mean(b.change(MC1))), number(ratio, 2),
                     ", ".join(f"({claim})" for claim in fails)])
    said = ", ".join(f"({claim}) in {n}" for claim, n in failing.items())
    head = ["setting", "reinforce ΔASR", "recall ΔASR", "reinforce ΔMC1", "recall ΔMC1",
            "ratio of sd", "fails"]
    return f"Of {len(tried)} variants there fail: {said}.\n\n" + table(head, rows)


# ---- spread, spill ------------------------------------------------------------------------------


def equal(gyre, size):
    """The standard deviations where both have come to the same mean attack success."""
    a, b = base(gyre, size)
    rows = []
    for t in (6, 10, 14, 20):
        goal = mean(b.at(ASR, t))
        s = min(range(a.rounds + 1), key=lambda i: abs(mean(a.at(ASR, i)) - goal))
        rows.append([f"{t}", number(goal), number(sd(b.at(ASR, t)), 4), f"{s}",
                     number(mean(a.at(ASR, s))), number(sd(a.at(ASR, s)), 4)])
    return table(["recall: round", "ASR", "sd", "reinforce: round", "ASR", "sd"], rows)


def spill(gyre, size):
    values = (0, .05, .2, .5, 1)
    futures = [gyre.run("recall.toml", (f"society.policy.spill={x}",), size.replicates)
               for x in values]
    row = [number(mean(future.result().at(ASR))) for future in futures]
    return table(["spill"] + [str(x) for x in values], [["ASR at round 20"] + row])


TABLES = {"curves": curves, "programs": two_programs, "claims": claims, "controls": controls,
          "halved": halved, "equal": equal, "spill": spill}
