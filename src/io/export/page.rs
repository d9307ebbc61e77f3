//! The night as one HTML page: counts, and every judged candidate with its stamps, its light curve, its
//! label, who gave it and when. One file without links to others, to be sent or kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Write as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{ExportError, ExportRow, bundle::Decode, written_beside};
use crate::{
    domain::{
        Band, Candidate, Epoch, Mjd, Problem, Role, Stamp, Timestamp, magnitude::mag_in_words,
    },
    imaging::{Marks, Preset},
};

/// Candidates with pictures; more are counted and not shown.
pub const MOST_SHOWN: usize = 3_000;
/// Candidates whose stamps are in memory at once.
const BATCH: usize = 64;
const ROLES: [Role; 3] = [Role::Science, Role::Reference, Role::Difference];
/// Size of a light curve, points.
const CURVE: [f64; 2] = [300.0, 110.0];
/// Margin of its plot.
const MARGIN: f64 = 14.0;

pub(super) const STYLE: &str = "body{font:14px sans-serif;margin:2em;background:#fff;color:#222}\
h1{font-weight:600}h2{margin-top:2em;border-bottom:1px solid #ccc}\
table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left;border-bottom:1px solid #eee}\
.c{display:inline-block;vertical-align:top;width:318px;margin:0 1em 1em 0;padding:.6em;\
border:1px solid #ddd;border-radius:4px}.c img{width:98px;height:98px;margin-right:3px;\
image-rendering:pixelated;background:#ddd}.m{color:#666;font-size:12px}\
.c b{font-size:15px;overflow-wrap:anywhere}svg{background:#fafafa;margin-top:.4em}";

#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageReport {
    pub candidates: usize,
    pub stamps: usize,
    /// Stamps that could not be decoded.
    pub problems: Vec<Problem>,
}

/// Writes the page, beside and renamed.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(
    path: &Path,
    rows: &[ExportRow<'_>],
    decode: &mut Decode<'_>,
) -> Result<PageReport, ExportError> {
    let mut report = PageReport::default();
    written_beside(path, |beside| {
        let file = std::fs::File::create(beside).map_err(|error| error.to_string())?;
        let mut out = std::io::BufWriter::new(file);
        page(&mut out, rows, decode, &mut report)
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())
    })?;
    Ok(report)
}

fn page(
    out: &mut impl std::io::Write,
    rows: &[ExportRow<'_>],
    decode: &mut Decode<'_>,
    report: &mut PageReport,
) -> std::io::Result<()> {
    let mut groups: BTreeMap<&str, Vec<&ExportRow<'_>>> = BTreeMap::new();
    for row in rows {
        groups.entry(group_of(row)).or_default().push(row);
    }
    let made = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC");
    write!(
        out,
        "<!doctype html><html lang=en><meta charset=utf-8><title>destello: {} candidates</title>\
         <style>{STYLE}</style><h1>Night report</h1><p class=m>destello {}, {made}</p>",
        rows.len(),
        env!("CARGO_PKG_VERSION")
    )?;
    counts(out, rows, &groups)?;
    sources(out, rows)?;
    let mut left = MOST_SHOWN;
    for (group, rows) in &groups {
        write!(out, "<h2>{} ({})</h2>", escaped(group), rows.len())?;
        let shown = &rows[..rows.len().min(left)];
        left -= shown.len();
        for batch in shown.chunks(BATCH) {
            cards(out, batch, decode, report)?;
        }
        if shown.len() < rows.len() {
            write!(
                out,
                "<p class=m>{} more are not shown.</p>",
                rows.len() - shown.len()
            )?;
        }
    }
    report.candidates = rows.len();
    write!(out, "</html>")
}

/// The class, or what else was decided.
fn group_of<'a>(row: &ExportRow<'a>) -> &'a str {
    let state = row.state;
    match state.classes.first() {
        Some(class) => class,
        None if state.is_unsure => "unsure",
        None if state.is_flagged => "flagged",
        None => "with a note",
    }
}

