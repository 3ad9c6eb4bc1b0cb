#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The fedmrn authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what scripts/packages.txt lists and this machine lacks, looks for the CUDA toolkit and
# for a GPU, and says which preset follows from them.
#   scripts/setup.sh          to build and run: preset cuda with both of them, else cpu
#   scripts/setup.sh test     to test, with what scripts/test.sh needs besides: preset cuda with the
#                             toolkit alone, since the CUDA device is tested on a simulated GPU too
# Sourced by the other scripts: it then leaves the function setup and the variable preset.

# Prints the packages of the list and of the given sections.
setup_packages() {
    local list
    list=$(dirname "${BASH_SOURCE[0]}")/packages.txt
    sed -e 's/#.*//' "$list" | while read -r first second; do
        case $first in
            '') ;;
            *:) case " $* " in *" ${first%:} "*) echo "$second" ;; esac ;;
            *) echo "$first" ;;
        esac
    done
}

setup_fail() {
    echo "setup: $*" >&2
    exit 1
}

setup_install() {
    local missing=() package sudo=()
    for package in $(setup_packages "$@"); do
        case $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) in
            ii*) ;;
            *) missing+=("$package") ;;
        esac
    done
    if [ ${#missing[@]} -eq 0 ]; then
        echo "setup: all packages are installed"
        return
    fi
    echo "setup: installing ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            setup_fail "neither root nor sudo: as root, run apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    # The lists may be absent or name versions that the mirror has dropped: try, update, try again.
    if ! "${apt[@]}" install -y --no-install-recommends --dry-run "${missing[@]}" >/dev/null 2>&1 ||
        ! "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; then
        echo "setup: updating the package lists"
        "${apt[@]}" update || setup_fail "apt-get update failed"
        "${apt[@]}" install -y --no-install-recommends "${missing[@]}" ||
            setup_fail "apt-get could not install: ${missing[*]}"
    fi
}

# Prints the toolkit's version, nothing where there is none.
setup_cuda_version() {
    local nvcc
    nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
    if [ -x "$nvcc" ]; then "$nvcc" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p'; fi
}

# Prints the first GPU's name, nothing where none is visible.
setup_gpu() {
    local name
    name=$(nvidia-smi -L 2>/dev/null | sed -n 's/^GPU 0: \(.*\) (UUID.*/\1/p' || true)
    if [ -n "$name" ]; then
        echo "$name"
    elif [ -e /dev/nvidia0 ]; then
        echo "/dev/nvidia0"
    fi
}

# Chooses the preset and says why. CMake looks for nvcc on the PATH.
setup_preset() {
    local cuda gpu
    cuda=$(setup_cuda_version)
    gpu=$(setup_gpu)
    preset=cpu
    if [ -z "$cuda" ]; then
        echo "setup: preset cpu: no CUDA toolkit was found (nvcc on the PATH or in /usr/local/cuda)"
        return
    fi
    if [ "${1:-}" = test ]; then
        preset=cuda
        echo "setup: preset cuda: CUDA toolkit $cuda; the CUDA device is compiled for all" \
            "architectures and tested on a simulated GPU${gpu:+, and on $gpu}"
    elif [ -n "$gpu" ]; then
        preset=cuda
        echo "setup: preset cuda: CUDA toolkit $cuda and $gpu"
    else
        echo "setup: preset cpu: CUDA toolkit $cuda, but no GPU is visible (nvidia-smi -L," \
            "/dev/nvidia0)"
    fi
    if [ $preset = cuda ] && ! command -v nvcc >/dev/null; then
        PATH=$PATH:/usr/local/cuda/bin
    fi
}

setup() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        setup_fail "this script knows Debian 12 (apt-get, dpkg-query): install the packages of" \
            "scripts/packages.txt by hand, then use the CMake presets"
    fi
    setup_install "$@"
    setup_preset "${1:-}"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    set -euo pipefail
    setup "${1:-}"
fi
