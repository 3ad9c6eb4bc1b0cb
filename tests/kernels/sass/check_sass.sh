#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# check_sass.sh FILE.sass…: the loops that multiply on the tensor cores, in what cuobjdump -sass
# says, are as they were written: factors come by LDSM or LDS after asynchronous copies, in
# instructions of the two shapes; no address is resolved at run time, no register spilled; and a
# product takes few instructions, those of the path by elements counted too: 10 where a warp holds
# 64 x 32 results (tiles of 128 x 64), 18 in the others. Counted with nvcc 13.0 for sm_90: 4.2 to
# 8.7 and 6.5 to 16.2.
# check_sass.sh --objects CUOBJDUMP OBJECT…: the same of object files, for sm_90.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
if [ "${1-}" = --objects ]; then
    tool=$2
    shift 2
    if ! command -v "$tool" >/dev/null; then
        echo "skipped: cuobjdump was not found, which comes with the CUDA toolkit (cuda-cuobjdump)"
        exit 77
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    texts=()
    for object in "$@"; do
        texts+=("$work/$(basename "$object").sass")
        "$tool" -sass -arch sm_90 "$object" >"${texts[-1]}"
    done
    set -- "${texts[@]}"
fi

awk -f "$here/products.awk" "$@" | awk '
    function refuse(what) { print "check_sass: " $1 ": " what; bad = 1 }
    /^no loop/ { print "check_sass: " $0; bad = 1; next }
    {
        ++kernels
        large = $1 ~ /TileILj128ELj64E/
        most = large ? 10 : 18
        each = $9 / $2
        if (large && each > worst_large) worst_large = each
        if (!large && each > worst) worst = each
        if ($3 != "HMMA.1688.F32.TF32" && $3 != "HMMA.16816.F32.BF16") refuse("products " $3)
        if ($4 + $5 == 0) refuse("no factor comes from shared memory")
        if ($6 == 0) refuse("no asynchronous copy (LDGSTS)")
        if ($7 != 0) refuse($7 " loads or stores that do not say which memory (LD, ST)")
        if ($8 != 0) refuse($8 " spilled registers (LDL, STL)")
        if (each > most) refuse(each " instructions a product, " most " are allowed")
    }
    END {
        if (!kernels) { print "check_sass: no product on the tensor cores was found"; exit 1 }
        printf "check_sass: %d kernels, at most %.1f instructions a product in tiles of ", kernels,
            worst_large
        printf "128 x 64, %.1f in others\n", worst
        exit bad
    }'