fn counts(
    out: &mut impl std::io::Write,
    rows: &[ExportRow<'_>],
    groups: &BTreeMap<&str, Vec<&ExportRow<'_>>>,
) -> std::io::Result<()> {
    write!(out, "<table><tr><th>label<th>candidates")?;
    for (group, rows) in groups {
        write!(out, "<tr><td>{}<td>{}", escaped(group), rows.len())?;
    }
    write!(out, "</table>")?;
    let mut annotators: BTreeMap<&str, usize> = BTreeMap::new();
    for event in rows.iter().filter_map(|row| row.event) {
        *annotators.entry(&event.annotator).or_default() += 1;
    }
    write!(out, "<p>Labelled by ")?;
    for (at, (name, count)) in annotators.iter().enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        write!(out, "{comma}{} ({count})", escaped(name))?;
    }
    let times = rows
        .iter()
        .filter_map(|row| row.event)
        .map(|event| event.at.0);
    if let (Some(first), Some(last)) = (times.clone().min(), times.max()) {
        write!(out, ", {} to {}", clock(first), clock(last))?;
    }
    write!(out, ".</p>")
}

/// Which files the candidates are from, and when these were taken.
fn sources(out: &mut impl std::io::Write, rows: &[ExportRow<'_>]) -> std::io::Result<()> {
    /// More folders are counted only.
    const MOST_NAMED: usize = 5;
    let epochs = || {
        let candidates = rows.iter().filter_map(|row| row.candidate);
        candidates.flat_map(|candidate| &candidate.epochs)
    };
    let stamps = epochs().filter_map(|epoch| epoch.stamps.first());
    let folders: BTreeSet<&Path> = stamps
        .filter_map(|stamp| stamp.source.path.parent())
        .collect();
    if folders.is_empty() {
        return Ok(());
    }
    let named = folders.iter().take(MOST_NAMED);
    let named: Vec<_> = named
        .map(|folder| escaped(&folder.to_string_lossy()))
        .collect();
    let others = folders.len().saturating_sub(MOST_NAMED);
    let others = if others > 0 {
        format!(" and {others} other folders")
    } else {
        String::new()
    };
    write!(out, "<p>Stamps from {}{others}", named.join(", "))?;
    let days = || epochs().filter_map(|epoch| epoch.mjd);
    let first = days().min_by(|a, b| a.utc_days().total_cmp(&b.utc_days()));
    let last = days().max_by(|a, b| a.utc_days().total_cmp(&b.utc_days()));
    if let (Some(first), Some(last)) = (first, last) {
        let [first, last] = [first, last].map(|mjd| utc(mjd).unwrap_or_default());
        write!(out, ", taken {first} to {last}")?;
    }
    write!(out, ".</p>")
}

/// `2026-11-29 04:15 UTC`.
fn utc(mjd: Mjd) -> Option<String> {
    let time = Mjd::new(mjd.utc_days()).map(Timestamp::from_mjd_utc)?;
    Some(clock(time.0))
}

/// Filter, magnitude and time of the epoch that is shown.
fn epoch_in_words(epoch: &Epoch) -> String {
    let band = epoch.band.as_ref().map(|band| escaped(band.name()));
    let mag = epoch
        .mag
        .filter(|mag| mag.is_finite())
        .map(|mag| mag_in_words(mag.into(), epoch.mag_err.map(f64::from)) + " mag");
    let fades = epoch.is_fading().then(|| "fading".to_owned());
    let time = epoch.mjd.and_then(utc);
    let words = [band, mag, fades, time].into_iter().flatten();
    words.collect::<Vec<_>>().join(", ")
}

fn cards(
    out: &mut impl std::io::Write,
    rows: &[&ExportRow<'_>],
    decode: &mut Decode<'_>,
    report: &mut PageReport,
) -> std::io::Result<()> {
    let wanted: Vec<_> = rows
        .iter()
        .filter_map(|row| row.epoch)
        .flat_map(|epoch| ROLES.iter().filter_map(|role| epoch.stamp(*role)))
        .cloned()
        .collect();
    let mut pixels = std::collections::HashMap::new();
    for (id, stamp) in decode(&wanted) {
        match stamp {
            Ok(stamp) => drop(pixels.insert(id, stamp)),
            Err(problem) => report.problems.push(problem),
        }
    }
    for row in rows {
        write!(out, "<div class=c><b>{}</b><br>", escaped(row.id))?;
        if let Some(epoch) = row.epoch {
            for role in ROLES {
                let stamp = epoch.stamp(role).and_then(|stamp| pixels.get(&stamp.id));
                if let Some(stamp) = stamp {
                    report.stamps += usize::from(picture(out, stamp, role, epoch)?);
                }
            }
        }
        if let Some(candidate) = row.candidate {
            if let Some([ra, dec]) = candidate.position_deg {
                write!(out, "<div class=m>RA {ra:.5} Dec {dec:+.5}</div>")?;
            }
            if let Some(epoch) = row.epoch {
                write!(out, "<div class=m>{}</div>", epoch_in_words(epoch))?;
            }
            write!(out, "{}", light_curve(candidate, row.epoch))?;
        }
        if let Some(event) = row.event {
            let known = event.model.as_ref().zip(event.score);
            let known = known.map(|(model, score)| format!(", {} gave {score:.2}", escaped(model)));
            write!(
                out,
                "<div class=m>{} by {}, {}{}</div>",
                escaped(group_of(row)),
                escaped(&event.annotator),
                clock(event.at.0),
                known.unwrap_or_default()
            )?;
        }
        if let Some(note) = &row.state.note {
            write!(out, "<div>{}</div>", escaped(note))?;
        }
        write!(out, "</div>")?;
    }
    Ok(())
}

/// The stamps of one epoch, as far as they can be decoded.
pub(super) fn pictures(
    out: &mut impl std::io::Write,
    epoch: &Epoch,
    decode: &mut Decode<'_>,
) -> std::io::Result<()> {
    let wanted = ROLES.iter().filter_map(|role| epoch.stamp(*role));
    let wanted: Vec<_> = wanted.cloned().collect();
    let found: std::collections::HashMap<_, _> = decode(&wanted).into_iter().collect();
    for stamp in &wanted {
        if let Some(Ok(pixels)) = found.get(&stamp.id) {
            picture(out, pixels, stamp.role, epoch)?;
        }
    }
    Ok(())
}

/// One stamp; true where it has a picture.
fn picture(
    out: &mut impl std::io::Write,
    stamp: &Stamp,
    role: Role,
    epoch: &Epoch,
) -> std::io::Result<bool> {
    let Some(png) = png(stamp, role, epoch) else {
        return Ok(false);
    };
    write!(
        out,
        "<img title={} src=\"data:image/png;base64,{}\">",
        role.name(),
        STANDARD.encode(png)
    )?;
    Ok(true)
}

/// A stamp as the window's own look shows it, row 0 at the bottom; a difference as science minus
/// reference.
fn png(stamp: &Stamp, role: Role, epoch: &Epoch) -> Option<Vec<u8>> {
    let is_turned = epoch.difference_sign.is_turned_in(role);
    let look = Preset::default().recipe(role).look_over(&[stamp]).of(stamp);
    let marks = Marks::of(stamp);
    let rows = stamp.pixels.chunks_exact(stamp.width.max(1)).rev();
    let color = |value: &f32| {
        let shown = if is_turned { -*value } else { *value };
        look.color(shown, marks.classify(*value))
    };
    let rgb: Vec<u8> = rows.flatten().flat_map(color).collect();
    let picture = image::RgbImage::from_raw(stamp.width as u32, stamp.height as u32, rgb)?;
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

/// Magnitudes over time, bright above; nothing where fewer than two epochs have one.
fn light_curve(candidate: &Candidate, shown: Option<&Epoch>) -> String {
    // Light that was missing is no brightness.
    let epochs = candidate.epochs.iter().filter(|epoch| !epoch.is_fading());
    let of_epoch = |epoch: &Epoch| Some((epoch.mjd?, epoch.mag?, epoch.band.clone(), false));
    let mut points: Vec<(Mjd, f32, Option<Band>, bool)> = epochs.filter_map(of_epoch).collect();
    let history = candidate.history.iter().filter(|point| !point.is_fading);
    points.extend(history.map(|point| {
        (
            point.mjd,
            point.mag,
            point.band.clone(),
            point.is_upper_limit,
        )
    }));
    points.retain(|(_, mag, ..)| mag.is_finite());
    if points.len() < 2 {
        return String::new();
    }
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
            [low.min(value), high.max(value)]
        })
    };
    let [t0, t1] = range(&mut points.iter().map(|point| point.0.utc_days()));
    let [m0, m1] = range(&mut points.iter().map(|point| f64::from(point.1)));
    let x =
        |mjd: Mjd| MARGIN + (mjd.utc_days() - t0) / (t1 - t0).max(1e-6) * (CURVE[0] - 2.0 * MARGIN);
    let y =
        |mag: f32| MARGIN + (f64::from(mag) - m0) / (m1 - m0).max(1e-6) * (CURVE[1] - 2.0 * MARGIN);
    let mut svg = vec![format!("<svg width={} height={}>", CURVE[0], CURVE[1])];
    if let Some(mjd) = shown.and_then(|epoch| epoch.mjd) {
        svg.push(format!(
            "<path d=\"M{:.1} 0V{}\" stroke=\"#b80\"/>",
            x(mjd),
            CURVE[1]
        ));
    }
    for (mjd, mag, band, is_limit) in &points {
        let fill = if *is_limit {
            "none"
        } else {
            color(band.as_ref())
        };
        svg.push(format!(
            "<circle cx={:.1} cy={:.1} r=2.6 fill=\"{fill}\" stroke=\"{}\"/>",
            x(*mjd),
            y(*mag),
            color(band.as_ref())
        ));
    }
    svg.push(format!(
        "<text x=2 y=10 font-size=9>{m0:.2}</text><text x=2 y={} font-size=9>{m1:.2} mag, MJD \
         {t0:.1} to {t1:.1}</text></svg>",
        CURVE[1] - 2.0
    ));
    svg.concat()
}

