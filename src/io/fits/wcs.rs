//! From pixels to the sky by the cards of a header: FITS WCS papers I and II (Greisen & Calabretta
//! 2002; Calabretta & Greisen 2002), the SIP and TPV distortions, and old spellings of all that.
//!
//! What a stamp needs is small: the position of its middle, and how the sky lies around it. The rest of
//! the program works with a linear tangent plane at that place, which is accurate over a stamp
//! whatever the projection of the frame that it was cut from.

use super::header::Header;
use crate::domain::{Wcs, position};

/// Half a step of the differences, pixels.
const HALF_STEP_PX: f64 = 0.5;

/// The whole way from pixels to right ascension and declination.
struct Projection {
    crpix: [f64; 2],
    /// Degrees per pixel, longitude first.
    cd: [[f64; 2]; 2],
    sip: [Vec<(i32, i32, f64)>; 2],
    tpv: Option<[Vec<f64>; 2]>,
    kind: Kind,
    /// Celestial position of the native pole, and native longitude of the celestial pole; radians.
    pole: [f64; 2],
    lonpole: f64,
    is_galactic: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Tan,
    Sin,
    Zea,
    Stg,
    Arc,
    /// Coefficients of the polynomial in the native colatitude.
    Zpn(Vec<f64>),
    Car,
    Mer,
    Cea(f64),
    Sfl,
    Ait,
}

/// The tangent plane at the middle of an image of that size; none where the header has no celestial
/// coordinates that are known here.
pub fn local(header: &Header, [width, height]: [usize; 2]) -> Option<Wcs> {
    let projection = Projection::of(header)?;
    let middle = [width, height].map(|len| f64::midpoint(len as f64, 1.0));
    let crval_deg = projection.sky(middle)?;
    let offset = |axis: usize, by: f64| {
        let mut at = middle;
        at[axis] += by;
        tangent(crval_deg, projection.sky(at)?)
    };
    let step = |axis: usize| {
        let (before, after) = (offset(axis, -HALF_STEP_PX)?, offset(axis, HALF_STEP_PX)?);
        Some([after[0] - before[0], after[1] - before[1]])
    };
    let (along_x, along_y) = (step(0)?, step(1)?);
    let cd_deg = [[along_x[0], along_y[0]], [along_x[1], along_y[1]]];
    let determinant = cd_deg[0][0] * cd_deg[1][1] - cd_deg[0][1] * cd_deg[1][0];
    let is_ctype_assumed = header.text("CTYPE1").is_none();
    (determinant != 0.0 && determinant.is_finite()).then_some(Wcs {
        crpix: middle,
        crval_deg,
        cd_deg,
        is_ctype_assumed,
    })
}

/// The pixel (FITS convention) of a position in the plane that [`local`] gave; none beyond its horizon.
pub fn pixel(wcs: &Wcs, at_deg: [f64; 2]) -> Option<[f64; 2]> {
    let [xi, eta] = tangent(wcs.crval_deg, at_deg)?;
    let [[a, b], [c, d]] = wcs.cd_deg;
    let determinant = a * d - b * c;
    Some([
        wcs.crpix[0] + (d * xi - b * eta) / determinant,
        wcs.crpix[1] + (a * eta - c * xi) / determinant,
    ])
}

/// Gnomonic coordinates of a position about another, degrees: towards east and north.
fn tangent([ra0, dec0]: [f64; 2], [ra, dec]: [f64; 2]) -> Option<[f64; 2]> {
    let (sin0, cos0) = dec0.to_radians().sin_cos();
    let (sin, cos) = dec.to_radians().sin_cos();
    let (sin_ra, cos_ra) = (ra - ra0).to_radians().sin_cos();
    let depth = sin * sin0 + cos * cos0 * cos_ra;
    let east = cos * sin_ra / depth;
    let north = (sin * cos0 - cos * sin0 * cos_ra) / depth;
    (depth > 0.0).then(|| [east.to_degrees(), north.to_degrees()])
}

