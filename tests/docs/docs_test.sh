#!/usr/bin/env bash
# What the pages show is run: the scenario of scenario.md, the plugin of first-plugin.md, the
# commands of determinism.md.
# usage: docs_test.sh REPOSITORY GYRE
set -euo pipefail
repository=$1
gyre=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
passed=0

# block FILE LANGUAGE: the first fenced block of that language.
block() {
    awk -v fence="^\`\`\`$2\$" '$0 ~ fence {on = 1; next} /^```$/ {if (on) exit} on' "$repository/docs/$1"
}

pass() {
    echo "ok: $1"
    passed=$((passed + 1))
}

"$gyre" run "$repository/scenarios/moltbook/words.toml" --no-db --json | tail -n 1 >words.json
digest=$(sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/' words.json)
grep -q "digest $digest" "$repository/README.md"
pass "the digest that the README shows is that of its command"

block scenario.md toml >two.toml
"$gyre" check two.toml >/dev/null
"$gyre" run two.toml --no-db >two.txt
grep -q '^   10 ' two.txt
pass "the scenario of scenario.md runs its ten rounds"

block first-plugin.md c >hush.c
${CC:-cc} -std=c17 -Wall -Wextra -Werror -O2 -fPIC -shared -fvisibility=hidden -I"$repository/include" \
    hush.c -o intervention.hush.gyre.so
"$gyre" describe intervention.hush --plugin intervention.hush.gyre.so | grep -q 'By how much a risky'
cp "$repository/scenarios/paper/isolated.toml" hushed.toml
printf '\n[[intervention]]\nuse = "intervention.hush"\ndivisor = 4\nfrom = 3\n' >>hushed.toml
"$gyre" run hushed.toml --plugin intervention.hush.gyre.so --json >hushed.json
"$gyre" run "$repository/scenarios/paper/isolated.toml" --no-db --json >isolated.json
# Rows 0 to 2 are as without it, later ones are not.
cmp -s <(head -n 3 hushed.json) <(head -n 3 isolated.json)
! cmp -s <(sed -n 4p hushed.json) <(sed -n 4p isolated.json)
pass "the plugin of first-plugin.md builds without a warning, is described, and acts from round 3 on"

GYRE_PLUGIN_PATH=$folder "$gyre" check hushed.toml 2>missing.txt && exit 1
grep -q 'policy.categorical' missing.txt
pass "GYRE_PLUGIN_PATH stands for all other folders"

# All blocks, but for what needs a second compiler and minutes.
cp -r "$repository/scenarios" .
awk '/^```sh$/ {on = 1; next} /^```$/ {on = 0} on' "$repository/docs/determinism.md" |
    grep -v -e cmake -e build/clang >determinism.sh
PATH=$(dirname "$gyre"):$PATH bash -e -o pipefail determinism.sh >determinism.txt
[ "$(grep -o 'digest [0-9a-f]\{32\}' determinism.txt | wc -l)" -eq 7 ]
[ "$(grep -o 'digest [0-9a-f]\{32\}' determinism.txt | sort -u | wc -l)" -eq 1 ]
pass "the commands of determinism.md all come to one digest"

echo "$passed passed, 0 failed"
