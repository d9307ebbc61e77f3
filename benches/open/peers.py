"""Decode the bench's files with astropy and fastavro, and print what it took as JSON.

The work is that of destello: each file is read and unpacked, and every stamp becomes an array of
native 32-bit floats. Best of five rounds on one thread; the files are in the page cache.
"""

import gzip
import io
import json
import sys
import time
from pathlib import Path

import numpy as np
from astropy.io import fits


def cube(path):
    """Stamps in a gzipped cube."""
    with fits.open(path, memmap=False) as file:
        planes = np.ascontiguousarray(file[0].data, dtype=np.float32)
    return len(planes), float(planes[0, 0, 0])


def packet(path):
    """Stamps in a packet: the record, then its three cutouts."""
    import fastavro

    stamps, check = 0, 0.0
    with open(path, "rb") as file:
        for record in fastavro.reader(file):
            for role in ("Science", "Template", "Difference"):
                data = gzip.decompress(record["cutout" + role]["stampData"])
                with fits.open(io.BytesIO(data), memmap=False) as inside:
                    pixels = np.ascontiguousarray(inside[0].data, dtype=np.float32)
                stamps += 1
                check += float(pixels[0, 0])
    return stamps, check


def best_of_five(decode, paths):
    rounds = []
    for _ in range(5):
        start = time.perf_counter()
        stamps = sum(decode(path)[0] for path in paths)
        rounds.append(time.perf_counter() - start)
    return {"stamps": stamps, "seconds": min(rounds)}


def main():
    what, folder = sys.argv[1], Path(sys.argv[2])
    decode = {"cubes": cube, "packets": packet}[what]
    print(json.dumps(best_of_five(decode, sorted(p for p in folder.iterdir() if p.is_file()))))


if __name__ == "__main__":
    main()
