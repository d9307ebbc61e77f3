"""Reads what destello writes, and prepares stamps for exported networks as destello does.

One file: put it beside a notebook. It needs numpy, and
- astropy for FITS and for tables (`form="astropy"`, the default), pyarrow for Parquet,
- pandas only where tables are asked for with `form="pandas"`,
- onnxruntime only for `Network`.

    import destello
    project = destello.Project("night.destello")
    project.labels()                                  # one row a candidate, undone decisions left out
    network = destello.Network("compact.onnx")        # destello models export compact --out compact.onnx
    for epoch, row in network.score("night/"):        # row: a probability for each of network.classes
        print(epoch.id, epoch.mjd, row)

On a command line it writes the same as a table: python destello.py compact.onnx night/ > scores.csv
"""

import csv
import glob
import io
import json
import os
import sqlite3
import struct
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np

# Version of the preparation of single epochs and of sequences: that of destello's
# imaging::model_input and imaging::sequence_input, from which both are carried over.
PREPARATION = 1

ROLES = ("science", "reference", "difference", "snr", "variance", "psf")
SIGNED = ("difference", "snr")
SIGMA_PER_MAD = 1.482602218505602
USUAL_GAIN = 6.2  # electrons per count of ZTF's camera, for surveys that give none


class Unusable(ValueError):
    """Why an epoch cannot be given to a network."""


# ---------------------------------------------------------------------------------------------- tables


def as_table(columns, form="astropy", meta=None):
    """Columns by name as an astropy Table, a pandas DataFrame, or the dict itself (`form="columns"`)."""
    if form == "columns":
        return columns
    if form == "pandas":
        import pandas

        return pandas.DataFrame(columns)
    if form != "astropy":
        raise ValueError(f'{form}: a table has the form "astropy", "pandas" or "columns"')
    from astropy.table import Table

    return Table(columns, meta=meta or {})


def _column(values):
    """Texts with "" for nothing, numbers with NaN for nothing."""
    if any(isinstance(value, str) for value in values):
        return np.array(["" if value is None else str(value) for value in values], dtype=object).astype(str)
    if any(value is None or isinstance(value, float) for value in values):
        return np.array([np.nan if value is None else float(value) for value in values])
    return np.array(values)


def _rows(cursor, form):
    names = [column[0] for column in cursor.description]
    rows = cursor.fetchall()
    columns = {name: _column([row[at] for row in rows]) for at, name in enumerate(names)}
    for name in [name for name in columns if name.endswith("_us")]:
        columns[name[:-3]] = columns.pop(name).astype("datetime64[us]")
    return as_table(columns, form)


def read_table(path, form="astropy"):
    """A table that destello wrote: .csv, .parquet or .fits (scores, photometry, labels, joins)."""
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".parquet":
        import pyarrow.parquet

        read = pyarrow.parquet.read_table(path)
        if form == "pandas":
            return read.to_pandas()
        return as_table({name: _column(read[name].to_pylist()) for name in read.column_names}, form)
    if ending == ".fits":
        from astropy.io import fits

        with fits.open(path) as file:
            data = next(hdu.data for hdu in file if isinstance(hdu, fits.BinTableHDU))
            return as_table({name: _native(data[name]) for name in data.names}, form)
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        names = next(rows, [])
        cells = list(rows)
    columns = {}
    for at, name in enumerate(names):
        texts = [row[at] for row in cells]
        # Identifiers stay texts, so that no reader rounds them.
        columns[name] = np.array(texts) if name in ("id", "objectId", "candid") else _numbers(texts)
    return as_table(columns, form)


def _numbers(texts):
    try:
        return np.array([float(text) if text else np.nan for text in texts])
    except ValueError:
        return np.array(texts)


def _native(values):
    values = np.asarray(values)
    return values.astype(values.dtype.newbyteorder("=")) if values.dtype.byteorder == ">" else values


# -------------------------------------------------------------------------------------------- projects