impl Projection {
    fn of(header: &Header) -> Option<Self> {
        let pair = |a: &str, b: &str| Some([header.number(a)?, header.number(b)?]);
        let mut crval = pair("CRVAL1", "CRVAL2")?;
        let crpix = pair("CRPIX1", "CRPIX2")?;
        let mut cd = matrix(header)?;
        for (axis, name) in ["CUNIT1", "CUNIT2"].into_iter().enumerate() {
            let unit = header.text(name).unwrap_or_default().to_ascii_lowercase();
            let factor = match unit.as_str() {
                "arcsec" => 1.0 / 3600.0,
                "arcmin" => 1.0 / 60.0,
                "mas" => 1.0 / 3_600_000.0,
                "rad" => 1.0_f64.to_degrees(),
                _ => 1.0,
            };
            crval[axis] *= factor;
            cd[axis] = cd[axis].map(|value| value * factor);
        }
        let ctype = header
            .text("CTYPE1")
            .unwrap_or_else(|| "RA---TAN".into())
            .to_ascii_uppercase();
        let axis = ctype.split('-').next().unwrap_or_default();
        let is_swapped = matches!(axis, "DEC" | "GLAT");
        if is_swapped {
            crval.swap(0, 1);
            cd.swap(0, 1);
        } else if !matches!(axis, "RA" | "GLON") {
            return None;
        }
        let latitude = if is_swapped { 1 } else { 2 };
        let pv = |axis: usize, at: usize| header.number(&format!("PV{axis}_{at}"));
        let code = ctype.split('-').filter(|part| !part.is_empty()).nth(1)?;
        let list = |axis: usize| {
            (0..40)
                .map(|at| pv(axis, at).unwrap_or(0.0))
                .collect::<Vec<_>>()
        };
        // SCAMP once wrote the polynomials of TPV under the name of TAN.
        let is_tpv =
            code == "TPV" || (code == "TAN" && (5..40).any(|at| pv(1, at).or(pv(2, at)).is_some()));
        let polynomial = |axis: usize| {
            let mut list = list(axis);
            list[1] = pv(axis, 1).unwrap_or(1.0);
            list
        };
        let kind = match code {
            "TAN" | "TPV" | "TNX" => Kind::Tan,
            "SIN" => Kind::Sin,
            "ZEA" => Kind::Zea,
            "STG" => Kind::Stg,
            "ARC" => Kind::Arc,
            "ZPN" => Kind::Zpn(list(latitude)),
            "CAR" => Kind::Car,
            "MER" => Kind::Mer,
            "CEA" => Kind::Cea(pv(latitude, 1).unwrap_or(1.0)),
            "SFL" | "GLS" => Kind::Sfl,
            "AIT" => Kind::Ait,
            _ => return None,
        };
        let lonpole = header
            .number("LONPOLE")
            .or_else(|| pv(3 - latitude, 3).filter(|_| !is_tpv));
        let latpole = header.number("LATPOLE").unwrap_or(90.0);
        let (pole, lonpole) = pole(crval, kind.latitude_deg(), lonpole, latpole)?;
        Some(Self {
            crpix,
            cd,
            sip: ["A", "B"].map(|name| sip(header, name)),
            tpv: is_tpv.then(|| [polynomial(1), polynomial(2)]),
            kind,
            pole,
            lonpole,
            is_galactic: axis.starts_with('G'),
        })
    }

    /// Right ascension and declination of a pixel (the middle of the first is 1), degrees.
    fn sky(&self, at: [f64; 2]) -> Option<[f64; 2]> {
        let (u, v) = (at[0] - self.crpix[0], at[1] - self.crpix[1]);
        let bent = |terms: &[(i32, i32, f64)]| {
            terms
                .iter()
                .map(|(p, q, value)| value * u.powi(*p) * v.powi(*q))
                .sum::<f64>()
        };
        let (u, v) = (u + bent(&self.sip[0]), v + bent(&self.sip[1]));
        let [mut x, mut y] = self.cd.map(|row| row[0] * u + row[1] * v);
        if let Some([of_x, of_y]) = &self.tpv {
            (x, y) = (tpv(of_x, x, y), tpv(of_y, y, x));
        }
        let (phi, theta) = self.kind.native(x, y)?;
        let [pole_ra, pole_dec] = self.pole;
        let (sin_theta, cos_theta) = theta.sin_cos();
        let (sin_pole, cos_pole) = pole_dec.sin_cos();
        let (sin_phi, cos_phi) = (phi - self.lonpole).sin_cos();
        let ra = pole_ra
            + (-cos_theta * sin_phi).atan2(sin_theta * cos_pole - cos_theta * sin_pole * cos_phi);
        let dec = (sin_theta * sin_pole + cos_theta * cos_pole * cos_phi)
            .clamp(-1.0, 1.0)
            .asin();
        let sky = [ra.to_degrees().rem_euclid(360.0), dec.to_degrees()];
        let sky = if self.is_galactic {
            position::equatorial(sky)
        } else {
            sky
        };
        sky.iter().all(|value| value.is_finite()).then_some(sky)
    }
}

