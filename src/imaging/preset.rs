//! Named looks: destello's own, and those of the brokers and viewers people know.
//!
//! A broker's recipe is its own, from its sources (see the table in [`Preset::recipe`]), so
//! that a picture here matches the picture there.

use serde::{Deserialize, Serialize};

use crate::domain::{Epoch, Role, Stamp, StampRef};

use super::{
    color_map::ColorMap,
    limits::{LimitRule, Limits},
    look::{Look, MarkColors},
    sky_limits::{StampSky, limits_about_zero},
    statistics::median,
    stretch::Stretch,
};

/// A set of recipes, one for each role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Science and reference share limits; the difference is symmetric about zero.
    #[default]
    Destello,
    /// ALeRCE: grey, limits from the central box.
    Alerce,
    /// Fink: asinh in reversed Blues.
    Fink,
    /// SkyPortal and Kowalski: log in bone.
    SkyPortal,
    /// DS9's zscale, which is Lasair's look too.
    Ds9,
    /// braai's notebooks: bone from minimum to maximum, as its L2-normalised triplets look.
    Braai,
}

/// Standard deviations of the sky up to which a softened asinh is linear.
const NOISE_SOFTENING: f32 = 3.0;

/// How the pixels of one role become a look.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    pub rule: LimitRule,
    /// True widens the limits until zero is in their middle.
    pub is_symmetric: bool,
    /// The stretch, with its usual parameter.
    pub stretch: Stretch,
    /// True softens an asinh stretch by the noise, where that is more than usual: see
    /// [`Recipe::look_over`].
    pub is_softened_by_noise: bool,
    /// The colours.
    pub color_map: ColorMap,
    /// True runs through the map backwards.
    pub is_inverted: bool,
    /// Colours of marked pixels.
    pub marks: MarkColors,
}

/// A look that stamps share, each with its own sky where the limits follow it.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedLook {
    /// The look; its limits are values above the sky where the rule says so.
    pub look: Look,
    is_above_sky: bool,
}

impl SharedLook {
    pub fn of(&self, stamp: &Stamp) -> Look {
        let mut look = self.look.clone();
        if let (true, Some(sky)) = (self.is_above_sky, StampSky::of(stamp)) {
            look.limits = look.limits.raised(sky.level);
            look.equalise_over(&[stamp]);
        }
        look
    }
}

impl Recipe {
    /// The look for stamps that share limits.
    ///
    /// Softening by the noise follows Lupton, Gunn & Szalay (1999): asinh is linear up to
    /// `NOISE_SOFTENING` standard deviations of the sky. A bright source keeps the usual
    /// parameter; a stamp of mere noise is shown linearly rather than lifted to white.
    pub fn look_over(&self, stamps: &[&Stamp]) -> SharedLook {
        let limits = match (self.is_symmetric, self.rule) {
            (true, LimitRule::AboveSky { upper, .. }) => limits_about_zero(stamps, upper),
            (true, rule) => rule.limits_over(stamps).symmetric(),
            (false, rule) => rule.limits_over(stamps),
        };
        let is_above_sky = !self.is_symmetric && matches!(self.rule, LimitRule::AboveSky { .. });
        let mut look = Look::new(limits, self.stretch, self.color_map);
        look.is_inverted = self.is_inverted;
        look.marks = self.marks;
        if self.is_softened_by_noise {
            let noise = noise_share(stamps, limits);
            look.stretch_parameter = look.stretch_parameter.max(noise * NOISE_SOFTENING);
        }
        look.equalise_over(stamps);
        SharedLook { look, is_above_sky }
    }

    fn new(rule: LimitRule, stretch: Stretch, color_map: ColorMap) -> Self {
        Self {
            rule,
            is_symmetric: false,
            stretch,
            is_softened_by_noise: false,
            color_map,
            is_inverted: false,
            marks: MarkColors::default(),
        }
    }

    const fn inverted(self) -> Self {
        Self {
            is_inverted: true,
            ..self
        }
    }

    const fn symmetric(self) -> Self {
        Self {
            is_symmetric: true,
            ..self
        }
    }
}

impl Preset {
    /// All, in the order of a menu.
    pub const ALL: [Self; 6] = [
        Self::Destello,
        Self::Alerce,
        Self::Fink,
        Self::SkyPortal,
        Self::Ds9,
        Self::Braai,
    ];

