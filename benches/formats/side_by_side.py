"""Opens and decodes the same files with destello and with Python, in turn, and prints CPU seconds of whole processes.

    DESTELLO=target/release/destello python benches/formats/side_by_side.py [ROUNDS]

Both find every row, keep identifiers and times, and turn every stamp into 32-bit floats: destello by `inspect --json`,
Python by astropy with pyarrow or fastavro. Start-up (an empty run of each) is taken off. Files are made here.
Needs numpy, astropy, fastavro, pyarrow.
"""

import gzip
import io
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

LISTING = Path(__file__).parents[2] / "assets/surveys/rubin_packets.txt"
ROLES = ("Science", "Template", "Difference")
AIMS = {"parquet": 5.0, "frames": 5.0, "cubes": 8.0}


def fits_bytes(pixels, cards=()):
    from astropy.io import fits

    out = io.BytesIO()
    hdu = fits.PrimaryHDU(pixels)
    for name, value in cards:
        hdu.header[name] = value
    hdu.writeto(out)
    return out.getvalue()


def schema(version="9.0"):
    """The Avro schema of a version in the listing that destello reads."""
    versions, current = {}, None
    for line in LISTING.read_text().splitlines():
        if line.startswith("version "):
            current = versions.setdefault(line[8:].strip(), {})
        elif ": " in line and not line.startswith("#"):
            name, fields = line.split(": ", 1)
            current[name] = fields
        elif " as " in line and not line.startswith("#"):
            name, other = line.split(" as ", 1)
            current[name] = versions[other.strip()][name]
    records, done = versions[version], set()
    simple = dict(l="long", i="int", f="float", d="double", s="string", y="bytes", b="boolean", n="null")

    def kind(text):
        if text.startswith("?"):
            return ["null", kind(text[1:])]
        if text.startswith("*"):
            return {"type": "array", "items": kind(text[1:])}
        return simple.get(text) or record(text)

    def record(name):
        if name in done:
            return name
        done.add(name)
        fields = [field.split(" ") for field in records[name].split(", ")]
        return {"type": "record", "name": name, "fields": [{"name": n, "type": kind(k)} for n, k in fields]}

    return record("alert")


def value(kind, name, number, cutouts):
    """A value of a type: numbers everywhere, nothing but cutouts where null is allowed to records."""
    if isinstance(kind, list):
        if name.startswith("cutout"):
            return cutouts[name[6:]]
        inner = kind[1]
        return value(inner, name, number, cutouts) if isinstance(inner, str) and inner in SIMPLE else None
    if isinstance(kind, dict):
        return {f["name"]: value(f["type"], f["name"], number, cutouts) for f in kind["fields"]}
    if name == "midpointMjdTai":
        return 61000.0 + number * 1e-3
    return {"long": 1 << 40 | number, "int": 1, "float": 1.5, "double": 10.0, "string": "r", "boolean": False}[kind]


SIMPLE = ("long", "int", "float", "double", "string", "boolean")


def make_frames(folder, count=3000):
    import fastavro

    rng = np.random.default_rng(2)
    parsed = fastavro.parse_schema(schema())
    with open(folder / "night.msg", "wb") as out:
        for number in range(count):
            cutouts = {role: fits_bytes(rng.normal(size=(30, 30)).astype("f4")) for role in ROLES}
            out.write(b"\0" + struct.pack(">I", 900))
            fastavro.schemaless_writer(out, parsed, value(schema(), "", number, cutouts))


def make_parquet(folder, count=6000):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(1)
    stamps = {
        f"cutout{role}": [
            {"stampData": gzip.compress(fits_bytes(rng.normal(size=(63, 63)).astype("f4"), [("BUNIT", "DN")]), 1)}
            for _ in range(count)
        ]
        for role in ROLES
    }
    candidate = [
        {"jd": 2458881.5 + n * 1e-3, "fid": 1 + n % 2, "magpsf": 19.0, "ra": 10.0, "dec": -5.0, "rb": 0.5, "isdiffpos": "t"}
        for n in range(count)
    ]
    table = pa.table(
        {
            "objectId": [f"ZTF18{n // 2:07}" for n in range(count)],
            "candid": np.arange(count) + 1127174604415015001,
            "candidate": candidate,
            **stamps,
        }
    )
    pq.write_table(table, folder / "part-0.parquet", row_group_size=500)


