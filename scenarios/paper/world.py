#!/usr/bin/env python3
"""Makes the world of reinforce.toml and recall.toml: a CSV file, one row a state.

    python3 world.py                         writes data/world.csv beside this file: seed 1
    python3 world.py --seed 7 -o other.csv   another world
    python3 world.py -o x.csv rho=0 chi=-1   other settings; --list says which there are

Three kinds of contexts. Everyday ones: some answers and a refusal. Factual questions: answers, of
which one is true. Jailbreak contexts, which the society never meets: a refusal, and compliances of
harm 2, 3, 4 and 5. An answer has a base logit, an eagerness and some features of no meaning; a
refusal's base logit is set so that its log-odds against all else in its context is the drawn one.

The same bytes come out of any Python 3 on any machine. Random words are SplitMix64 (Steele, Lea
and Flood, 2014), each quantity having a stream of its own that begins at the FNV-1a hash of
"seed/quantity", so that another setting changes no other number. Normal variates are made by
Marsaglia's polar method. All arithmetic is decimal's, which rounds logarithms correctly; that of
floating point depends on the machine's library.
"""

import argparse
import decimal
import os
import sys

SETTINGS = {  # name: (default, what it is)
    "everyday": (40, "everyday contexts"),
    "factual": (50, "factual questions"),
    "jailbreak": (50, "jailbreak contexts, never met"),
    "answers": (5, "answers in an everyday or factual context, beside a refusal"),
    "base_sd": ("0.5", "sd of base logits"),
    "everyday_logit": (-2, "mean log-odds of refusing in everyday contexts"),
    "jailbreak_logit": (1, "the same in jailbreak contexts"),
    "logit_sd": (1, "their sd"),
    "true_mean": (1, "mean base logit of true answers"),
    "true_sd": (1, "its sd"),
    "adversarial": ("0.25", "share of questions whose true answer is the least eager one"),
    "feature_sd": ("0.25", "sd of the four features of no meaning"),
    "rho": ("0.15", "how much of utility is eagerness"),
    "chi": (1, "a refusal's utility is (1 - chi) / 2"),
    "even": (0, "1: utility is uniform for every state, refusals too"),
    "factual_talk": ("0.4", "share of factual questions in what the society meets"),
    "apart": (0, "1: jailbreak contexts share no feature and no kind with others"),
}
COLUMNS = ("context", "state", "met", "start", "safe", "refusal", "eager", "r1", "r2", "r3", "r4",
           "kind", "utility", "harm", "jailbreak", "question", "true")
REFUSE, PLAIN, EAGER = 0, 1, 2
APART = 3  # kinds of jailbreak contexts that share none are 3, 4 and 5
WORD = (1 << 64) - 1
ONE, TWO = decimal.Decimal(1), decimal.Decimal(2)
CONTEXT = decimal.Context(prec=30, rounding=decimal.ROUND_HALF_EVEN, Emin=-999999, Emax=999999,
                          traps=[decimal.InvalidOperation, decimal.DivisionByZero])


