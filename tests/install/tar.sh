#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# tar.sh PACKAGES VERSION CONFIGURATION: the archive, unpacked somewhere, runs.
set -euo pipefail
packages=$1 version=$2 configuration=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -xzf "$packages"/fedmrn-"$version"-linux-*.tar.gz -C "$folder" --strip-components=1
said=$("$folder/bin/fedmrn" --version)
case $said in
    *"$version"*) ;;
    *) echo "tar: fedmrn --version says \"$said\", expected $version" >&2; exit 1 ;;
esac
"$folder/bin/fedmrn" run "$configuration" --set experiment.rounds=1 --out "$folder/run"
[ "$(wc -l <"$folder/run/metrics.jsonl")" -eq 1 ]
for file in include/fedmrn/experiment.hpp include/fedmrn/fedmrn.h lib/libfedmrn.so \
    lib/libfedmrn.a lib/pkgconfig/fedmrn.pc lib/cmake/fedmrn/fedmrnConfig.cmake; do
    [ -e "$folder/$file" ] || { echo "tar: there is no $file" >&2; exit 1; }
done