def make_cubes(folder, count=300, epochs=30):
    from astropy.io import fits

    rng = np.random.default_rng(3)
    for number in range(count):
        cube = fits.PrimaryHDU(rng.normal(100, 5, size=(epochs, 21, 21)).astype("f4"))
        cube.header["OBJECT"] = f"SN{number:05}"
        times = fits.Column("MJD", "D", array=57000.0 + np.arange(epochs) * 0.1)
        table = fits.BinTableHDU.from_columns([times], name="EPOCHS")
        fits.HDUList([cube, table]).writeto(folder / f"SN{number:05}.fits.gz")


def read_stamp(data):
    from astropy.io import fits

    with fits.open(io.BytesIO(data), memmap=False) as file:
        return np.ascontiguousarray(file[0].data, dtype=np.float32)


def peer_parquet(folder):
    import pyarrow.parquet as pq

    count = 0
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        ids, times = table["candid"].to_pylist(), table["candidate"].to_pylist()
        assert len(ids) == len(times)
        for role in ROLES:
            for stamp in table[f"cutout{role}"].to_pylist():
                read_stamp(gzip.decompress(stamp["stampData"]))
                count += 1
    return count


def peer_frames(folder):
    import fastavro

    parsed, count = fastavro.parse_schema(schema()), 0
    for path in sorted(folder.glob("*.msg")):
        with open(path, "rb") as file:
            while file.read(5):
                alert = fastavro.schemaless_reader(file, parsed)
                for role in ROLES:
                    read_stamp(alert[f"cutout{role}"])
                    count += 1
    return count


def peer_cubes(folder):
    from astropy.io import fits

    count = 0
    for path in sorted(folder.glob("*.fits.gz")):
        with fits.open(path, memmap=False) as file:
            planes = np.ascontiguousarray(file[0].data, dtype=np.float32)
            assert len(file["EPOCHS"].data["MJD"]) == len(planes)
            count += len(planes)
    return count


PEERS = {"parquet": peer_parquet, "frames": peer_frames, "cubes": peer_cubes}
MAKERS = {"parquet": make_parquet, "frames": make_frames, "cubes": make_cubes}


def cpu_seconds(command):
    """CPU seconds of a whole process, wall seconds beside them, and what it printed."""
    import time

    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, text.decode()


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--peer":
        print(PEERS[sys.argv[2]](Path(sys.argv[3])))
        return
    destello, rounds = os.environ["DESTELLO"], int(sys.argv[1]) if len(sys.argv) > 1 else 3
    print("what      stamps  destello CPU s (wall)   Python CPU s (wall)   ratio of CPU   aim")
    for what, make in MAKERS.items():
        with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as empty:
            folder = Path(name)
            make(folder)
            own = [destello, "inspect", "--json", str(folder)]
            peer = [sys.executable, __file__, "--peer", what]
            times = {"own": [], "peer": [], "own empty": [], "peer empty": []}
            for _ in range(rounds):
                times["own"].append(cpu_seconds(own))
                times["peer"].append(cpu_seconds([*peer, str(folder)]))
                times["own empty"].append(cpu_seconds([*own[:-1], empty]))
                times["peer empty"].append(cpu_seconds([*peer, empty]))
            inspection = json.loads(times["own"][0][2])
            stamps, peers = inspection["stamps"], int(times["peer"][0][2])
            assert stamps == peers, (stamps, peers, inspection["problems"][:2])
            middle = {key: [statistics.median(run[at] for run in runs) for at in (0, 1)] for key, runs in times.items()}
            ours, theirs = ([a - b for a, b in zip(middle[k], middle[f"{k} empty"])] for k in ("own", "peer"))
            print(
                f"{what:9} {stamps:6}  {ours[0]:8.3f} ({ours[1]:.3f})      {theirs[0]:8.3f} ({theirs[1]:.3f})"
                f"     {theirs[0] / ours[0]:6.1f}        {AIMS[what]:.0f}"
            )


if __name__ == "__main__":
    main()