class Words:
    """The random numbers of one quantity of one world."""

    def __init__(self, seed, quantity):
        state = 0xCBF29CE484222325
        for byte in f"{seed}/{quantity}".encode():
            state = ((state ^ byte) * 0x100000001B3) & WORD
        self.state = state

    def word(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & WORD
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        return z ^ (z >> 31)

    def uniform(self):
        """In (0, 1): halves are added so that neither end is hit."""
        return (decimal.Decimal(self.word() >> 11) + ONE / TWO) / decimal.Decimal(1 << 53)

    def normal(self, mean, sd):
        while True:
            x, y = TWO * self.uniform() - ONE, TWO * self.uniform() - ONE
            s = x * x + y * y
            if 0 < s < 1:
                return mean + sd * x * (-TWO * s.ln() / s).sqrt()


class Streams(dict):
    """One Words a quantity, made when it is first asked for."""

    def __init__(self, seed):
        super().__init__()
        self.seed = seed

    def __missing__(self, quantity):
        self[quantity] = Words(self.seed, quantity)
        return self[quantity]


def settings_of(changes=None):
    """All settings as decimals; refuses what is no setting or no number."""
    out = {name: decimal.Decimal(default) for name, (default, _) in SETTINGS.items()}
    for name, value in (changes or {}).items():
        if name not in out:
            raise ValueError(f"{name} is no setting of a world; these are: {', '.join(SETTINGS)}")
        try:
            out[name] = decimal.Decimal(str(value))
        except decimal.InvalidOperation:
            out[name] = decimal.Decimal("NaN")
        if not out[name].is_finite():
            raise ValueError(f"{name} = {value} is no number")
    check(out)
    return out


def check(s):
    for name in ("everyday", "factual", "jailbreak", "answers"):
        if s[name] != int(s[name]) or not 1 <= s[name] <= 10000:
            raise ValueError(f"{name} = {s[name]} is no whole number in [1, 10000]")
    for name in ("adversarial", "rho", "factual_talk"):
        if not 0 <= s[name] <= 1:
            raise ValueError(f"{name} = {s[name]} is not in [0, 1]")
    if abs(s["chi"]) > 1:
        raise ValueError(f"chi = {s['chi']} is not in [-1, 1]")


def answers(words, s, area, count):
    """The part that all contexts have in common: states that are no refusals."""
    return [{"logit": words[f"{area}.logit"].normal(0, s["base_sd"]),
             "eager": words[f"{area}.eager"].uniform(), "refusal": 0, "true": 0, "harm": 1}
            for _ in range(count)]


def refusal(words, s, area, others):
    odds = words[f"{area}.refusal"].normal(s[f"{area}_logit"], s["logit_sd"])
    mass = sum((state["logit"].exp() for state in others), decimal.Decimal(0))
    return {"logit": odds + mass.ln(), "eager": decimal.Decimal(0), "refusal": 1, "true": 0,
            "harm": 1}


def everyday(words, s):
    others = answers(words, s, "everyday", int(s["answers"]))
    return [refusal(words, s, "everyday", others)] + others


def factual(words, s):
    """The true answer stands first; in some questions it is the least eager one."""
    states = answers(words, s, "factual", int(s["answers"]))
    states[0].update(true=1, logit=words["factual.true"].normal(s["true_mean"], s["true_sd"]))
    if words["factual.adversarial"].uniform() < s["adversarial"]:
        least = min(states, key=lambda state: state["eager"])
        states[0]["eager"], least["eager"] = least["eager"], states[0]["eager"]
    return states


def jailbreak(words, s):
    others = answers(words, s, "jailbreak", 4)
    for harm, state in enumerate(others, 2):
        state.update(harm=harm, eager=decimal.Decimal(harm - 2) / 3)
    return [refusal(words, s, "jailbreak", others)] + others


def finish(words, s, area, state):
    """What every state has: features of no meaning, a kind, a utility."""
    for i in range(1, 5):
        state[f"r{i}"] = words[f"{area}.r{i}"].normal(0, s["feature_sd"])
    state["kind"] = REFUSE if state["refusal"] else EAGER if state["eager"] * 2 >= 1 else PLAIN
    luck = words[f"{area}.utility"].uniform()
    if s["even"]:
        state["utility"] = luck
    elif state["refusal"]:
        state["utility"] = (1 - s["chi"]) / 2
    else:
        state["utility"] = (1 - s["rho"]) * luck + s["rho"] * state["eager"]
    if area == "jailbreak" and s["apart"]:
        state.update(refusal=0, eager=0, r1=0, r2=0, r3=0, r4=0, kind=state["kind"] + APART)


def rows_of_context(s, area, number, states):
    talk = s["factual_talk"]
    met = {"everyday": (1 - talk) / s["everyday"], "factual": talk / s["factual"], "jailbreak": 0}
    mass = sum((state["logit"].exp() for state in states), decimal.Decimal(0))
    for i, state in enumerate(states):
        name = f"{area}-{number:02}"
        yield {**state, "context": name, "state": f"{name}-{i}", "met": met[area],
               "start": state["logit"].exp() / mass, "safe": int(state["harm"] < 4),
               "jailbreak": int(area == "jailbreak"), "question": int(area == "factual")}


def make(seed, changes=None):
    """The rows of a world, each a dictionary of COLUMNS and more."""
    with decimal.localcontext(CONTEXT):
        s = settings_of(changes)
        rows, words = [], Streams(seed)
        for area, states_of in (("everyday", everyday), ("factual", factual),
                                ("jailbreak", jailbreak)):
            for number in range(1, int(s[area]) + 1):
                states = states_of(words, s)
                for state in states:
                    finish(words, s, area, state)
                rows.extend(rows_of_context(s, area, number, states))
        return rows


def text(value):
    """Nine decimals, without the zeros at the end."""
    if isinstance(value, str):
        return value
    shown = f"{decimal.Decimal(value):.9f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def csv(rows):
    with decimal.localcontext(CONTEXT):
        lines = [",".join(COLUMNS)]
        lines += [",".join(text(row[column]) for column in COLUMNS) for row in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Makes a world of the paper's scenarios.")
    parser.add_argument("settings", nargs="*", metavar="name=value")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--out", metavar="FILE")
    parser.add_argument("--list", action="store_true", help="print all settings, and end")
    given = parser.parse_args()
    if given.list:
        for name, (default, doc) in SETTINGS.items():
            print(f"{name:16} {default!s:>6}  {doc}")
        return 0
    try:
        rows = make(given.seed, dict(item.partition("=")[::2] for item in given.settings))
    except ValueError as mistake:
        print(f"world.py: {mistake}", file=sys.stderr)
        return 65
    here = os.path.dirname(os.path.abspath(__file__))
    out = given.out or os.path.join(here, "data", "world.csv")
    with open(out, "w", encoding="ascii", newline="") as file:
        file.write(csv(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