/// The colours of the window.
const fn color(band: Option<&Band>) -> &'static str {
    match band {
        Some(Band::U) => "#56b4e9",
        Some(Band::G) => "#009e73",
        Some(Band::R) => "#d55e00",
        Some(Band::I) => "#cc79a7",
        Some(Band::Z) => "#0077bb",
        Some(Band::Y) => "#c8b420",
        Some(Band::Other(_)) | None => "#707070",
    }
}

pub(super) fn clock(microseconds: i64) -> String {
    jiff::Timestamp::from_microsecond(microseconds).map_or_else(
        |_| "?".into(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

/// Text that means nothing to a browser.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_the_data_cannot_be_markup() {
        assert_eq!(
            escaped("<script>\"a\" & b"),
            "&lt;script&gt;&quot;a&quot; &amp; b"
        );
    }

    #[test]
    fn a_light_curve_needs_two_magnitudes_and_shows_the_epoch() {
        let epoch = |mjd: f64, mag: f32| Epoch {
            mjd: Mjd::new(mjd),
            mag: Some(mag),
            band: Some(Band::G),
            ..Epoch::default()
        };
        let one = Candidate {
            epochs: vec![epoch(57_000.0, 20.0)],
            ..Candidate::default()
        };
        assert_eq!(light_curve(&one, None), "");
        let two = Candidate {
            epochs: vec![epoch(57_000.0, 20.0), epoch(57_010.0, 22.0)],
            ..Candidate::default()
        };
        let svg = light_curve(&two, two.epochs.first());
        assert_eq!(svg.matches("<circle").count(), 2);
        // The bright one is first and above.
        assert!(svg.contains("cx=14.0 cy=14.0"), "{svg}");
        assert!(svg.contains("M14.0 0V110"), "{svg}");
    }

    #[test]
    fn a_stamp_is_a_picture_with_its_first_row_below() {
        let mut pixels = vec![0.0; 21 * 21];
        pixels[..21].fill(1000.0);
        let stamp = Stamp::new(21, 21, pixels);
        let png = png(&stamp, Role::Science, &Epoch::default()).unwrap();
        let picture = image::load_from_memory(&png).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (21, 21));
        assert!(picture.get_pixel(3, 20).0[0] > picture.get_pixel(3, 0).0[0]);
    }
}
