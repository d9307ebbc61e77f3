"""Writes limits.json: limits of astropy for seeded pixels, and their pixels.

    python3 tests/golden/limits.py      (astropy 8.0, numpy 2.4)

ALeRCE's box is written out here from its description in the documentation of its service.
"""

import json
import pathlib

import numpy as np
from astropy.stats import sigma_clip
from astropy.visualization import (
    AsymmetricPercentileInterval,
    MinMaxInterval,
    ZScaleInterval,
)


def source(rng, side, sky, sigma, peak):
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    image = sky + rng.normal(0, sigma, (side, side)) + peak * np.exp(-(x**2 + y**2) / 8)
    return image.astype(np.float32)


def images():
    rng = np.random.default_rng(2015)
    yield "science 63", source(rng, 63, 250, 12, 900)
    yield "difference 63", source(rng, 63, 0, 9, -300)
    yield "faint 21", source(rng, 21, 148, 14, 20)
    yield "rubin 30", source(rng, 30, -3.5, 21.7, 5000)
    gaps = source(rng, 40, 100, 5, 80)
    gaps[:7] = np.nan
    gaps[20, 3] = np.inf
    gaps[21, 3] = -np.inf
    yield "gaps 40", gaps
    yield "not square", source(rng, 63, 30, 3, 60)[:58]
    yield "steps", np.floor(source(rng, 32, 10, 2, 8))
    yield "constant", np.full((9, 9), 7.5, np.float32)
    yield "two by two", np.array([[1, 2], [3, 5]], np.float32)
    yield "half empty sky", np.where(rng.random((50, 50)) < 0.5, 0, source(rng, 50, 9, 2, 4)).astype(np.float32)
    yield "heavy tail", np.exp(rng.normal(0, 2, (48, 48))).astype(np.float32)


def alerce(image, side, share):
    half = side // 2
    rows, columns = image.shape[0] // 2, image.shape[1] // 2
    box = image[max(rows - half, 0) : rows + half, max(columns - half, 0) : columns + half]
    finite = image[np.isfinite(image)]
    low = finite.min() + share * np.median(np.abs(finite - np.median(finite)))
    return low, np.nanmax(box)


def rules(image):
    finite = image[np.isfinite(image)].astype(np.float64)
    yield "min_max", MinMaxInterval().get_limits(image)
    for lower, upper in [(0.5, 99.5), (1, 99), (0.5, 99.95), (1, 100), (25, 75)]:
        interval = AsymmetricPercentileInterval(lower, upper)
        yield {"percentile": {"lower": lower, "upper": upper}}, interval.get_limits(image)
    for contrast, samples in [(0.25, 1000), (0.25, 600), (0.1, 300), (1, 1000), (0.25, 5000)]:
        interval = ZScaleInterval(n_samples=samples, contrast=contrast)
        yield {"z_scale": {"contrast": contrast, "samples": samples}}, interval.get_limits(image)
    for sigma, iterations in [(3, 5), (2, 1), (2.5, 10)]:
        clipped = sigma_clip(finite, sigma=sigma, maxiters=iterations, return_bounds=True)
        yield {"sigma_clip": {"sigma": sigma, "iterations": iterations}}, clipped[1:]
    yield {"central_box": {"side": 4, "median_share": 0.2}}, alerce(image, 4, 0.2)


def main():
    cases = []
    for name, image in images():
        expected = [
            # A constant has no width: destello widens it, astropy does not.
            {"rule": rule, "low": float(low), "high": float(high)}
            for rule, (low, high) in rules(image)
            if high > low and name != "constant"
        ]
        cases.append(
            {
                "name": name,
                "width": image.shape[1],
                "height": image.shape[0],
                "bits": np.ascontiguousarray(image).view(np.uint32).ravel().tolist(),
                "expected": expected,
            }
        )
    out = pathlib.Path(__file__).with_name("limits.json")
    out.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


main()