class Project:
    """A project file (SQLite), opened for reading only; destello may write to it meanwhile."""

    def __init__(self, path):
        self.path = Path(path)
        if not self.path.is_file():
            raise FileNotFoundError(f"{path}: there is no such project")
        place = quote(str(self.path.resolve()))
        for how in ("mode=ro", "immutable=1"):  # a folder that cannot be written has no place for locks
            self.connection = sqlite3.connect(f"file:{place}?{how}", uri=True)
            try:
                kind = self.connection.execute("PRAGMA application_id").fetchone()[0]
                self.layout = self.connection.execute("PRAGMA user_version").fetchone()[0]
                break
            except sqlite3.OperationalError:
                kind = None
            except sqlite3.DatabaseError as error:
                raise ValueError(f"{path}: this is not a destello project ({error})") from None
        if kind != 0x6473746C:
            raise ValueError(f"{path}: this is not a destello project")

    def events(self, form="astropy"):
        """Every decision in order, also those taken back: who, when, what was on screen."""
        return _rows(self.connection.execute(f"SELECT label_events.* {self._in_order()}"), form)

    def _in_order(self):
        """All events in the order in which they count: on a server in that of the server, of merged projects by time."""
        if self.layout < 6:
            return "FROM label_events ORDER BY seq"
        return "FROM label_events JOIN event_ids USING (seq) ORDER BY server_seq IS NULL, server_seq, seq"

    def labels(self, form="astropy"):
        """What stands now: a row for each candidate that was judged, flagged or noted.

        Several classes are joined by ";". `state` is labelled, unsure, skipped or none.
        """
        events = self.connection.execute(
            "SELECT step, candidate, action, class, is_on, text, of_step, annotator, at_us, vocabulary,"
            f" model, score {self._in_order()}"
        ).fetchall()
        known, undone = set(), set()
        for step, _, action, _, _, _, of_step, *_ in events:
            if action not in ("undo", "redo"):
                known.add(step)
            elif of_step in known:
                (undone.add if action == "undo" else undone.discard)(of_step)
        states = {}
        for event in events:
            if event[2] in ("undo", "redo", "import", "component", "assign"):
                continue
            state = states.setdefault(event[1], dict(classes=[], state="none", flag=False, note="", by=None))
            if event[0] not in undone:
                _decide(state, event)
        ids = sorted(states)
        rows = [states[name] for name in ids]
        by = [row["by"] or (None,) * 12 for row in rows]
        columns = {
            "id": np.array(ids, dtype=str),
            "class_name": np.array([";".join(row["classes"]) for row in rows], dtype=str),
            "state": np.array([row["state"] for row in rows], dtype=str),
            "is_flagged": np.array([row["flag"] for row in rows], dtype=bool),
            "note": np.array([row["note"] for row in rows], dtype=str),
            "annotator": np.array([event[7] or "" for event in by], dtype=str),
            "time": np.array([np.datetime64("NaT") if e[8] is None else e[8] for e in by], "datetime64[us]"),
            "vocabulary": np.array([event[9] or "" for event in by], dtype=str),
            "model": np.array([event[10] or "" for event in by], dtype=str),
            "score": np.array([np.nan if event[11] is None else event[11] for event in by], dtype=float),
        }
        return as_table(columns, form)

    def versions(self, form="astropy"):
        """The versions of networks that the project keeps, the oldest first; cards are JSON."""
        sql = "SELECT model, parent, parent_source, made_at_us, card FROM model_versions ORDER BY made_at_us, model"
        return _rows(self.connection.execute(sql), form)

    def model_file(self, model):
        """The bytes of a version: what `destello --model` takes."""
        row = self.connection.execute("SELECT file FROM model_versions WHERE model = ?", [model]).fetchone()
        if row is None:
            raise KeyError(f"{self.path}: holds no version {model}")
        return row[0]

    def models(self):
        """The models whose scores are kept."""
        return [row[0] for row in self.connection.execute("SELECT DISTINCT model FROM scores ORDER BY model")]

    def scores(self, model, classes=None, form="astropy"):
        """What a model predicts for each epoch. Columns bear the names of its classes, where the project keeps
        its card or they are given; else p0, p1, … `refused` says why there is no prediction."""
        sql = "SELECT candidate, epoch, probabilities, refusal FROM scores WHERE model = ? ORDER BY candidate, epoch"
        rows = self.connection.execute(sql, [model]).fetchall()
        card = self.connection.execute("SELECT card FROM model_versions WHERE model = ?", [model]).fetchone()
        if classes is None and card is not None:
            classes = json.loads(card[0])["classes"]
        count = max((len(row[2]) // 4 for row in rows if row[2] is not None), default=0)
        names = list(classes or [])[:count]
        names += [f"p{at}" for at in range(len(names), count)]
        nothing = (np.nan,) * count
        numbers = [struct.unpack(f"<{count}f", row[2]) if row[2] is not None else nothing for row in rows]
        numbers = np.array(numbers, np.float32).reshape(len(rows), count)
        columns = {
            "id": np.array([row[0] for row in rows], dtype=str),
            "epoch": np.array([row[1] for row in rows], dtype=str),
            **{name: numbers[:, at] for at, name in enumerate(names)},
            "refused": np.array([row[3] or "" for row in rows], dtype=str),
        }
        return as_table(columns, form, {"model": model})


def _decide(state, event):
    action, name = event[2], event[3]
    if action == "flag":
        state["flag"] = bool(event[4])
    elif action == "note":
        state["note"] = event[5] if event[5].strip() else ""
    elif action == "skip":
        # A decision stays where somebody else passes over it.
        if state["state"] not in ("labelled", "unsure"):
            state.update(state="skipped", by=event)
    else:
        classes = state["classes"]
        if action == "set":
            classes = [name]
        elif action == "tag":
            classes = classes + [name] * (name not in classes)
        elif action == "untag":
            classes = [known for known in classes if known != name]
        else:  # clear, unsure
            classes = []
        word = "labelled" if classes else "unsure" if action == "unsure" else "none"
        state.update(classes=classes, state=word, by=event)


# --------------------------------------------------------------------------------------------- bundles


@dataclass
class Bundle:
    """A training bundle: row i of `rows` belongs to plane i of every image.

    `stamps[role]` is (row, y, x), float32, NaN where nothing was measured; `masks[role]` has 1 for a pixel that
    is NaN in the data and 2 outside of a smaller stamp. `rows["split"]` is train, validation or test.
    """

    rows: object
    stamps: dict
    masks: dict
    classes: list


def read_bundle(path, form="astropy"):
    """Opens a `.bundle.fits`."""
    from astropy.io import fits

    with fits.open(path, memmap=False) as file:
        if file[0].header.get("DESTELLO") != "BUNDLE":
            raise ValueError(f"{path}: this is not a training bundle of destello")
        images = {hdu.name.lower(): _native(hdu.data) for hdu in file if isinstance(hdu, fits.ImageHDU)}
        rows = {name: _native(file["BUNDLE"].data[name]) for name in file["BUNDLE"].data.names}
        classes = [str(name) for name in file["CLASSES"].data["class_name"]]
    stamps = {role: images[role] for role in ROLES if role in images}
    masks = {role: images[f"mask_{role}"] for role in stamps}
    return Bundle(as_table(rows, form), stamps, masks, classes)


# ---------------------------------------------------------------------------------------------- stamps


@dataclass
class Epoch:
    """One epoch of a candidate: images by role, and what its preparation needs."""

    id: str
    candid: str = ""
    mjd: float = np.nan
    band: str = ""
    stamps: dict = field(default_factory=dict)
    arcsec_per_px: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)  # ZP, EXPTIME, SEEING, PIXSCALE, magzpsci … where they are known


def read_stamps(path):
    """The epochs of sets in FITS cubes (`destello simulate`, `destello convert --out FOLDER`) and of Parquet with
    columns of cutouts (`destello convert --out FILE.parquet`, Fink): a file, or a folder of them.

    Candidate by candidate in the order of their files, each with its epochs in the order of time.
    """
    path = Path(path)
    if path.is_dir():
        names = sorted(glob.glob(f"{glob.escape(str(path))}/**/*", recursive=True))
        files = [Path(name) for name in names if name.lower().endswith((".fits", ".parquet"))]
        if not files:
            raise FileNotFoundError(f"{path}: holds no .fits and no .parquet")
    else:
        files = [path]
    for name in files:
        epochs = list(_of_parquet(name) if name.suffix.lower() == ".parquet" else _of_cubes(name))
        order = {}
        for epoch in epochs:
            order.setdefault(epoch.id, len(order))
        epochs.sort(key=lambda epoch: (order[epoch.id], epoch.mjd if np.isfinite(epoch.mjd) else np.inf))
        yield from epochs


def _of_cubes(path):
    from astropy.io import fits

    with fits.open(path, memmap=False) as file:
        head = file[0].header
        if "EPOCHS" not in file:
            raise ValueError(f"{path}: has no table EPOCHS; `destello convert` writes any set as such files")
        rows = file["EPOCHS"].data
        facts = {key: head[key] for key in ("ZP", "EXPTIME", "PIXSCALE", "SEEING", "magzpsci", "MAGZP") if key in head}
        for at in range(len(rows)):
            row = {name: rows[name][at] for name in rows.names}
            text = lambda name: str(row.get(name, "")).strip()  # noqa: E731
            epoch = Epoch(str(head.get("OBJECT", path.stem)), text("CANDID"), float(row["MJD"]), text("FILTER"))
            if head.get("TEXTESC"):
                epoch.id, epoch.candid = (_unescaped(value) for value in (epoch.id, epoch.candid))
            epoch.facts = {**facts, **{k: v for k, v in row.items() if isinstance(v, (float, int, np.number))}}
            for hdu in file:
                role = (hdu.name if hdu.name != "PRIMARY" else head.get("EXTNAME", "")).lower()
                if role not in ROLES or hdu.data is None:
                    continue
                pixels = hdu.data
                if pixels.ndim == 2 and "EXTVER" in hdu.header and hdu.header["EXTVER"] != at + 1:
                    continue
                epoch.stamps[role] = np.array(pixels[at] if pixels.ndim == 3 else pixels, np.float32)
                epoch.arcsec_per_px[role] = _scale(hdu.header) or _scale(head)
                epoch.units[role] = str(hdu.header.get("BUNIT", ""))
            yield epoch


def _unescaped(text):
    return text.encode("ascii", "backslashreplace").decode("unicode_escape") if "\\" in text else text


def _scale(header):
    corners = [header.get(key) for key in ("CD1_1", "CD1_2", "CD2_1", "CD2_2")]
    if any(value for value in corners if value):
        a, b, c, d = (value or 0.0 for value in corners)
        return abs(a * d - b * c) ** 0.5 * 3600 or None
    scale = header.get("PIXSCALE")
    return float(scale) if scale and np.isfinite(float(scale)) else None


def _of_parquet(path):
    import pyarrow.parquet

    file = pyarrow.parquet.ParquetFile(path)
    cutouts = {role_of(name): name for name in file.schema_arrow.names if role_of(name)}
    if not cutouts:
        raise ValueError(f"{path}: is a Parquet table without columns of cutouts")
    for batch in file.iter_batches(batch_size=256):
        for row in batch.to_pylist():
            detection = row.get("candidate") or row
            get = lambda *names: next((detection[n] for n in names if detection.get(n) is not None), None)  # noqa: E731
            mjd = get("mjd")
            mjd = mjd if mjd is not None else (get("jd") or np.nan) - 2400000.5
            band = get("band") or {1: "g", 2: "r", 3: "i"}.get(get("fid"), "")
            candid = row.get("candid", get("candid"))
            epoch = Epoch(str(row["objectId"]), "" if candid is None else str(candid), float(mjd), band)
            epoch.facts = {k: v for k, v in detection.items() if isinstance(v, (float, int))}
            for role, name in cutouts.items():
                cell = row[name]
                data = cell.get("stampData") if isinstance(cell, dict) else cell
                if data:
                    add_cutout(epoch, role, data)
            yield epoch


def role_of(column):
    """The role of a column of cutouts, such as cutoutTemplate; None for any other column."""
    role = column.lower().removeprefix("cutout").strip("_").replace("template", "reference")
    return role if column.lower().startswith("cutout") and role in ROLES else None


def add_cutout(epoch, role, data):
    """Adds a stamp to an epoch: the bytes of a FITS file, as they are or gzipped."""
    from astropy.io import fits

    if data[:2] == b"\x1f\x8b":
        data = zlib.decompress(data, 31)
    with fits.open(io.BytesIO(data), memmap=False) as file:
        hdu = next(hdu for hdu in file if hdu.data is not None)
        epoch.stamps[role] = np.array(hdu.data, np.float32)
        epoch.arcsec_per_px[role] = _scale(hdu.header)
        epoch.units[role] = str(hdu.header.get("BUNIT", ""))


# ------------------------------------------------------------------------- preparation: single epochs


def prepare(stamps, plan, arcsec_per_px=None):
    """The input of a network of single epochs: (channel, y, x), float32, all finite.

    `stamps` are 2-D arrays by role, NaN where nothing was measured; `plan` is `input` of the network's card;
    `arcsec_per_px` are pixel scales by role (or one number), used where the plan has one of its own.
    Raises `Unusable` where destello refuses the epoch, with the same words.
    """
    planes = {role: np.asarray(pixels, np.float32) for role, pixels in stamps.items() if pixels is not None}
    if plan.get("context_px"):
        return _two_views(planes, plan, plan["context_px"])
    side = plan["side_px"]
    squares = {}
    for role in plan["channels"]:
        pixels = _channel(planes, role)
        scale = arcsec_per_px.get(role) if isinstance(arcsec_per_px, dict) else arcsec_per_px
        squares[role] = _square(pixels, role, plan, scale)
    if plan["is_in_detection_polarity"]:
        shown = squares.get("difference", squares.get("snr"))
        if shown is not None and _central_sum(shown, side) < 0:
            squares = {role: -square if role in SIGNED else square for role, square in squares.items()}
    return np.stack([_scaled(squares[role], plan["scaling"], role) for role in plan["channels"]])


def _channel(planes, role):
    if role in planes:
        return planes[role]
    if role != "snr":
        raise Unusable(f"has no {role} stamp")
    if "difference" not in planes:
        raise Unusable("has no snr stamp")
    difference = planes["difference"]
    variance, science = planes.get("variance"), planes.get("science")
    with np.errstate(all="ignore"):
        if variance is not None and variance.size == difference.size:
            variance = variance.reshape(difference.shape)
            snr = np.where(variance > 0, difference / np.sqrt(variance), np.float32(np.nan))
            if not np.isfinite(snr).any():
                raise Unusable("its difference stamp has no usable pixel")
            return snr.astype(np.float32)
        return _estimated_snr(difference, science if science is not None and science.size == difference.size else None)


def _estimated_snr(difference, science):
    used = lambda pixels: pixels[np.isfinite(pixels) & (pixels != 0)].astype(float)  # noqa: E731
    known = used(difference)
    if not known.size:
        raise Unusable("its difference stamp has no usable pixel")
    middle = np.median(known)
    scatter = max(_mad_sigma(known, middle), float(np.finfo(np.float32).tiny))
    light = np.zeros(difference.shape)
    if science is not None and used(science).size:
        science = science.reshape(difference.shape).astype(float)
        light = np.fmax(science - np.median(used(science)), 0.0) / USUAL_GAIN
        light[~np.isfinite(light)] = 0.0
    return ((difference.astype(float) - middle) / np.sqrt(scatter**2 + light)).astype(np.float32)


def _mad_sigma(values, center):
    return float(np.median(np.abs(values.astype(float) - center).astype(np.float32).astype(float))) * SIGMA_PER_MAD


def _square(pixels, role, plan, scale):
    """The square about the centre, NaN where the stamp has none; of an even side, right of the middle."""
    side, wanted = plan["side_px"], plan.get("pixel_scale_arcsec")
    step = wanted / scale if wanted and scale else 1.0
    step = 1.0 if abs(step - 1.0) < 0.02 else step
    height, width = pixels.shape
    reach = int(np.ceil(side * step / 2))
    if width < reach or height < reach:
        raise Unusable(f"its {role} stamp is {width}x{height} pixels; the model needs at least half of {side}x{side}")
    first = [
        0.0 if plan["scaling"] == "norm" and length <= side else length // 2 - side // 2 * step
        for length in (width, height)
    ]
    x, y = (start + np.arange(side) * step for start in first)
    square = _nearest(pixels, x, y)
    if step == 1.0:
        return square
    across, down = _taps(x), _taps(y)
    inside_x = (across[0] >= 0) & (across[0] + 4 <= width)
    inside_y = (down[0] >= 0) & (down[0] + 4 <= height)
    columns = np.clip(across[0], 0, max(width - 4, 0))[:, None] + np.arange(4)
    rows = np.clip(down[0], 0, max(height - 4, 0))[:, None] + np.arange(4)
    if width < 4 or height < 4:
        return square
    around = pixels[rows[:, None, :, None], columns[None, :, None, :]]
    cubic = np.einsum("yxij,yi,xj->yx", around, down[1], across[1])
    return np.where(inside_y[:, None] & inside_x[None, :], cubic, square).astype(np.float32)


def _nearest(pixels, x, y):
    height, width = pixels.shape
    x, y = (np.copysign(np.floor(np.abs(at) + 0.5), at) for at in (x, y))
    inside = ((y >= 0) & (y < height))[:, None] & ((x >= 0) & (x < width))[None, :]
    rows, columns = (np.clip(at, 0, size - 1).astype(int) for at, size in ((y, height), (x, width)))
    return np.where(inside, pixels[np.ix_(rows, columns)], np.float32(np.nan))


def _taps(at):
    """Cubic convolution (Keys 1981, a = -1/2): the first of four pixels, and their weights."""
    t = (at - np.floor(at)).astype(np.float32)[:, None]
    weights = 0.5 * np.hstack(
        [-(t**3) + 2 * t**2 - t, 3 * t**3 - 5 * t**2 + 2, -3 * t**3 + 4 * t**2 + t, t**3 - t**2]
    )
    return np.floor(at).astype(int) - 1, weights


def _central_sum(square, side):
    middle = side // 2
    center = square[max(middle - 1, 0) : middle + 2, max(middle - 1, 0) : middle + 2]
    return center[np.isfinite(center)].astype(float).sum()


def _scaled(square, scaling, role):
    square = square.astype(float)
    if scaling != "norm":
        square[np.abs(square) > 1e20] = np.nan
    is_known = np.isfinite(square)
    known = square[is_known]
    if not known.size:
        raise Unusable(f"its {role} stamp has no usable pixel")
    missing, by = 0.0, 0.0
    if scaling == "min_max":
        square, by = square - known.min(), known.max() - known.min()
    elif scaling == "median_norm":
        middle = np.median(known)
        square, by = 5 * (square - middle), np.sqrt(((known - middle) ** 2).sum())
    elif scaling == "norm":
        missing, by = 1e-9, np.sqrt((known**2).sum())
        by = by if by < np.sqrt(float(np.finfo(np.float32).max)) else np.inf
    elif scaling == "asinh_peak":
        if role != "snr":
            middle = np.median(known)
            square = (square - middle) / (_mad_sigma(known, middle) or 1.0)
        square = np.arcsinh(square / 2.0)
        by = np.abs(square[is_known]).max()
    else:
        raise Unusable(f"{scaling}: a scaling that this file does not know; take the one of a newer destello")
    scaled = square / by if by > 0 else np.zeros_like(square)
    return np.where(is_known, scaled, missing).astype(np.float32)


# ------------------------------------------------------------- preparation: middle and whole cutout


def _two_views(planes, plan, whole):
    side, one = plan["side_px"], np.float32
    channels = plan["channels"]
    images = {role: _whole(_channel(planes, role), role, side, whole) for role in channels if role != "snr"}
    snr = _whole_snr(planes, images, side, whole) if "snr" in channels else None
    if plan["is_in_detection_polarity"]:
        near = slice(whole // 2 - 1, whole // 2 + 2)
        center, level = snr, 0.0
        if "difference" in images:
            center, level = images["difference"][0], images["difference"][1]
        if center is not None:
            center = center[near, near]
            if (center[np.isfinite(center)] + one(level)).sum() < 0:
                images = {r: (-i[0] if r in SIGNED else i[0], *i[1:]) for r, i in images.items()}
                snr = None if snr is None else -snr
    start = (whole - side) // 2
    middle = lambda pixels: pixels[start : start + side, start : start + side]  # noqa: E731
    planes_out = []
    for role in channels:
        if role in images:
            inner = middle(images[role][0])
            known = np.isfinite(inner)
            if not known.any() and role != "reference":
                raise Unusable(f"its {role} stamp has no usable pixel")
            squares = (inner[known].astype(float) ** 2).sum()
            factor = one(5.0) / one(np.sqrt(squares)) if squares > 0 else one(0)
            planes_out.append(np.where(known, inner * factor, 0))
        else:
            planes_out.append(_soft(middle(snr), 0.5))
    planes_out += [np.isfinite(middle(images[role][0])) for role in channels if role in images]
    shares = []
    for role in channels:
        pixels, _, sigma = images[role] if role in images else (snr, 0, 1)
        means, share = _blocks(pixels, whole // side)
        if role not in images:
            planes_out.append(_soft(means, 1.5))
            continue
        shares.append(share)
        if role in SIGNED:
            near = slice(side // 2 - 1, side // 2 + 2)
            peak = np.abs(means[near, near]).max()
            planes_out.append(np.clip(means / peak if peak > 0 else means * 0, -3, 3))
        else:
            planes_out.append(np.clip(0.5 * np.arcsinh(means / sigma), -2, 4))
    return np.stack(planes_out + shares).astype(np.float32)


def _cut(pixels, side):
    height, width = pixels.shape
    square = np.full((side, side), np.nan, np.float32)
    (x0, x1), (y0, y1) = ((max(m // 2 - side // 2, 0), max(side // 2 - m // 2, 0)) for m in (width, height))
    wide, high = min(width - x0, side - x1), min(height - y0, side - y1)
    square[y1 : y1 + high, x1 : x1 + wide] = pixels[y0 : y0 + high, x0 : x0 + wide]
    return square


def _whole(pixels, role, side, whole):
    """Pixels less their background, its level, its standard deviation."""
    height, width = pixels.shape
    if min(width, height) < (side + 1) // 2:
        raise Unusable(f"its {role} stamp is {width}x{height} pixels; the model needs at least half of {side}x{side}")
    square = _cut(pixels, whole)
    bits = np.ascontiguousarray(square).view(np.uint32)
    equal = (bits[:-1, :-1] == bits[:-1, 1:]) & (bits[:-1, :-1] == bits[1:, :-1]) & (bits[:-1, :-1] == bits[1:, 1:])
    fills = np.zeros(square.shape, bool)
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1)):
        fills[down : whole - 1 + down, across : whole - 1 + across] |= equal
    with np.errstate(invalid="ignore"):
        square[fills | ~(np.abs(square) <= 1e9)] = np.nan
    some = square[::2, ::2]
    some = some[np.isfinite(some)]
    if some.size < 40:
        some = square[np.isfinite(square)]
    if not some.size:
        return square, np.float32(0), np.float32(1)
    level = np.float32(np.median(some.astype(float)))
    sigma = np.float32(np.median(np.abs(some - level).astype(float)) * SIGMA_PER_MAD)
    return square - level, level, sigma if sigma > 0 else np.float32(1)


def _whole_snr(planes, images, side, whole):
    if "snr" in planes or ("variance" in planes and "difference" in planes):
        snr = _cut(_channel(planes, "snr"), whole)
        if "difference" in images:
            snr[~np.isfinite(images["difference"][0])] = np.nan
        with np.errstate(invalid="ignore"):
            snr[~(np.abs(snr) <= 1e9)] = np.nan
        start = (whole - side) // 2
        if np.isfinite(snr[start : start + side, start : start + side]).any():
            return snr
    if "difference" not in images:
        images = {**images, "difference": _whole(_channel(planes, "difference"), "difference", side, whole)}
    pixels, _, sigma = images["difference"]
    light = np.zeros_like(pixels)
    if "science" in images:
        light = np.fmax(images["science"][0], 0) / np.float32(USUAL_GAIN)
        light[~np.isfinite(light)] = 0
    return pixels / np.sqrt(sigma * sigma + light)


def _soft(values, factor):
    with np.errstate(invalid="ignore"):
        soft = np.clip(0.5 * np.arcsinh(np.clip(np.float32(factor) * values, -1e18, 1e18)), -4, 4)
    return np.where(np.isfinite(values), soft, 0)


def _blocks(pixels, block):
    side = pixels.shape[0] // block
    tiles = pixels.reshape(side, block, side, block)
    known = np.isfinite(tiles)
    count = known.sum((1, 3)).astype(np.float32)
    return np.where(known, tiles, 0).sum((1, 3)) / np.maximum(count, 1), count / np.float32(block * block)


# ------------------------------------------------------------------------------ preparation: sequences


class History:
    """What a network of sequences has seen of a candidate: `next` makes the input of the next epoch."""

    def __init__(self, plan):
        self.plan, self.side = plan, plan["side_px"]
        self.bands, self.last, self.last_mjd = {}, [None, None], None

    def next(self, epoch):
        """(channel, y, x) and the five conditions of an `Epoch`. Raises `Unusable`, and then nothing is changed."""
        pixels, noise, fwhm_px = _calibrated(epoch, self.plan)
        size, side = np.float32, self.side
        with np.errstate(invalid="ignore"):
            bright = np.where(np.isfinite(pixels), np.arcsinh(pixels / size(20)) / size(4), 0).astype(size)
        band = epoch.band or None
        seen = self.bands.setdefault(band, [0, np.zeros((side, side), size), np.zeros((side, side), size), size(0)])
        before = seen[0]
        if self.plan["form"] == "running_difference":
            channels = [bright, *_differences(pixels, noise, seen)]
            known = np.isfinite(pixels)
            seen[1] += np.where(known, pixels, 0)
            seen[2] += known
            seen[3] += noise * noise
        else:
            nothing = np.zeros_like(bright)
            channels = [bright, *(nothing if past is None else past for past in self.last)]
            self.last = [bright, self.last[0]]
        seen[0] += 1
        waited = 0.0 if self.last_mjd is None else max(epoch.mjd - self.last_mjd, 0.0)
        self.last_mjd = epoch.mjd
        conditions = [
            np.log(size(1 + waited)) / 2,
            min(fwhm_px / 10, 2.0),
            np.log(noise / 10) / 2,
            np.log(size(1 + before)) / 2,
            float(before == 0),
        ]
        return np.stack(channels).astype(size), np.array(conditions, size)


def _differences(pixels, noise, seen):
    epochs, sums, counts, variance = seen
    if not epochs:
        return np.zeros_like(pixels), np.zeros_like(pixels)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(counts > 0, sums / counts, np.nan)
    of_mean = variance / np.float32(epochs) ** 2
    peak = max(_smoothed_peak(mean), 4 * np.sqrt(of_mean))
    difference = np.nan_to_num(pixels - mean, nan=0.0, posinf=0.0, neginf=0.0)
    together = np.sqrt(noise * noise + of_mean)
    return np.clip(3 * difference / peak, -4, 4), np.arcsinh(difference / (3 * together)) / 2


def _smoothed_peak(image):
    """The largest mean of 3x3 pixels within 4 pixels of the middle; at least 0."""
    side, peak = image.shape[0], 0.0
    middle = side // 2
    near = range(middle - min(middle, 4), min(middle + min(middle, 4), side - 1) + 1)
    for y in near:
        for x in near:
            around = image[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
            around = around[np.isfinite(around)]
            if around.size:
                peak = max(peak, float(around.mean()))
    return peak


def _calibrated(epoch, plan):
    """Counts of 86 s at zero point 25 less the background, their noise, the width of a point source in pixels."""
    role, side, facts = plan["role"], plan["side_px"], epoch.facts
    if role not in epoch.stamps:
        raise Unusable(f"has no {role} stamp")
    number = lambda *keys: next((float(facts[k]) for k in keys if k in facts and np.isfinite(facts[k])), None)  # noqa: E731
    seeing = number("SEEING")
    if seeing is not None and not 0.7 <= np.float32(seeing) <= 4.2 or (seeing is None and "SEEING" in facts):
        raise Unusable("has no usable seeing")
    zero_point, exposure = number("ZP"), number("EXPTIME")
    if epoch.units.get(role, "").lower() == "njy":
        zero_point, exposure = 31.4, 1.0
    elif zero_point is None or not exposure or exposure <= 0:
        zero_point, exposure = number("magzpsci", "MAGZP"), 1.0
    if zero_point is None or not 20.0 <= zero_point < 40.0:
        raise Unusable("has no usable zero point")
    if not np.isfinite(epoch.mjd):
        raise Unusable("has no time")
    pixels = epoch.stamps[role]
    height, width = pixels.shape
    if width < side or height < side:
        raise Unusable(f"its science stamp is {width}x{height} pixels; the model takes {side}x{side}")
    left, top = (min(m // 2 - min(side // 2, m // 2), m - side) for m in (width, height))
    square = pixels[top : top + side, left : left + side].astype(np.float32)
    with np.errstate(invalid="ignore"):
        square[~(np.abs(square) < 1e7)] = np.nan
    known = np.isfinite(square)
    if known.mean() < 0.5:
        raise Unusable("its science stamp has too few usable pixels")
    y, x = np.indices(square.shape) - side // 2
    far = known & (np.hypot(x, y) >= 11.5)
    outskirts = square[far if far.any() else known].astype(float)
    level, factor = np.median(outskirts), np.float32(10 ** (0.4 * (25 - zero_point)) * 86 / exposure)
    noise = max(np.float32(_mad_sigma(outskirts, level)) * factor, np.float32(1e-3))
    scale = epoch.arcsec_per_px.get(role) or number("PIXSCALE")
    fwhm_px = seeing / scale if seeing is not None and scale else 0.0
    return (square - np.float32(level)) * factor, noise, fwhm_px


# -------------------------------------------------------------------------------------------- networks


class Network:
    """A network that `destello models export NAME --out FILE.onnx` wrote, run by ONNX Runtime."""

    def __init__(self, path):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        about = self.session.get_modelmeta().custom_metadata_map
        if "card" not in about:
            raise ValueError(f"{path}: this network was not exported by destello")
        self.card = json.loads(about["card"])
        self.name, self.version, self.plan = about["name"], about["version"], self.card["input"]
        self.classes = json.loads(about["classes"])
        self.is_sequence = "form" in self.plan

    def predict(self, inputs):
        """Probabilities (n, class) of prepared single epochs (n, channel, y, x)."""
        return self.session.run(["probabilities"], {"stamps": np.asarray(inputs, np.float32)})[0]

    def score(self, epochs, batch=256):
        """Each epoch with its probabilities, or with the `Unusable` that says why there are none.

        `epochs` are `Epoch`s, for networks of sequences candidate by candidate and in the order of time, or a
        path for `read_stamps`.
        """
        if isinstance(epochs, (str, os.PathLike)):
            epochs = read_stamps(epochs)
        return self._follow(epochs) if self.is_sequence else self._single(epochs, batch)

    def _single(self, epochs, batch):
        waiting = []
        for epoch in epochs:
            try:
                waiting.append((epoch, prepare(epoch.stamps, self.plan, epoch.arcsec_per_px)))
            except Unusable as why:
                waiting.append((epoch, why))
            if len(waiting) == batch:
                yield from self._scored(waiting)
                waiting = []
        yield from self._scored(waiting)

    def _scored(self, waiting):
        inputs = [item for _, item in waiting if not isinstance(item, Unusable)]
        rows = iter(self.predict(np.stack(inputs)) if inputs else ())
        for epoch, item in waiting:
            yield epoch, item if isinstance(item, Unusable) else next(rows)

    def _follow(self, epochs):
        units = next(i.shape[1] for i in self.session.get_inputs() if i.name == "hidden")
        names = ["probabilities", "hidden_next", "cell_next"]
        candidate = None
        for epoch in epochs:
            if epoch.id != candidate:
                candidate, history = epoch.id, History(self.plan)
                hidden = cell = np.zeros((1, units), np.float32)
            try:
                image, conditions = history.next(epoch)
            except Unusable as why:
                yield epoch, why
                continue
            given = {"images": image[None], "conditions": conditions[None], "hidden": hidden, "cell": cell}
            row, hidden, cell = self.session.run(names, given)
            yield epoch, row[0]


def main(arguments):
    if len(arguments) < 2:
        sys.exit(f"usage: {Path(__file__).name} NETWORK.onnx PATH…  (writes scores as CSV)")
    network = Network(arguments[0])
    out = csv.writer(sys.stdout)
    out.writerow(["id", "candid", "mjd", *network.classes, "refused"])
    for path in arguments[1:]:
        for epoch, row in network.score(path):
            is_refused = isinstance(row, Unusable)
            cells = [""] * len(network.classes) if is_refused else [repr(float(p)) for p in row]
            out.writerow([epoch.id, epoch.candid, repr(epoch.mjd), *cells, str(row) if is_refused else ""])


if __name__ == "__main__":
    main(sys.argv[1:])
