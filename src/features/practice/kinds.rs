//! What gives each kind of candidate away, in a sentence: the kinds of the simulator.

/// Name of a kind in truth tables, and what to look for.
const KINDS: [(&str, &str); 34] = [
    (
        "hostless",
        "a point source as wide as the stars, in one image only, with nothing below it",
    ),
    (
        "in_host",
        "a point source in the disc of a galaxy, in one image only",
    ),
    (
        "nuclear",
        "the centre of a galaxy is brighter or fainter: a round, clean difference",
    ),
    (
        "variable_star",
        "a star in both images, brighter or fainter: a round difference of one sign",
    ),
    (
        "faint_in_reference",
        "the source is there in both images, barely in the fainter one",
    ),
    (
        "asteroid",
        "a source in one image only, round or drawn out along its motion",
    ),
    (
        "dipole",
        "bright and dark side by side: the images are shifted against each other",
    ),
    (
        "psf_ring",
        "a ring around a core of the other sign: the widths of the images do not match",
    ),
    (
        "saturated_star",
        "a flat or bleeding core: the star is saturated",
    ),
    (
        "bright_star_residual",
        "ringing, speckle or one side of a bright star that was not subtracted",
    ),
    (
        "cosmic_ray",
        "sharper than any star, a spot, a straight track or a worm, in the science image only",
    ),
    (
        "hot_pixel",
        "one to three pixels alone: narrower than the seeing allows",
    ),
    (
        "bad_column",
        "a straight line one to three pixels wide along rows or columns",
    ),
    (
        "satellite_trail",
        "a streak across the stamp, as wide as a star",
    ),
    ("diffraction_spike", "the straight spike of a bright star"),
    (
        "noise_peak",
        "a peak of the noise: narrower or less round than a star, and others like it near",
    ),
    (
        "correlated_noise",
        "a blob of noise as wide as a star, among others of both signs",
    ),
    (
        "galaxy_core",
        "the rest of a galaxy's core: pattern of both signs on the core",
    ),
    ("edge", "the border of the detector cuts through the stamp"),
    (
        "masked_block",
        "a block of masked or spoilt pixels through an object",
    ),
    (
        "reference_artefact",
        "something that is in the reference only, and no star",
    ),
    ("ghost", "a wide disc or ring out of focus: a reflection"),
    (
        "scattered_light",
        "bands, feathers or borders of light that strayed through the telescope",
    ),
    (
        "flux_scale",
        "every star of the stamp is left over with one sign: the frame is scaled wrongly",
    ),
    (
        "frame_width",
        "every star of the stamp has a ring: the frame was matched to the wrong width",
    ),
    (
        "frame_shift",
        "every star of the stamp is a dipole: the frame is shifted or turned",
    ),
    (
        "half_blank",
        "half of an image, a strip or blocks are blank, and the candidate lies at the border",
    ),
    (
        "blanked_reference",
        "the reference is blank or saturated where the source is",
    ),
    (
        "masked_star",
        "the core of a bright star is masked: what is left lies around it",
    ),
    ("ringing", "waves around a bright star"),
    (
        "halo",
        "the halo or a spike of a bright star, which may lie outside of the stamp",
    ),
    (
        "sky_structure",
        "fringes, or a background that is left in patches",
    ),
    ("crossed_streaks", "two streaks that cross"),
    (
        "stacked_cosmic_ray",
        "a cosmic ray of one of several exposures: sharp and faint",
    ),
];

/// What to look for in a kind; none of one that the simulator does not know.
pub fn sign_of(kind: &str) -> Option<&'static str> {
    let known = KINDS.iter().find(|(name, _)| *name == kind);
    known.map(|(_, sign)| *sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_once() {
        for (at, (name, sign)) in KINDS.iter().enumerate() {
            assert!(KINDS[..at].iter().all(|(other, _)| other != name), "{name}");
            assert!(sign.len() > 12 && !sign.ends_with('.'), "{name}");
        }
        assert!(sign_of("bad_column").unwrap().contains("line"));
        assert_eq!(sign_of("no such kind"), None);
    }
}
