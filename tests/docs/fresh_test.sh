#!/usr/bin/env bash
# Pages that are made from gyre's tables and help say what this gyre says.
# usage: fresh_test.sh REPOSITORY GYRE DOCS_PAGES
set -euo pipefail
repository=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
stale=0
bash "$repository/docs/generate.sh" "$2" "$3" "$folder"
for made in "$folder"/*; do
    page=docs/$(basename "$made")
    if cmp -s "$made" "$repository/$page"; then
        echo "ok: $page is fresh"
    else
        echo "$page is stale: run ./dev build and docs/generate.sh, and commit what it writes; what would change:"
        diff -u "$repository/$page" "$made" | head -n 40 || true
        stale=1
    fi
done
exit $stale
