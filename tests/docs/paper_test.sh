#!/usr/bin/env bash
# docs/paper.md is what its script makes of these scenarios and this world; the script itself runs.
# usage: paper_test.sh REPOSITORY GYRE [TABLE,..]; without tables: all, and plain.py beside gyre
set -euo pipefail
repository=$1
gyre=$2
tables=${3:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PYTHONPYCACHEPREFIX=$folder/pycache
passed=0

# differ FILE FILE. `! cmp` would not end the script.
differ() {
    if cmp -s "$1" "$2"; then
        echo "$1 and $2 are the same"
        exit 1
    fi
}

pass() {
    echo "ok: $1"
    passed=$((passed + 1))
}

world() {
    python3 "$repository/scenarios/paper/world.py" "$@"
}

make() {
    python3 "$repository/docs/paper/make.py" --gyre "$gyre" "$@"
}

world -o "$folder/world.csv"
cmp "$folder/world.csv" "$repository/scenarios/paper/data/world.csv"
pass "world.py makes the world that is committed, to the byte"

world --seed 2 -o "$folder/other.csv"
differ "$folder/world.csv" "$folder/other.csv"
world -o "$folder/even.csv" even=1
# Another setting changes no other number: all columns but utility are as they were.
cmp <(cut -d, -f1-12,14- "$folder/world.csv") <(cut -d, -f1-12,14- "$folder/even.csv")
differ "$folder/world.csv" "$folder/even.csv"
pass "another seed is another world, another setting changes what it sets"

refused() {
    local code=0
    world -o "$folder/none.csv" "$2" 2>"$folder/said" || code=$?
    [ "$code" -eq 65 ]
    [ "$(cat "$folder/said")" = "world.py: $1" ]
    [ ! -e "$folder/none.csv" ]
}
refused "rho = 2 is not in [0, 1]" rho=2
refused "rho = nan is no number" rho=nan
refused "answers = 0.5 is no whole number in [1, 10000]" answers=0.5
refused "chi = -3 is not in [-1, 1]" chi=-3
pass "what is no world is refused with a sentence"

make --check
pass "docs/paper.md is of these scenarios, and what it names is there"

sed -E 's/^(\| `scenarios\/paper\/recall.toml` \|) `[0-9a-f]+`/\1 `0`/' \
    "$repository/docs/paper.md" >"$folder/stale.md"
if make --check --page "$folder/stale.md" >"$folder/said"; then exit 1; fi
[ "$(grep -c 'is stale: scenarios/paper/recall.toml gives' "$folder/said")" -eq 1 ]
pass "a page of other scenarios is found to be stale"

make --quick ${tables:+--only "$tables"} -o "$folder/paper.md" 2>"$folder/said"
# Between the marks everything is new, and nothing else is.
outside() {
    awk '/^<!-- made / {print; off = 1} /^<!-- \/made -->/ {off = 0} !off' "$1"
}
cmp <(outside "$folder/paper.md") <(outside "$repository/docs/paper.md")
differ "$folder/paper.md" "$repository/docs/paper.md"
if grep -nE 'nan|None' "$folder/paper.md"; then exit 1; fi
pass "the script writes its tables, and them alone"

if [ -z "$tables" ]; then
    make --compare
    pass "gyre and a program of the same equations, written apart, agree"
fi

echo "$passed passed, 0 failed"
