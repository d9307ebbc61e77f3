//! What gives each kind of candidate away, in a sentence: the kinds of the simulator.

use crate::english;

/// Name of a kind in truth tables, and what to look for.
const KINDS: [(&str, &str); 34] = [
    (
        "hostless",
        english!("a point source as wide as the stars, in one image only, with nothing below it"),
    ),
    (
        "in_host",
        english!("a point source in the disc of a galaxy, in one image only"),
    ),
    (
        "nuclear",
        english!("the centre of a galaxy is brighter or fainter: a round, clean difference"),
    ),
    (
        "variable_star",
        english!("a star in both images, brighter or fainter: a round difference of one sign"),
    ),
    (
        "faint_in_reference",
        english!("the source is there in both images, barely in the fainter one"),
    ),
    (
        "asteroid",
        english!("a source in one image only, round or drawn out along its motion"),
    ),
    (
        "dipole",
        english!("bright and dark side by side: the images are shifted against each other"),
    ),
    (
        "psf_ring",
        english!("a ring around a core of the other sign: the widths of the images do not match"),
    ),
    (
        "saturated_star",
        english!("a flat or bleeding core: the star is saturated"),
    ),
    (
        "bright_star_residual",
        english!("ringing, speckle or one side of a bright star that was not subtracted"),
    ),
    (
        "cosmic_ray",
        english!(
            "sharper than any star, a spot, a straight track or a worm, in the science image only"
        ),
    ),
    (
        "hot_pixel",
        english!("one to three pixels alone: narrower than the seeing allows"),
    ),
    (
        "bad_column",
        english!("a straight line one to three pixels wide along rows or columns"),
    ),
    (
        "satellite_trail",
        english!("a streak across the stamp, as wide as a star"),
    ),
    (
        "diffraction_spike",
        english!("the straight spike of a bright star"),
    ),
    (
        "noise_peak",
        english!(
            "a peak of the noise: narrower or less round than a star, and others like it near"
        ),
    ),
    (
        "correlated_noise",
        english!("a blob of noise as wide as a star, among others of both signs"),
    ),
    (
        "galaxy_core",
        english!("the rest of a galaxy's core: pattern of both signs on the core"),
    ),
    (
        "edge",
        english!("the border of the detector cuts through the stamp"),
    ),
    (
        "masked_block",
        english!("a block of masked or spoilt pixels through an object"),
    ),
    (
        "reference_artefact",
        english!("something that is in the reference only, and no star"),
    ),
    (
        "ghost",
        english!("a wide disc or ring out of focus: a reflection"),
    ),
    (
        "scattered_light",
        english!("bands, feathers or borders of light that strayed through the telescope"),
    ),
    (
        "flux_scale",
        english!("every star of the stamp is left over with one sign: the frame is scaled wrongly"),
    ),
    (
        "frame_width",
        english!("every star of the stamp has a ring: the frame was matched to the wrong width"),
    ),
    (
        "frame_shift",
        english!("every star of the stamp is a dipole: the frame is shifted or turned"),
    ),
    (
        "half_blank",
        english!(
            "half of an image, a strip or blocks are blank, and the candidate lies at the border"
        ),
    ),
    (
        "blanked_reference",
        english!("the reference is blank or saturated where the source is"),
    ),
    (
        "masked_star",
        english!("the core of a bright star is masked: what is left lies around it"),
    ),
    ("ringing", english!("waves around a bright star")),
    (
        "halo",
        english!("the halo or a spike of a bright star, which may lie outside of the stamp"),
    ),
    (
        "sky_structure",
        english!("fringes, or a background that is left in patches"),
    ),
    ("crossed_streaks", english!("two streaks that cross")),
    (
        "stacked_cosmic_ray",
        english!("a cosmic ray of one of several exposures: sharp and faint"),
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
