#!/bin/sh
# Scores a set by as many processes as named, each on one core:    gnu_parallel.sh night/ scores.parquet context 16
# Other machines: add --sshloginfile hosts --workdir . where they see the same disk. The same command goes on.
set -eu
export SET="$1" OUT="$2" MODEL="${3:-context}" OF="${4:-$(nproc)}" RAYON_NUM_THREADS=1
seq "$OF" | parallel --env SET,OUT,MODEL,OF,RAYON_NUM_THREADS --jobs "$OF" --retries 3 \
    'destello score "$SET" --out "$OUT" --model "$MODEL" --device cpu --shard {}/"$OF" || [ $? -eq 2 ]'
destello merge "$OUT"
