#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# pkgconfig.sh COMPILER LIBDIR SOURCE PROGRAM: one command line builds the source against the
# library in LIBDIR; the program runs. 77: there is no pkg-config.
set -euo pipefail
compiler=$1 libdir=$2 source=$3 program=$4
if ! command -v pkg-config >/dev/null; then
    printf "pkgconfig: Skipped\npkg-config is not installed\n"
    exit 77
fi
export PKG_CONFIG_PATH=$libdir/pkgconfig
pkg-config --exact-version="$(pkg-config --modversion fedmrn)" fedmrn
flags=$(pkg-config --cflags --libs fedmrn)
echo "$flags"
# shellcheck disable=SC2086 # flags are words
"$compiler" -std=c++20 -Wall -Wextra -Werror "$source" -o "$program" $flags
LD_LIBRARY_PATH=$libdir "$program"