impl Kind {
    /// Native latitude of the reference point.
    const fn latitude_deg(&self) -> f64 {
        match self {
            Self::Car | Self::Mer | Self::Cea(_) | Self::Sfl | Self::Ait => 0.0,
            _ => 90.0,
        }
    }

    /// Native longitude and latitude (radians) of a place in the plane of projection (degrees).
    fn native(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let quarter = std::f64::consts::FRAC_PI_2;
        let (xr, yr) = (x.to_radians(), y.to_radians());
        let radius = xr.hypot(yr);
        let phi = if radius == 0.0 { 0.0 } else { xr.atan2(-yr) };
        let zenithal = |theta: f64| Some((phi, theta));
        match self {
            Self::Tan => zenithal(1.0_f64.atan2(radius)),
            Self::Sin => (radius <= 1.0).then(|| (phi, radius.acos())),
            Self::Zea => (radius <= 2.0).then(|| (phi, quarter - 2.0 * (radius / 2.0).asin())),
            Self::Stg => zenithal(quarter - 2.0 * (radius / 2.0).atan()),
            Self::Arc => zenithal(quarter - radius),
            Self::Zpn(terms) => Some((phi, quarter - colatitude(terms, radius)?)),
            Self::Car => Some((xr, yr)),
            Self::Mer => Some((xr, 2.0 * yr.exp().atan() - quarter)),
            Self::Cea(lambda) => {
                let sine = yr * lambda;
                (sine.abs() <= 1.0).then(|| (xr, sine.asin()))
            }
            Self::Sfl => (yr.cos() > 0.0).then(|| (xr / yr.cos(), yr)),
            Self::Ait => {
                let z2 = 1.0 - (xr / 4.0).powi(2) - (yr / 2.0).powi(2);
                let z = z2.max(0.0).sqrt();
                let phi = 2.0 * (z * xr / 2.0).atan2(2.0 * z2 - 1.0);
                (z2 >= 0.5).then(|| (phi, (yr * z).clamp(-1.0, 1.0).asin()))
            }
        }
    }
}

/// The colatitude whose polynomial is that radius, by Newton's method from the linear term.
fn colatitude(terms: &[f64], radius: f64) -> Option<f64> {
    let value = |at: f64| terms.iter().rev().fold(0.0, |sum, term| sum * at + term) - radius;
    let slope = |at: f64| {
        let terms = terms.iter().enumerate().skip(1).rev();
        terms.fold(0.0, |sum, (power, term)| sum * at + power as f64 * term)
    };
    let mut at = radius / terms.get(1).filter(|term| **term != 0.0)?;
    for _ in 0..50 {
        let by = value(at) / slope(at);
        at -= by;
        if by.abs() < 1e-14 {
            return Some(at);
        }
    }
    (value(at).abs() < 1e-9).then_some(at)
}

