//! Draws the pictures of a plan: stamps decoded, limits found as in the window, cells laid out.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use image::RgbaImage;

use super::{
    pictures::RenderOrder,
    plan::{Plan, Shot},
};
use crate::{
    domain::{Catalogue, Problem, Stamp, StampId, StampRef},
    gpu::{Headless, StampInstance},
    imaging::{Orientation, SharedLook, View},
    io::Decoder,
};

/// Behind and between stamps: the matte of the window's dark theme.
pub const MATTE: [u8; 3] = [0x26; 3];
/// Pixels between the stamps of a candidate.
pub const GAP_PX: u32 = 1;
/// Further pixels between candidates.
pub const GROUP_GAP_PX: u32 = 5;
/// Texture memory: a page of stamps.
const ATLAS_BYTES: u64 = 512 << 20;

/// Decoded stamps.
pub(crate) type Pixels = HashMap<StampId, Stamp>;

pub(crate) struct Painter<'a> {
    order: &'a RenderOrder,
    catalogue: &'a Catalogue,
    headless: Headless,
}

impl<'a> Painter<'a> {
    /// A painter on the best graphics device there is.
    pub fn new(order: &'a RenderOrder, catalogue: &'a Catalogue) -> anyhow::Result<Self> {
        let headless = Headless::new(ATLAS_BYTES)?;
        log::info!("drawn by {}", headless.adapter());
        Ok(Self {
            order,
            catalogue,
            headless,
        })
    }

    /// Every stamp that is drawn, and those that its limits are found from.
    pub fn decode(&self, batch: &[Plan], decoder: &Decoder, problems: &mut Vec<Problem>) -> Pixels {
        let cells = batch.iter().flat_map(|plan| plan.rows.iter().flatten());
        let mut wanted: Vec<&StampRef> = cells
            .flatten()
            .flat_map(|shot| self.stamp(*shot).into_iter().chain(self.locked_with(*shot)))
            .collect();
        wanted.sort_by_key(|stamp| stamp.id);
        wanted.dedup_by_key(|stamp| stamp.id);
        let wanted: Vec<StampRef> = wanted.into_iter().cloned().collect();
        let mut pixels = Pixels::new();
        for (id, result) in decoder.decode(&wanted) {
            match result {
                Ok(stamp) => {
                    pixels.insert(id, stamp);
                }
                Err(problem) => problems.push(problem),
            }
        }
        pixels
    }

    fn stamp(&self, shot: Shot) -> Option<&StampRef> {
        let candidate = self.catalogue.get(shot.candidate)?;
        candidate.epochs.get(shot.epoch)?.stamp(shot.role)
    }

    /// The stamps that share limits with this one, by the rules of the window.
    fn locked_with(&self, shot: Shot) -> impl Iterator<Item = &StampRef> {
        let epochs = self
            .catalogue
            .get(shot.candidate)
            .map_or(&[][..], |c| &c.epochs);
        let epochs = if self.order.is_locked {
            epochs
        } else {
            epochs.get(shot.epoch..=shot.epoch).unwrap_or_default()
        };
        self.order.preset.stamps_locked_with(shot.role, epochs)
    }

    fn look(&self, shot: Shot, pixels: &Pixels) -> SharedLook {
        let locked = self
            .locked_with(shot)
            .filter_map(|stamp| pixels.get(&stamp.id));
        let locked: Vec<&Stamp> = locked.collect();
        self.order.preset.recipe(shot.role).look_over(&locked)
    }

