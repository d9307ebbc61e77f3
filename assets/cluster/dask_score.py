"""Scores every part of a folder of Parquet parts, such as a HATS catalogue with cutouts, on a Dask cluster.

    python dask_score.py CATALOGUE OUT --model context --scheduler tcp://head:8786
    python dask_score.py CATALOGUE OUT --model context --workers 8        # on this machine

`destello` must be on the PATH of the workers (or DESTELLO names it), and both folders on a disk that all see. The
parts of OUT have the names of those of CATALOGUE. Each is brought to its place by renaming when it is whole, and what
is there is not done again: a lost worker's part is done by another one, and the same command goes on after anything.
An object must lie in one part, as it does in HATS.
"""

import argparse
import os
import subprocess
import uuid
from pathlib import Path


def score(part, out, model):
    """Scores a part with `destello score`; what it printed on problems, and whether it was there already."""
    out = Path(out)
    if out.exists():
        return "", True
    out.parent.mkdir(parents=True, exist_ok=True)
    # Of this attempt alone: the process of a worker that was lost may still be running.
    beside = out.with_name(f".{uuid.uuid4().hex}.parquet")
    command = [os.environ.get("DESTELLO", "destello"), "score", part, "--model", model, "--device", "cpu"]
    done = subprocess.run([*command, "--out", str(beside)], capture_output=True, text=True)
    # 2: some epochs have no score; the table has the reasons.
    if done.returncode not in (0, 2) or not beside.exists():
        beside.unlink(missing_ok=True)
        raise RuntimeError(f"{part}: {done.stderr.strip() or done.returncode}")
    os.replace(beside, out)
    return done.stderr, False


def parts_of(folder):
    """The data files of a catalogue, without its metadata."""
    found = sorted(path for path in Path(folder).rglob("*.parquet") if not path.name.startswith(("_", ".")))
    found = [path for path in found if path.name not in ("point_map.parquet", "partition_info.parquet")]
    if not found:
        raise SystemExit(f"{folder}: holds no Parquet part")
    return found


def score_all(client, catalogue, out, model):
    """Scores all parts; how many were done now, and the problems of each."""
    parts = parts_of(catalogue)
    places = [str(Path(out) / part.relative_to(catalogue)) for part in parts]
    names = [str(part) for part in parts]
    # Not pure: what is on the disk decides, not what a scheduler remembers.
    futures = client.map(score, names, places, model=model, pure=False, retries=3)
    results = client.gather(futures)
    problems = {name: text for name, (text, _) in zip(names, results) if text.strip()}
    return sum(not was_there for _, was_there in results), problems


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("catalogue")
    words.add_argument("out")
    words.add_argument("--model", default="context")
    words.add_argument("--scheduler", help="of a cluster that runs already")
    words.add_argument("--workers", type=int, default=os.cpu_count())
    order = words.parse_args()
    from dask.distributed import Client, LocalCluster

    cluster = order.scheduler or LocalCluster(n_workers=order.workers, threads_per_worker=1)
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    with Client(cluster) as client:
        done, problems = score_all(client, order.catalogue, order.out, order.model)
    for name, text in problems.items():
        print(f"{name}:\n{text}")
    print(f"{done} parts scored into {order.out}")


if __name__ == "__main__":
    main()