/// The celestial position of the native pole and the native longitude of the celestial one, radians
/// (paper II, section 2.4).
fn pole(
    crval: [f64; 2],
    theta0: f64,
    lonpole: Option<f64>,
    latpole: f64,
) -> Option<([f64; 2], f64)> {
    let [ra0, dec0] = crval.map(f64::to_radians);
    let lonpole = lonpole.unwrap_or(if crval[1] >= theta0 { 0.0 } else { 180.0 });
    let phi_p = lonpole.to_radians();
    if theta0 > 0.0 {
        return Some(([ra0, dec0], phi_p));
    }
    let (sin_p, cos_p) = phi_p.sin_cos();
    let base = 0.0_f64.atan2(cos_p);
    let ratio = dec0.sin() / (1.0 - sin_p * sin_p).sqrt();
    let span = ratio.clamp(-1.0, 1.0).acos();
    let quarter = std::f64::consts::FRAC_PI_2 + 1e-9;
    let wrap = |angle: f64| {
        let turn = std::f64::consts::TAU;
        (angle + turn / 2.0).rem_euclid(turn) - turn / 2.0
    };
    let wanted = latpole.to_radians();
    let found = [wrap(base + span), wrap(base - span)].into_iter();
    let found = found.filter(|dec| dec.abs() <= quarter);
    let dec_p = found.min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()))?;
    let ra_p = if dec0.cos().abs() < 1e-12 {
        ra0
    } else if dec_p.cos().abs() < 1e-9 {
        let half = std::f64::consts::PI;
        if dec_p > 0.0 {
            ra0 + phi_p - half
        } else {
            ra0 - phi_p
        }
    } else {
        let sine = sin_p / dec0.cos();
        let cosine = -dec_p.sin() * dec0.sin() / (dec_p.cos() * dec0.cos());
        ra0 - sine.atan2(cosine)
    };
    Some(([ra_p, dec_p], phi_p))
}

/// Units per pixel: CD, or PC times CDELT, or CDELT turned by CROTA (papers I and II); `PC001001` is how
/// PC1_1 was written before the standard.
fn matrix(header: &Header) -> Option<[[f64; 2]; 2]> {
    let entry = |prefix: &str, i: usize, j: usize| {
        let old = || header.number(&format!("{prefix}{:03}{:03}", i + 1, j + 1));
        header
            .number(&format!("{prefix}{}_{}", i + 1, j + 1))
            .or_else(old)
    };
    let has = |prefix: &str| (0..4).any(|at| entry(prefix, at / 2, at % 2).is_some());
    let filled = |prefix: &str, diagonal: f64| {
        [0, 1].map(|i| {
            [0, 1].map(|j| entry(prefix, i, j).unwrap_or(if i == j { diagonal } else { 0.0 }))
        })
    };
    if has("CD") {
        return Some(filled("CD", 0.0));
    }
    let cdelt = ["CDELT1", "CDELT2"].map(|name| header.number(name));
    if has("PC") {
        let pc = filled("PC", 1.0);
        return Some([0, 1].map(|i| pc[i].map(|value| value * cdelt[i].unwrap_or(1.0))));
    }
    let [dx, dy] = [cdelt[0]?, cdelt[1]?];
    let turned = header.first_number(&["CROTA2", "CROTA1"]).unwrap_or(0.0);
    let (sin, cos) = turned.to_radians().sin_cos();
    Some([[dx * cos, -dy * sin], [dx * sin, dy * cos]])
}

/// The terms of a SIP polynomial: powers of u and v, coefficient.
fn sip(header: &Header, name: &str) -> Vec<(i32, i32, f64)> {
    let order = header.number(&format!("{name}_ORDER")).unwrap_or(0.0);
    let order = if (2.0..=9.0).contains(&order) {
        order as i32
    } else {
        0
    };
    let powers = (0..=order).flat_map(|p| (0..=order - p).map(move |q| (p, q)));
    let term = |(p, q)| Some((p, q, header.number(&format!("{name}_{p}_{q}"))?));
    powers.filter_map(term).collect()
}

/// The polynomial of TPV up to the seventh order; the odd powers of the radius are terms of their own.
fn tpv(terms: &[f64], x: f64, y: f64) -> f64 {
    let radius = x.hypot(y);
    let mut at = 0;
    let mut sum = 0.0;
    for order in 0..=7 {
        for power in 0..=order {
            sum += terms.get(at).unwrap_or(&0.0) * x.powi(order - power) * y.powi(power);
            at += 1;
        }
        if order % 2 == 1 {
            sum += terms.get(at).unwrap_or(&0.0) * radius.powi(order);
            at += 1;
        }
    }
    sum
}

#[cfg(test)]
#[path = "wcs_tests.rs"]
mod tests;
