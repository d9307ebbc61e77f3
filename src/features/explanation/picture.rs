//! Heat maps over stamps as a picture: above the stamps as the window draws them, below the same with
//! their heat maps.

use std::path::Path;

use anyhow::ensure;
use image::{RgbaImage, imageops};

use crate::{
    domain::{CandidateIx, Catalogue, Explanation, Role, Stamp},
    features::render::{
        self,
        painter::{Painter, Pixels},
        pictures::{GAP_PX, Kind, MATTE, RenderOrder},
        plan::{Plan, Shot},
    },
    imaging::{Orientation, Preset, View, heat_map::color_at, model_input::Footprint},
    io::Decoder,
};

/// The line round what the model sees.
const OUTLINE: [u8; 4] = [0x80, 0x80, 0x80, 0xff];

/// How a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// Picture pixels a stamp pixel.
    pub scale: u32,
    /// Turn stamps so that north is up.
    pub is_north_up: bool,
    /// Opacity of the heat map, 0 to 1.
    pub opacity: f32,
}

/// Which epoch.
pub(crate) struct Shown<'a> {
    pub catalogue: &'a Catalogue,
    pub candidate: CandidateIx,
    /// From 0.
    pub epoch: usize,
}

/// Writes the picture: a column for every channel that has a stamp.
pub(crate) fn write(
    path: &Path,
    shown: &Shown<'_>,
    explanation: &Explanation,
    drawn: Drawn,
    decoder: &Decoder,
) -> anyhow::Result<()> {
    let order = render_order(drawn);
    let mut painter = Painter::new(&order, shown.catalogue)?;
    let mut columns = Vec::new();
    for role in explanation.plan.channels.iter().copied() {
        let plan = plan(shown, role);
        let pixels = painter.decode(std::slice::from_ref(&plan), decoder, &mut Vec::new());
        let Some(stamp) = stamp_of(shown, role, &pixels) else {
            continue;
        };
        if let Some(picture) = painter.draw(&plan, &pixels)? {
            let covered = covered(&picture, stamp, explanation, role, drawn);
            columns.push([picture, covered]);
        }
    }
    ensure!(!columns.is_empty(), "no stamp of this epoch can be drawn");
    render::pictures::save(&side_by_side(&columns), path)
}

fn render_order(drawn: Drawn) -> RenderOrder {
    RenderOrder {
        paths: Vec::new(),
        out: std::path::PathBuf::new(),
        kind: Kind::Stamps,
        ids: Vec::new(),
        roles: Vec::new(),
        epoch: None,
        preset: Preset::default(),
        is_locked: true,
        is_north_up: drawn.is_north_up,
        flips_sign: false,
        scale: drawn.scale.max(1),
        columns: 1,
        rows: 1,
    }
}

fn plan(shown: &Shown<'_>, role: Role) -> Plan {
    let shot = Shot {
        candidate: shown.candidate,
        epoch: shown.epoch,
        role,
    };
    let has_stamp = stamp_id(shown, role).is_some();
    Plan {
        name: role.name().into(),
        rows: vec![vec![has_stamp.then_some(shot)]],
        group: 1,
        words: Vec::new(),
    }
}

fn stamp_id(shown: &Shown<'_>, role: Role) -> Option<crate::domain::StampId> {
    let candidate = shown.catalogue.get(shown.candidate)?;
    Some(candidate.epochs.get(shown.epoch)?.stamp(role)?.id)
}

fn stamp_of<'a>(shown: &Shown<'_>, role: Role, pixels: &'a Pixels) -> Option<&'a Stamp> {
    pixels.get(&stamp_id(shown, role)?)
}

/// The picture of a stamp with its heat map over it.
fn covered(
    picture: &RgbaImage,
    stamp: &Stamp,
    explanation: &Explanation,
    role: Role,
    drawn: Drawn,
) -> RgbaImage {
    let size = [stamp.width, stamp.height];
    let footprint = Footprint::of(size, stamp.geometry.arcsec_per_px(), &explanation.plan);
    let view = View {
        zoom: f64::from(drawn.scale.max(1)),
        center: size.map(|side| (side as f64 - 1.0) / 2.0),
        orientation: Orientation::of(&stamp.geometry, drawn.is_north_up),
    };
    let placement = view.placement([picture.width(), picture.height()].map(f64::from));
    let map = explanation.map(role).unwrap_or_default();
    let largest = explanation.largest();
    // One pixel of the picture, in pixels of the model's square.
    let thin = 1.0 / (view.zoom * footprint.step);
    let is_edge = |along: &f64| *along < thin || *along >= footprint.side as f64 - thin;
    let mut covered = picture.clone();
    for (x, y, pixel) in covered.enumerate_pixels_mut() {
        let position = placement.position_at([x as f32 + 0.5, y as f32 + 0.5]);
        let Some(place) = footprint.place_of(position) else {
            continue;
        };
        let [red, green, blue, alpha] = if place.iter().any(is_edge) {
            OUTLINE
        } else {
            color_at(map, footprint.side, place, largest)
        };
        let share = f32::from(alpha) / 255.0 * drawn.opacity.clamp(0.0, 1.0);
        for (below, above) in pixel.0.iter_mut().zip([red, green, blue]) {
            let mixed = f32::from(*below) * (1.0 - share) + f32::from(above) * share;
            *below = mixed.round() as u8;
        }
    }
    covered
}

/// Columns of two pictures each, on the matte.
fn side_by_side(columns: &[[RgbaImage; 2]]) -> RgbaImage {
    let gap = GAP_PX * 4;
    let widths = columns.iter().map(|[stamp, _]| stamp.width() + gap);
    let height = columns.iter().map(|[stamp, _]| stamp.height()).max();
    let height = height.unwrap_or(0);
    let [red, green, blue] = MATTE;
    let size = [widths.sum::<u32>().saturating_sub(gap), 2 * height + gap];
    let mut all = RgbaImage::from_pixel(size[0], size[1], image::Rgba([red, green, blue, 255]));
    let mut left = 0;
    for [stamp, covered] in columns {
        imageops::replace(&mut all, stamp, i64::from(left), 0);
        imageops::replace(&mut all, covered, i64::from(left), i64::from(height + gap));
        left += stamp.width() + gap;
    }
    all
}
