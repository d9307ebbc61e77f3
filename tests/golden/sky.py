"""Prints the sky positions of `GOLDEN_SKY` in src/imaging/orientation_tests.rs.

    python3 tests/golden/sky.py      (astropy 8.0)
"""

from astropy.wcs import WCS

wcs = WCS(naxis=2)
wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
wcs.wcs.crpix = [15, 16]
wcs.wcs.crval = [150, 2]
wcs.wcs.cd = [[-3.48e-5, 4.31e-5], [4.32e-5, 3.49e-5]]
for x, y in [(0, 0), (29.5, -3), (2000, 1500)]:
    ra, dec = wcs.all_pix2world(x, y, 0)
    print(f"    ({x:.1f}, {y:.1f}, {float(ra):.12f}, {float(dec):.12f})")