    /// The picture; none where no stamp of it could be read.
    pub fn draw(&mut self, plan: &Plan, pixels: &Pixels) -> anyhow::Result<Option<RgbaImage>> {
        let laid = self.lay(plan, pixels);
        let Some(grid) = Grid::of(plan, &laid, self.order.scale) else {
            return Ok(None);
        };
        let mut looks = Vec::new();
        let mut known = BTreeMap::new();
        let mut instances = Vec::new();
        for Laid {
            cell,
            shot,
            id,
            stamp,
            orientation,
        } in &laid
        {
            self.headless.atlas().upload(*id, stamp)?;
            let key = Shot {
                epoch: if self.order.is_locked { 0 } else { shot.epoch },
                ..*shot
            };
            let shared = known.entry(key).or_insert_with(|| self.look(*shot, pixels));
            let own = shared.of(stamp);
            if looks.last() != Some(&own) {
                looks.push(own);
            }
            let look = looks.len() as u32 - 1;
            let [width, height] = grid.cell_px.map(f64::from);
            let view = View {
                zoom: f64::from(self.order.scale),
                center: [stamp.width, stamp.height].map(|side| (side as f64 - 1.0) / 2.0),
                orientation: *orientation,
            };
            instances.push(StampInstance {
                stamp: *id,
                rect_px: grid.rect(*cell),
                placement: view.placement([width, height]),
                look,
                is_negated: self.is_negated(*shot),
            });
        }
        let picture = self
            .headless
            .render(grid.size_px, MATTE, &instances, &looks);
        for Laid { id, .. } in &laid {
            self.headless.atlas().remove(*id);
        }
        let hint = "fewer --columns, --rows, or a smaller --scale make a smaller picture";
        picture
            .with_context(|| format!("{}: {hint}", plan.name))
            .map(Some)
    }

    /// The stamps that could be read, with their cells.
    fn lay<'p>(&self, plan: &Plan, pixels: &'p Pixels) -> Vec<Laid<'p>> {
        let rows = plan.rows.iter().enumerate();
        let cells = rows.flat_map(|(row, cells)| {
            let cells = cells.iter().enumerate();
            cells.filter_map(move |(column, shot)| Some(([column, row], (*shot)?)))
        });
        let lay = |(cell, shot)| {
            let id = self.stamp(shot)?.id;
            let stamp = pixels.get(&id)?;
            let orientation = Orientation::of(&stamp.geometry, self.order.is_north_up);
            Some(Laid {
                cell,
                shot,
                id,
                stamp,
                orientation,
            })
        };
        cells.filter_map(lay).collect()
    }

    fn is_negated(&self, shot: Shot) -> bool {
        let candidate = self.catalogue.get(shot.candidate);
        let epoch = candidate.and_then(|candidate| candidate.epochs.get(shot.epoch));
        self.order.flips_sign
            && epoch.is_some_and(|epoch| epoch.difference_sign.is_turned_in(shot.role))
    }
}

/// A stamp in its cell: column and row.
struct Laid<'a> {
    cell: [usize; 2],
    shot: Shot,
    id: StampId,
    stamp: &'a Stamp,
    orientation: Orientation,
}

/// Cells of one size: that of the largest stamp.
struct Grid {
    cell_px: [u32; 2],
    size_px: [u32; 2],
    group: usize,
}

impl Grid {
    fn of(plan: &Plan, laid: &[Laid<'_>], scale: u32) -> Option<Self> {
        let mut cell_px = [0, 0];
        for Laid {
            stamp, orientation, ..
        } in laid
        {
            let extent = orientation.extent_of([stamp.width, stamp.height]);
            for (side, extent) in cell_px.iter_mut().zip(extent) {
                // A turn by a right angle out of a WCS is not exact: no pixel more for that.
                let needed = (extent * f64::from(scale) - 1e-3).ceil() as u32;
                *side = needed.max(*side);
            }
        }
        if laid.is_empty() {
            return None;
        }
        let columns = plan.rows.iter().map(Vec::len).max()?;
        let mut grid = Self {
            cell_px,
            size_px: [0, 0],
            group: plan.group.max(1),
        };
        let [left, top] = grid.corner([columns - 1, plan.rows.len() - 1]);
        grid.size_px = [left + cell_px[0], top + cell_px[1]];
        Some(grid)
    }

    fn corner(&self, [column, row]: [usize; 2]) -> [u32; 2] {
        let groups = (column / self.group) as u32;
        let row_gap = if self.group > 1 { GROUP_GAP_PX } else { 0 };
        [
            column as u32 * (self.cell_px[0] + GAP_PX) + groups * row_gap,
            row as u32 * (self.cell_px[1] + GAP_PX + row_gap),
        ]
    }

    fn rect(&self, cell: [usize; 2]) -> [f32; 4] {
        let [left, top] = self.corner(cell).map(|corner| corner as f32);
        let [width, height] = self.cell_px.map(|side| side as f32);
        [left, top, width, height]
    }
}