    /// The name on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Destello => "destello",
            Self::Alerce => "ALeRCE",
            Self::Fink => "Fink",
            Self::SkyPortal => "SkyPortal",
            Self::Ds9 => "DS9 / Lasair",
            Self::Braai => "braai",
        }
    }

    /// What it does, for a hover text.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Destello => {
                "science and reference: asinh softened by the noise, from 2 sigma under each stamp's sky to 99.8 % of the pixels; difference: linear, symmetric about zero, blue fades, red brightens"
            }
            Self::Alerce => "grey; science and reference up to the brightest of the central 4×4",
            Self::Fink => "reversed Blues, 0.5 to 99.95 %; asinh, difference linear",
            Self::SkyPortal => "bone, 1 to 100 %; log, difference linear",
            Self::Ds9 => "grey, linear, zscale 0.25 of 600 pixels; NaN red",
            Self::Braai => "bone, linear, minimum to maximum",
        }
    }

    /// The preset of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.name().eq_ignore_ascii_case(name))
    }

    /// The roles whose stamps share limits with that role's under a role lock.
    pub const fn roles_locked_with(self, role: Role) -> &'static [Role] {
        match (self, role) {
            (Self::Destello, Role::Science | Role::Reference) => &[Role::Science, Role::Reference],
            (_, Role::Science) => &[Role::Science],
            (_, Role::Reference) => &[Role::Reference],
            (_, Role::Difference) => &[Role::Difference],
            (_, Role::Snr) => &[Role::Snr],
            (_, Role::Variance) => &[Role::Variance],
            (_, Role::Psf) => &[Role::Psf],
        }
    }

    /// The stamps of these epochs that share limits with those of a role.
    pub fn stamps_locked_with(
        self,
        role: Role,
        epochs: &[Epoch],
    ) -> impl Iterator<Item = &StampRef> {
        let roles = self.roles_locked_with(role);
        let stamps = epochs.iter().flat_map(|epoch| &epoch.stamps);
        stamps.filter(|stamp| roles.contains(&stamp.role))
    }

    /// How stamps of a role are shown. Brokers know science, reference and difference; what
    /// they do not show is shown as destello does.
    pub fn recipe(self, role: Role) -> Recipe {
        match (self, role) {
            (Self::Destello, _) | (_, Role::Snr | Role::Variance | Role::Psf) => own(role),
            (Self::Alerce, Role::Difference) => {
                Recipe::new(LimitRule::MinMax, Stretch::Linear, ColorMap::Grey)
            }
            (Self::Alerce, _) => {
                let rule = LimitRule::CentralBox {
                    side: 4,
                    median_share: 0.2,
                };
                Recipe::new(rule, Stretch::Linear, ColorMap::Grey)
            }
            (Self::Fink, _) => {
                let stretch = linear_for_difference(role, Stretch::Asinh);
                Recipe::new(percentile(0.5, 99.95), stretch, ColorMap::Blues).inverted()
            }
            (Self::SkyPortal, _) => {
                let stretch = linear_for_difference(role, Stretch::Log);
                Recipe::new(percentile(1.0, 100.0), stretch, ColorMap::Bone)
            }
            (Self::Ds9, _) => {
                let rule = LimitRule::ZScale {
                    contrast: 0.25,
                    samples: 600,
                };
                let mut recipe = Recipe::new(rule, Stretch::Linear, ColorMap::Grey);
                recipe.marks.nan = [255, 0, 0];
                recipe
            }
            (Self::Braai, _) => Recipe::new(LimitRule::MinMax, Stretch::Linear, ColorMap::Bone),
        }
    }
}

/// Destello's own. Limits from the sky of each stamp, so that epochs under another sky look alike
/// and a source on a host is seen; percentiles rather than zscale at the bright end, because zscale
/// cuts a bright transient off at a few sigma, where its shape (trailed, double, undersampled) is judged;
/// asinh keeps the faint host visible beside it. Signed pictures are linear, so that equal
/// steps up and down have equal weight, and zero is the neutral middle of the map.
fn own(role: Role) -> Recipe {
    match role {
        Role::Science | Role::Reference => {
            let rule = LimitRule::AboveSky {
                below: 2.0,
                upper: 99.8,
            };
            Recipe {
                is_softened_by_noise: true,
                ..Recipe::new(rule, Stretch::Asinh, ColorMap::Grey)
            }
        }
        Role::Difference | Role::Snr => {
            let rule = LimitRule::AboveSky {
                below: 0.0,
                upper: 99.5,
            };
            Recipe::new(rule, Stretch::Linear, ColorMap::RdBu)
                .inverted()
                .symmetric()
        }
        Role::Variance => Recipe::new(percentile(0.5, 99.5), Stretch::Linear, ColorMap::Viridis),
        Role::Psf => Recipe::new(LimitRule::MinMax, Stretch::Asinh, ColorMap::Viridis),
    }
}

