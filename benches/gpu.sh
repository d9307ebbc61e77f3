#!/bin/sh
# What destello does on a GPU, in under ten minutes: every network against the CPU, scoring and training beside PyTorch on
# the same card, frames of the mosaic of 100,000 candidates and of the scatter of 1,000,000 points, memory.
#
#   benches/gpu.sh pack FOLDER   builds the benches here, and puts them stripped into a folder that can be carried
#   FOLDER/gpu.sh                measures there; no Rust is needed. FOLDER/summary.json has the figures
#   benches/gpu.sh               both, on this machine
#
# DESTELLO_DEVICE=software takes the software driver: for the logic of this script alone. Its figures mean nothing.
# DESTELLO_SECONDS is the time that each part may take (180), DESTELLO_PYTHON a Python with torch.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
seconds=${DESTELLO_SECONDS:-180}

pack() {
    mkdir -p "$1"
    cd "$here/.."
    cargo bench --locked --no-run --bench networks --bench scatter --bench open --message-format json |
        sed -n 's/.*"name":"\(networks\|scatter\|open\)".*"executable":"\([^"]*\)".*/\1 \2/p' |
        while read -r name file; do
            strip -o "$1/$name" "$file"
        done
    cp benches/gpu.sh benches/networks/peers.py "$1"
    du -sh "$1"
}

part() {
    name=$1
    shift
    echo "== $name"
    timeout "$seconds" "$@" || echo "$name: ended with $? (124: it took more than $seconds s)"
}

measure() {
    cd "$1"
    export DESTELLO_DEVICE="${DESTELLO_DEVICE:-gpu}" DESTELLO_PEERS="$1/peers.py" CARGO_TARGET_DIR="$1"
    export DESTELLO_ROUNDS="${DESTELLO_ROUNDS:-3}"
    if command -v nvidia-smi >/dev/null; then
        nvidia-smi --query-gpu=name,driver_version,memory.total,memory.used --format=csv
    else
        echo "no nvidia-smi here"
    fi
    part "networks: the same answers, and rates beside PyTorch" ./networks gpu
    part "scatter of up to 1,000,000 points" ./scatter
    part "mosaic of 100,000" env DESTELLO_BENCH_CANDIDATES="${DESTELLO_BENCH_CANDIDATES:-100000}" ./open mosaic
    if command -v nvidia-smi >/dev/null; then
        nvidia-smi --query-gpu=memory.used --format=csv
    fi
    if [ -e bench/summary.json ]; then
        mv bench/summary.json summary.json
        echo "== done; the figures are in $1/summary.json"
    else
        echo "== no part came to its end: there are no figures"
        exit 1
    fi
}

case ${1:-} in
    pack) pack "${2:?a folder}" ;;
    "")
        if [ -x "$here/networks" ] && [ -f "$here/networks" ]; then
            measure "$here"
        else
            folder=$(mktemp -d)
            pack "$folder"
            measure "$folder"
        fi
        ;;
    *) echo "benches/gpu.sh [pack FOLDER]" >&2; exit 2 ;;
esac
