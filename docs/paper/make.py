#!/usr/bin/env python3
"""Makes the tables of docs/paper.md from real runs: `./dev paper`, by hand, in minutes.

    make.py --gyre build/release/bin/gyre            all tables, into docs/paper.md
    make.py ... --only curves,strategies             some of them
    make.py ... --quick -o FILE                      a few small runs, to see that it works
    make.py ... --check                              is the page of these scenarios?
    make.py ... --compare                            do gyre and plain.py agree?

Tables stand between <!-- made NAME --> and <!-- /made -->; what is written around them is written
by hand, in the page itself. The page records the digest of every scenario's run and of the world;
--check runs each and says which are others now.
"""

import argparse
import hashlib
import os
import re
import sys
import time

import paradigms
import runs
import societies

PAGE = os.path.join(runs.ROOT, "docs", "paper.md")
BLOCK = re.compile(r"(<!-- made (\w+) -->\n).*?(<!-- /made -->)", re.DOTALL)


class Size:
    """How much is run."""

    def __init__(self, quick, jobs):
        self.quick, self.jobs = quick, jobs
        self.replicates = 3 if quick else 200
        self.worlds = 2 if quick else 30
        self.in_world = 2 if quick else 30
        self.variants = 2 if quick else None
        self.plain = (2, 2) if quick else (300, 120)
        self.again = 2 if quick else 6


# ---- what the page was made of ------------------------------------------------------------------


def digests(gyre):
    """(name, digest) of the world and of every scenario's run."""
    with open(os.path.join(runs.SCENARIOS, "data", "world.csv"), "rb") as file:
        yield "data/world.csv", hashlib.sha256(file.read()).hexdigest()[:32]
    names = sorted(name for name in os.listdir(runs.SCENARIOS) if name.endswith(".toml"))
    futures = [(name, gyre.run(name)) for name in names]
    for name, future in futures:
        yield name, future.result().digest


def made_of(gyre, _size):
    rows = [[f"`scenarios/paper/{name}`", f"`{digest}`"] for name, digest in digests(gyre)]
    return runs.table(["file", "digest"], rows)


def missing(page):
    """Files of the repository that the page names and that are not there."""
    named = set(re.findall(r"`((?:scenarios|tests|docs|plugins|core)/[\w./-]+)`", page))
    named |= {f"plugins/{kind}/{name}.c" for kind, name in re.findall(
        r"`(policy|selection|update|metric|intervention)\.(\w+)`", page)}
    return sorted(name for name in named if not os.path.exists(os.path.join(runs.ROOT, name)))


def check(gyre, page):
    stale = 0
    for name in missing(page):
        print(f"docs/paper.md names {name}, which is not there")
        stale = 1
    for name, digest in digests(gyre):
        if f"| `scenarios/paper/{name}` | `{digest}` |" not in page:
            print(f"docs/paper.md is stale: scenarios/paper/{name} gives {digest} now: run "
                  "./dev paper, look at the tables, and commit them")
            stale = 1
    return stale


def compare(gyre, size):
    """Two programs of the same equations: of 160 comparisons none may be 5 standard errors off."""
    z = paradigms.largest(gyre, size)
    print(f"gyre and plain.py: the largest |z| is {z:.2f}")
    return 0 if z < 5 else 1


# ---- the page -----------------------------------------------------------------------------------

TABLES = {**paradigms.TABLES, **societies.TABLES, "digests": made_of}


def make(gyre, size, page, only):
    began = time.monotonic()
    names = [match[1] for match in BLOCK.findall(page)]
    for name in set(only or names) - set(TABLES):
        raise SystemExit(f"make.py: {name} is no table; these are: {', '.join(TABLES)}")
    for name in only or names:
        text = TABLES[name](gyre, size)
        page = BLOCK.sub(lambda m: f"{m[1]}{text}\n{m[3]}" if m[2] == name else m[0], page)
        print(f"{name}: {time.monotonic() - began:.0f} s, {gyre.societies} societies so far",
              file=sys.stderr)
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gyre", required=True, metavar="BINARY")
    parser.add_argument("--page", metavar="FILE", default=PAGE, help="what to begin with")
    parser.add_argument("-o", "--out", metavar="FILE", default=PAGE)
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="NAME,..")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    if given.quick and os.path.abspath(given.out) == PAGE:
        parser.error("--quick is for looking: it wants another file, with -o")
    with open(given.page, encoding="utf-8") as file:
        page = file.read()
    gyre = runs.Gyre(given.gyre, given.jobs)
    try:
        if given.check:
            return check(gyre, page)
        if given.compare:
            return compare(gyre, Size(False, given.jobs))
        page = make(gyre, Size(given.quick, given.jobs), page, given.only)
    finally:
        gyre.close()
    with open(given.out, "w", encoding="utf-8") as file:
        file.write(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