/// Median standard deviation of the stamps' skies as a share of the interval; 0 where no pixel is
/// usable.
fn noise_share(stamps: &[&Stamp], limits: Limits) -> f32 {
    let skies = stamps.iter().filter_map(|stamp| StampSky::of(stamp));
    let sigma = median(&skies.map(|sky| sky.sigma as f32).collect::<Vec<_>>());
    sigma.unwrap_or_default() as f32 / (limits.high - limits.low)
}

const fn percentile(lower: f64, upper: f64) -> LimitRule {
    LimitRule::Percentile { lower, upper }
}

fn linear_for_difference(role: Role, stretch: Stretch) -> Stretch {
    if role == Role::Difference {
        Stretch::Linear
    } else {
        stretch
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "symmetric limits are exact opposites")]
mod tests {
    use super::Preset;
    use crate::{
        domain::{Role, Stamp},
        imaging::{ColorMap, Limits, PixelMark, Stretch},
    };

    #[test]
    fn every_preset_colours_every_role() {
        let pixels: Vec<f32> = (0..441).map(|i| (i % 37) as f32 - 9.0).collect();
        let stamp = Stamp::new(21, 21, pixels);
        for preset in Preset::ALL {
            assert_eq!(Preset::from_name(preset.name()), Some(preset));
            for role in Role::ALL {
                let look = preset.recipe(role).look_over(&[&stamp]).of(&stamp);
                assert!(look.limits.low < look.limits.high);
                assert!(preset.roles_locked_with(role).contains(&role));
                let ends = [-9.0, 27.0].map(|value| look.color(value, PixelMark::Plain));
                assert_ne!(ends[0], ends[1], "{preset:?} {role:?}");
            }
        }
    }

    #[test]
    fn our_difference_shows_zero_as_neutral_and_brightening_as_red() {
        let stamp = Stamp::new(4, 1, vec![-3.0, 0.0, 1.0, 12.0]);
        let look = Preset::Destello
            .recipe(Role::Difference)
            .look_over(&[&stamp])
            .of(&stamp);
        assert_eq!(look.limits.low, -look.limits.high);
        let [r, g, b] = look.color(0.0, PixelMark::Plain);
        assert!(r.abs_diff(b) < 6 && r.abs_diff(g) < 6, "{:?}", [r, g, b]);
        let [r, _, b] = look.color(6.0, PixelMark::Plain);
        assert!(r > b);
        let [r, _, b] = look.color(-6.0, PixelMark::Plain);
        assert!(b > r);
    }

    #[test]
    fn our_science_is_softened_where_there_is_only_noise() {
        let mut pixels: Vec<f32> = (0..900).map(|i| ((i * 37) % 101) as f32).collect();
        let recipe = Preset::Destello.recipe(Role::Science);
        let look = recipe
            .look_over(&[&Stamp::new(30, 30, pixels.clone())])
            .look;
        assert!(look.stretch_parameter > 0.4, "{}", look.stretch_parameter);
        for bright in pixels.iter_mut().skip(400).take(20) {
            *bright = 20_000.0;
        }
        let look = recipe.look_over(&[&Stamp::new(30, 30, pixels)]).look;
        assert_eq!(
            Some(look.stretch_parameter),
            Stretch::Asinh.usual_parameter()
        );
    }

    #[test]
    fn our_science_and_reference_are_locked() {
        for role in [Role::Science, Role::Reference] {
            let roles = Preset::Destello.roles_locked_with(role);
            assert_eq!(roles, [Role::Science, Role::Reference]);
            assert_eq!(Preset::Fink.roles_locked_with(role), [role]);
        }
    }

    #[test]
    fn brokers_keep_their_recipes() {
        let fink = Preset::Fink.recipe(Role::Science);
        assert_eq!(
            (fink.stretch, fink.color_map),
            (Stretch::Asinh, ColorMap::Blues)
        );
        assert!(fink.is_inverted);
        let portal = Preset::SkyPortal.recipe(Role::Difference);
        assert_eq!(
            (portal.stretch, portal.color_map),
            (Stretch::Linear, ColorMap::Bone)
        );
        assert_eq!(Preset::Ds9.recipe(Role::Science).marks.nan, [255, 0, 0]);
        let alerce = Preset::Alerce.recipe(Role::Difference);
        let stamp = Stamp::new(3, 1, vec![-1.0, 4.0, 9.0]);
        assert_eq!(
            alerce.look_over(&[&stamp]).of(&stamp).limits,
            Limits::new(-1.0, 9.0)
        );
    }
}
