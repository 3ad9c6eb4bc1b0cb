#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# deb.sh PACKAGES VERSION: what the Debian package says of itself and holds. 77: there is none.
set -euo pipefail
packages=$1 version=$2
deb=$(find "$packages" -maxdepth 1 -name '*.deb')
if [ -z "$deb" ]; then
    printf "deb: Skipped\ndpkg-shlibdeps is not installed, so no .deb was made\n"
    exit 77
fi
status=0
expect() { # TEXT PATTERN WHAT
    grep -qE -- "$2" <<<"$1" || { echo "deb: no $3 ($2) in: $1" >&2; status=1; }
}
[ "$(dpkg-deb --field "$deb" Version)" = "$version" ]
needs=$(dpkg-deb --field "$deb" Depends)
for library in libc6 libdnnl2 'libfmt[0-9]' libtomlplusplus libhdf5 libmatio zlib1g libgomp1; do
    expect "$needs" "(^|, )$library" "dependency"
done
files=$(dpkg-deb --contents "$deb" | awk '{print $6}')
for file in bin/fedmrn include/fedmrn/fedmrn.h lib/libfedmrn.so."${version%.*}" lib/libfedmrn.a \
    lib/pkgconfig/fedmrn.pc lib/cmake/fedmrn/fedmrnConfig.cmake share/doc/fedmrn/copyright; do
    expect "$files" "^\./usr/$file\$" "file"
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
dpkg-deb --extract "$deb" "$folder"
expect "$("$folder/usr/bin/fedmrn" --version)" "${version//./\\.}" "version"
outside=$(grep -vE '^\./(usr/.*)?$' <<<"$files" || true)
[ -z "$outside" ] || { echo "deb: outside of /usr: $outside" >&2; status=1; }
echo "deb: $needs"
exit $status
