"""Two local workers of Dask, and two of Spark, find the table of one process though one of them is killed; so do the
scripts of Slurm and GNU parallel.

    make test-cluster

It needs `destello` (DESTELLO names it), and of each engine what it needs: where pyspark or Java is missing, that is
printed and only Spark is left out.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "assets/cluster"), str(ROOT / "assets/python")]
os.environ["PYTHONPATH"] = os.pathsep.join([sys.path[0], sys.path[1], os.environ.get("PYTHONPATH", "")])

DESTELLO = os.environ.get("DESTELLO", "destello")
os.environ["DESTELLO"] = DESTELLO
os.environ["PYSPARK_PYTHON"] = sys.executable
MODEL = "compact"
OBJECTS = int(os.environ.get("OBJECTS", "1200"))
PARTS = 24


def destello(*words):
    done = subprocess.run([DESTELLO, *words], capture_output=True, text=True)
    assert done.returncode in (0, 2), f"{words}: {done.stderr}"
    return done.stdout


def catalogue(here):
    """A folder of parts, as a HATS catalogue has them."""
    roles = "science,reference,difference"
    destello("simulate", "triplets", "--survey", "ztf", "--count", str(OBJECTS), "--out", str(here / "set"), "--roles", roles)
    folder = here / "catalogue/dataset/Norder=2/Dir=0"
    folder.mkdir(parents=True)
    for part in range(1, PARTS + 1):
        destello("convert", str(here / "set"), "--out", str(here / "all.parquet"), "--shard", f"{part}/{PARTS}")
        shutil.move(here / f"all.parquet.parts/{part}of{PARTS}.parquet", folder / f"Npix={part}.parquet")
    (here / "catalogue/dataset/_metadata").write_bytes(b"")
    return here / "catalogue/dataset"


def rows(tables, score):
    """Scores by object."""
    found = {}
    for table in tables:
        read = pyarrow.parquet.ParquetFile(table).read(["id", "mjd", score]).to_pydict()
        for row in zip(read["id"], read["mjd"], read[score]):
            assert row[:2] not in found, f"{row[:2]} is there twice"
            found[row[:2]] = row[2]
    return found


def compare(name, one, many, most):
    assert one.keys() == many.keys(), f"{name}: {len(one)} and {len(many)} rows"
    both = np.array([[one[key], many[key]] for key in one], float)
    off = np.abs(both[:, 0] - both[:, 1]).max()
    assert off <= most, f"{name}: scores differ by {off}"
    print(f"{name}: {len(one)} rows, the same; largest difference {off:.1e}")


def kill_when(pid, is_time, killed):
    """Kills a process once something is there."""

    def run():
        while not is_time():
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        killed.append(time.time())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def with_scripts(here, one):
    """The scripts of Slurm, run as Slurm runs them, and of GNU parallel where that is installed."""
    scripts, parts = ROOT / "assets/cluster", str(here / "catalogue/dataset")
    found = {**os.environ, "PATH": os.pathsep.join([str(here / "bin"), os.environ["PATH"]])}
    (here / "bin").mkdir()
    (here / "bin/destello").symlink_to(shutil.which(DESTELLO) or DESTELLO)
    for number in (2, 3, 1):
        job = {**found, "SLURM_ARRAY_TASK_ID": str(number), "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_CPUS_PER_TASK": "1"}
        words = ["sh", str(scripts / "slurm_array.sh"), parts, str(here / "slurm.parquet"), MODEL]
        subprocess.run(words, env=job, check=True, stdout=subprocess.DEVNULL)
    destello("merge", str(here / "slurm.parquet"))
    compare("slurm", one, rows([here / "slurm.parquet"], "score"), 0.0)
    if shutil.which("parallel") is None:
        print("SKIPPED: GNU parallel is not installed")
        return
    words = ["sh", str(scripts / "gnu_parallel.sh"), parts, str(here / "parallel.parquet"), MODEL, "3"]
    subprocess.run(words, env=found, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    compare("parallel", one, rows([here / "parallel.parquet"], "score"), 0.0)


def with_dask(here, one):
    import dask_score
    from dask.distributed import Client, LocalCluster

    out = here / "dask"
    count = lambda: len(list(out.rglob("Npix=*.parquet"))) if out.exists() else 0  # noqa: E731
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        pids = client.run(os.getpid)
        assert len(pids) == 2, pids
        killed = []
        kill_when(next(iter(pids.values())), lambda: count() >= PARTS // 4, killed)
        done, problems = dask_score.score_all(client, here / "catalogue/dataset", out, MODEL)
        assert killed, "it was over before a worker was killed: raise OBJECTS"
        assert not problems, problems
        print(f"dask: {count()} parts, a worker killed after {PARTS // 4}, {PARTS - done} parts not done again")
        again, _ = dask_score.score_all(client, here / "catalogue/dataset", out, MODEL)
        assert again == 0, f"{again} parts were done twice"
    left = [path for path in out.rglob(".*")]
    print(f"dask: {len(left)} left-overs of killed attempts, hidden")
    compare("dask", one, rows(out.rglob("Npix=*.parquet"), "score"), 0.0)


def executors():
    """The processes of Spark's workers that belong to this one."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout.splitlines()[1:]
    lines = [line.split(None, 2) for line in found]
    children = {}
    for pid, parent, _ in lines:
        children.setdefault(int(parent), []).append(int(pid))
    ours, new = set(), [os.getpid()]
    while new:
        new = [child for pid in new for child in children.get(pid, [])]
        ours.update(new)
    return [int(pid) for pid, _, words in lines if int(pid) in ours and "CoarseGrainedExecutorBackend" in words]


def with_spark(here, one):
    import spark_score
    from pyspark.sql import SparkSession

    destello("models", "export", MODEL, "--out", str(here / "network.onnx"))
    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.files.maxPartitionBytes", 1 << 20)
        .config("spark.sql.files.openCostInBytes", 1 << 20)
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 64)
        .config("spark.executorEnv.PYTHONPATH", os.environ["PYTHONPATH"])
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    out = here / "spark"
    pids = executors()
    assert len(pids) == 2, f"{len(pids)} executors"
    begun = lambda: len(list(out.rglob("task_*"))) >= PARTS // 4 if out.exists() else False  # noqa: E731
    killed = []
    kill_when(pids[0], begun, killed)
    spark_score.score_all(spark, str(here / "catalogue/dataset/Norder=2/Dir=0"), str(out), str(here / "network.onnx"))
    spark.stop()
    assert killed, "it was over before a worker was killed: raise OBJECTS"
    compare("spark", one, rows(out.glob("*.parquet"), "real"), 1e-5)


def main():
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        parts = catalogue(here)
        began = time.time()
        destello("score", str(parts), "--model", MODEL, "--device", "cpu", "--out", str(here / "one.parquet"))
        one = rows([here / "one.parquet"], "score")
        assert len(one) == OBJECTS, len(one)
        print(f"one process: {len(one)} rows in {time.time() - began:.1f} s")
        with_scripts(here, one)
        with_dask(here, one)
        try:
            import pyspark  # noqa: F401
        except ImportError:
            print("SKIPPED: Spark is not tested: there is no pyspark")
            return
        if shutil.which("java") is None:
            print("SKIPPED: Spark is not tested: there is no java")
            return
        with_spark(here, one)


if __name__ == "__main__":
    main()
