#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# symbols.sh LIBRARY VERSION: what the shared library shows and what it asks for.
set -euo pipefail
library=$1 minor=${2%.*}
status=0
complain() {
    echo "symbols: $*" >&2
    status=1
}

name=$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
[ "$name" = "libfedmrn.so.$minor" ] || complain "its name is $name, expected libfedmrn.so.$minor"

shown=$(nm --dynamic --defined-only --demangle --with-symbol-versions "$library")
for one in fedmrn_round 'fedmrn::Experiment::run_round(' 'fedmrn::version()' \
    'typeinfo for fedmrn::Error' 'vtable for fedmrn::Layer' 'fedmrn::add_method('; do
    grep -qF -- "$one" <<<"$shown" || complain "does not show $one"
done

# Each has the version; the version itself is one of them.
other=$(grep -v "@@FEDMRN_$minor\$" <<<"$shown" | grep -v " A FEDMRN_$minor" || true)
[ -z "$other" ] || complain "without the version:" "$(head -5 <<<"$other")"
# Rooms of the library, standard templates, libraries that it holds.
spaces='kernels|formula|capi|wire'
classes='Experiment::Impl|Device|Stage|Method|Codec|LanePool'
own="std::|H5|Mat_|fedmrn::($spaces|$classes)::"
inner=$(grep -E "^[0-9a-f]+ [A-Za-z] ($own)" <<<"$shown" || true)
[ -z "$inner" ] || complain "shows what is its own:" "$(head -5 <<<"$inner")"

# It ends no process and prints nothing: none of its objects, which the archive has without what
# is linked with them (CUDA's runtime asks for exit). nvcc puts an exit where the host would call a
# function of the device, so .cu files are passed over.
asked=$(nm --print-file-name --undefined-only --demangle "${library%.so}.a" | grep -v '\.cu\.o:')
[ "$(grep -c ' U std::' <<<"$asked")" -gt 100 ] || complain "cannot tell what it asks for"
for one in exit _exit abort printf puts putchar std::cout std::cerr; do
    ! grep -qE " U $one(@|\$)" <<<"$asked" || complain "asks for $one"
done
echo "symbols: $(wc -l <<<"$shown") shown"
exit $status
