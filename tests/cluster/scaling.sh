#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# scripts/scaling.sh on a run of milliseconds: every row is there and its figures are the run's.
#   scaling.sh FEDMRN
set -euo pipefail
script=$(cd "$(dirname "$0")/../.." && pwd)/scripts/scaling.sh
fedmrn=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
if [ "$(nproc)" -lt 2 ]; then
    printf "scaling: Skipped\none core: two ranks would share it\n"
    exit 77
fi
cat >run.toml <<'TOML'
[data]
name = "synthetic"
clients = 10
[model]
name = "mlp"
TOML
fail() {
    echo "scaling.sh: $*" >&2
    exit 1
}
"$script" --fedmrn "$fedmrn" --experiment run.toml --repeat 2 --rounds 4 --cohort 4 \
    --set client.epochs=3 --out table.md >said || fail "said: $(cat said)"
cat table.md
row='^\| (strong|weak) \| [12] \| [24] \| [0-9.]+ s \| [0-9.]+ to [0-9.]+ s \|'
rows=$(grep -cE "$row" table.md)
[ "$rows" = 4 ] || fail "$rows rows"
grep -q '^| weak | 1 | 2 |' table.md || fail "weak scaling has another cohort"
[ "$(grep -cE '\| 1 \| [24] \|.* \| 100.0 % \|$' table.md)" = 2 ] || fail "one rank is not the base"
grep -q '^Measured: `scripts/scaling.sh .*--set client.epochs=3' table.md || fail "no command"
refuses() { # what is said, arguments
    local said=$1
    shift
    if "$script" --fedmrn "$fedmrn" "$@" >out 2>&1; then fail "taken: $*"; fi
    grep -q -- "$said" out || fail "said: $(cat out)"
}
refuses "expected a number from 1 on" --repeat 0
refuses "a multiple of 2 ranks" --cohort 3
refuses "this machine has" --ranks 1,100000
refuses "a run failed: .*no-such" --set data.name=no-such --repeat 1
