#!/usr/bin/env bash
# Writes the pages that are made from what gyre itself says: scenario.md and components.md from its
# tables, gyre.1 from its help.
# usage: docs/generate.sh [GYRE DOCS_PAGES FOLDER]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
gyre=${1:-$here/../build/release/bin/gyre}
pages=${2:-$here/../build/release/tests/docs_pages}
folder=${3:-$here}

# Nothing but what is shipped, whoever calls.
unset GYRE_PLUGIN_PATH
export XDG_DATA_HOME=/nonexistent

verbs() {
    "$gyre" --help | awk '$1 == "gyre" && $2 ~ /^[a-z]+$/ && /^  / {print $2}'
}

# roff takes a leading dot or quote and every backslash for its own.
roff() {
    sed -e 's/\\/\\e/g' -e "s/^\([.']\)/\\\\\&\1/" -e 's/-/\\-/g'
}

# A verb's help: its first line as a heading, then paragraphs, options as a list.
verb_page() {
    "$gyre" "$1" --help | roff | awk '
        NR == 1 { sub(/^usage: /, ""); print ".SS " $0; next }
        /^$/ { blank = 1; next }
        /^  \\-/ {
            line = substr($0, 3)
            at = match(line, /  +/)
            print ".TP"
            print ".B " (at ? substr(line, 1, at - 1) : line)
            if (at) print substr(line, at + RLENGTH)
            blank = 0; next
        }
        /^example: / {
            print ".PP"; print "Example:"; print ".PP"; print ".RS 4"; print ".nf"
            print substr($0, 10); print ".fi"; print ".RE"
            blank = 0; next
        }
        { if (blank) print ".PP"; blank = 0; sub(/^ +/, ""); print }'
}

man_page() {
    local version line verb
    version=$("$gyre" --version | awk 'NR == 1 {sub(/,$/, "", $2); print $2}')
    while IFS= read -r line; do
        case $line in
        @verbs) for verb in $(verbs); do verb_page "$verb"; done ;;
        @synopsis)
            for verb in $(verbs); do
                "$gyre" "$verb" --help | roff | sed -n '1s/^usage: gyre \([a-z]*\)/.B gyre \1\n/p'
                echo .br
            done | sed -e '/^$/d' -e 's/^ //'
            ;;
        *) printf '%s\n' "${line//@version/$version}" ;;
        esac
    done <"$here/gyre.1.in"
}

"$pages" scenario "$here/scenario.md.in" >"$folder/scenario.md"
"$pages" components >"$folder/components.md"
man_page >"$folder/gyre.1"
