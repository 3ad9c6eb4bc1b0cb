#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# From nothing to a trained model: installs what is missing, builds, trains CNN4 on Fashion-MNIST
# with FedMRN and with FedAvg, and shows both in a table and a picture. Called again it continues a
# run that was cut short and shows a finished one at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=setup.sh
. scripts/setup.sh

step() { printf '\n== %s\n' "$*"; }

step "1/4 packages"
setup

step "2/4 build (Release)"
cmake --preset "$preset" -DFEDMRN_SIMT=OFF --log-level=WARNING # tests only
cmake --build --preset "$preset" --target fedmrn_cli

out=runs/quickstart
fedmrn=build/$preset/bin/fedmrn
if [ -f $out/fedmrn/summary.json ] && [ -f $out/fedavg/summary.json ]; then
    step "3/4 training: done before; to train again, remove $out"
else
    step "3/4 training (Ctrl-C stops; calling this script again continues)"
fi
for method in fedmrn fedavg; do
    "$fedmrn" run experiments/quickstart-$method.toml --out $out/$method --resume
done

step "4/4 result"
"$fedmrn" report $out/fedmrn $out/fedavg --svg $out/accuracy.svg
