#!/bin/sh
#SBATCH --array=1-64
#SBATCH --cpus-per-task=2
#SBATCH --requeue
# Scores a set by 64 jobs:    sbatch slurm_array.sh night/ scores.parquet context
# and when all have ended:    destello merge scores.parquet   (it names the shards that are missing)
export RAYON_NUM_THREADS="${SLURM_CPUS_PER_TASK:-2}"
destello score "$1" --out "$2" --model "${3:-context}" --device cpu \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
# 2: some epochs have no score; the table has the reasons.
status=$?; [ "$status" -eq 2 ] || exit "$status"
