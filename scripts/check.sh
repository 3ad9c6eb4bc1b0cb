#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# What a contributor runs before a commit: format, licence lines, widths, sizes, script syntax.
# Looks at the files that git tracks and at new ones that it does not ignore.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

columns=100
lines=600
too_wide="^.{$((columns + 1)),}"
licence='SPDX-(FileCopyrightText: |License-Identifier: Apache-2.0$)'
status=0

complain() {
    echo "check: $*" >&2
    status=1
}

# Tracked and new files of the given patterns that exist, one a line. The clone may be another
# user's, as in a container.
files() {
    git -c safe.directory='*' ls-files --cached --others --exclude-standard -- "$@" | sort -u |
        while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done
}

mapfile -t cxx < <(files '*.cpp' '*.hpp' '*.cu' '*.cuh' '*.c' '*.h')
mapfile -t shell < <(files '*.sh' .ci/run)
mapfile -t python < <(files '*.py')
sources=("${cxx[@]}" "${shell[@]}" "${python[@]}")

[ ${#sources[@]} -gt 0 ] || complain "no sources found: is this a git clone?"
if [ ${#cxx[@]} -gt 0 ]; then
    clang-format --dry-run -Werror "${cxx[@]}" || complain "run clang-format -i on the files above"
fi
for file in "${sources[@]}"; do
    spdx=$(head -3 "$file" | grep -cE "$licence" || true)
    [ "$spdx" -eq 2 ] || complain "$file: the two SPDX lines are missing at the top"
    wide=$(LC_ALL=C.UTF-8 grep -nE "$too_wide" "$file" | cut -d: -f1 | paste -sd, || true)
    [ -z "$wide" ] || complain "$file:$wide: wider than $columns columns"
    long=$(wc -l <"$file")
    [ "$long" -le $lines ] || complain "$file: $long lines; $lines is the limit"
done
for file in "${shell[@]}"; do
    bash -n "$file" || complain "$file: not valid bash"
done

while read -r file; do
    case $file in
        bench/results/* | docs/images/* | tests/*) ;; # figures, pictures and what tests read
        *) complain "$file: not text; what is committed is written here" ;;
    esac
done < <(files '*' | xargs -d '\n' -r grep -LI '' -- | xargs -d '\n' -r -I{} find {} -size +0)

[ $status -ne 0 ] || echo "check: ${#sources[@]} sources are fine"
exit $status
