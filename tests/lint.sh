#!/usr/bin/env bash
# What ./dev lint runs, after a build with clang: layout, clang-tidy, cppcheck, house limits.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0

mapfile -t ours < <(git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp')
mapfile -t sources < <(git ls-files -co --exclude-standard 'core/*.c' 'core/*.cpp' 'plugins/*.c')

echo "clang-format: ${#ours[@]} files"
clang-format --dry-run -Werror "${ours[@]}" || failed=1

echo "clang-tidy: ${#sources[@]} files"
printf '%s\n' "${sources[@]}" |
    xargs -P "$(nproc)" -n 4 clang-tidy -p build/clang --quiet 2>/tmp/gyre-tidy.$$ ||
    { failed=1; grep -v 'warnings generated' /tmp/gyre-tidy.$$ || true; }
rm -f /tmp/gyre-tidy.$$

echo "cppcheck"
cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
    --error-exitcode=1 -j "$(nproc)" -Icore -Iinclude core/*/*.c plugins/*/*.c || failed=1

echo "public headers as C11 and C++11, without padding"
for header in include/gyre/*.h; do
    for language in "gcc -std=c11 -xc -Wstrict-prototypes" "g++ -std=c++11 -xc++"; do
        # shellcheck disable=SC2086
        printf '#include "gyre/%s"\nextern int filled;\n' "$(basename "$header")" |
            $language -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wpadded -Werror \
                -Iinclude -fsyntax-only - || failed=1
    done
done

echo "files of over 500 lines"
for file in "${ours[@]}" dev; do
    [ "$(wc -l <"$file")" -le 500 ] || { echo "$file: $(wc -l <"$file") lines"; failed=1; }
done

[ $failed -eq 0 ] && echo "lint: clean"
exit $failed
