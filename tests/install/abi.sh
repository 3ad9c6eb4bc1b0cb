#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# abi.sh LIBRARY INCLUDE COMPILER: the C API is what programs were linked with: the functions of
# capi.symbols, each under its version and no other, with the types of capi_0_2.c. Then once more
# with mistakes that must be found.
set -euo pipefail
export LC_ALL=C
library=$1 include=$2 compiler=$3
here=$(cd "$(dirname "$0")" && pwd)
list=$here/capi.symbols published=$here/capi_0_2.c
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a library shows of the C API: "name version" a line.
shown() {
    nm --dynamic --defined-only --with-symbol-versions "$1" |
        sed -nE 's/^[0-9a-f]+ [TW] (fedmrn_[a-z0-9_]+)@@?([A-Za-z0-9_.]+)$/\1 \2/p' | sort
}
# Prints what differs: < published, > shown.
same_symbols() { diff <(sort "$1") "$2"; }
same_types() { "$compiler" -x c -std=c11 -Wall -Werror -fsyntax-only -I"$1" "$published"; }
declared() { grep -oE '\bfedmrn_[a-z0-9_]+\(' "$published" | tr -d '(' | sort; }

fail() {
    echo "abi: $*" >&2
    exit 1
}
shown "$library" >"$work/shown"
same_symbols "$list" "$work/shown" ||
    fail "the library's C functions are not those of capi.symbols (< published, > shown):" \
        "a new one is added to it; what was published stays while the version's first two" \
        "numbers do"
same_types "$include" || fail "a declaration differs from the published one"
diff <(cut -d' ' -f1 "$list" | sort) <(declared) || fail "capi.symbols and capi_0_2.c differ"
[ "$(wc -l <"$work/shown")" -ge 21 ] || fail "fewer functions than 0.2.0 had"

# That it finds them: a function that is gone, one under another version, a parameter, a result
# and a member that have changed, a constant with another value.
grep -v '^fedmrn_stop ' "$work/shown" >"$work/gone"
! same_symbols "$list" "$work/gone" >"$work/said" || fail "a function that is gone is not seen"
sed 's/^\(fedmrn_stop\) .*/\1 FEDMRN_0.3/' "$work/shown" >"$work/moved"
! same_symbols "$list" "$work/moved" >"$work/said" || fail "another version is not seen"
mkdir -p "$work/include/fedmrn"
changes=(
    's/uint64_t count\()\|;\)/uint32_t count\1/'
    's/uint32_t fedmrn_rounds(/int fedmrn_rounds(/'
    's/double train_loss;/float train_loss;/'
    's/uint32_t height, width/uint32_t width, height/'
    's/FEDMRN_STOPPED = 3/FEDMRN_STOPPED = 4/'
    's/uint64_t samples; .*trained on/float samples; \/* on/'
)
for change in "${changes[@]}"; do
    sed "$change" "$include/fedmrn/fedmrn.h" >"$work/include/fedmrn/fedmrn.h"
    ! cmp -s "$include/fedmrn/fedmrn.h" "$work/include/fedmrn/fedmrn.h" || fail "nothing to $change"
    ! same_types "$work/include" >"$work/said" 2>&1 || fail "a change is not seen: $change"
done
echo "abi: $(wc -l <"$work/shown") functions of the C API are as published"
