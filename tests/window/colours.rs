//! Colours of the window for every eye: what must be distinguished stays so without one of the three kinds of cones, and
//! text and signs keep their contrast in both themes.
//!
//! Dichromatic vision is simulated by the matrices of Machado, Oliveira & Fernandes (2009, IEEE TVCG 15, 1291, severity
//! 1.0), which are for linear RGB. Differences are CIEDE2000 (Sharma, Wu & Dalal 2005, Color Res. Appl. 30, 21; its test
//! data are below); 1 is just noticeable side by side, 10 is seen at a glance on marks of a few pixels that are apart.
//! Contrasts are those of WCAG 2.2: 4.5 for text (1.4.3), 3 for signs (1.4.11).
//!
//! Components of a latent space are left out: twelve colours cannot be so far apart, and their numbers stand beside them.

use egui::Color32;

use destello::{
    domain::{Band, Vocabulary},
    imaging::MarkColors,
    widgets::theme::{
        ALARM, AMBER, SPEAKS_AGAINST, SPEAKS_FOR, band_color, class_color, contrast, model_color,
        on, panel_color, readable, side_color,
    },
    workspace::settings::{Appearance, Settings, Theme},
};

const LEAST_DIFFERENCE: f64 = 10.0;
const TEXT: f32 = 4.5;
const SIGNS: f32 = 3.0;

type Matrix = [[f64; 3]; 3];

const SIGHTS: [(&str, Matrix); 4] = [
    (
        "all cones",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

/// Linear RGB of sRGB to XYZ (D65).
const XYZ: Matrix = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175_0],
    [0.019_333_9, 0.119_192_0, 0.950_304_1],
];

fn times(matrix: &Matrix, by: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(by).map(|(a, b)| a * b).sum())
}

fn linear(color: Color32) -> [f64; 3] {
    let [red, green, blue, _] = color.to_array();
    [red, green, blue].map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// L*, a*, b* of a colour as that sight has it.
fn lab(color: Color32, sight: &Matrix) -> [f64; 3] {
    let seen = times(sight, linear(color)).map(|value| value.clamp(0.0, 1.0));
    let white = times(&XYZ, [1.0; 3]);
    let xyz = times(&XYZ, seen);
    let f = |at: usize| {
        let t = xyz[at] / white[at];
        if t > 216.0 / 24_389.0 {
            t.cbrt()
        } else {
            (24_389.0 / 27.0 * t + 16.0) / 116.0
        }
    };
    let [x, y, z] = [f(0), f(1), f(2)];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// CIEDE2000, in the steps and with the names of Sharma et al.
fn difference([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let root = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - root(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = ((1.0 + g) * a1, (1.0 + g) * a2);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| b.atan2(a).to_degrees().rem_euclid(360.0);
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let is_grey = c1 * c2 == 0.0;
    let turn = if is_grey {
        0.0
    } else {
        (h2 - h1 + 180.0).rem_euclid(360.0) - 180.0
    };
    let [dl, dc] = [l2 - l1, c2 - c1];
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = match (h1 - h2).abs() {
        _ if is_grey => h1 + h2,
        apart if apart <= 180.0 => f64::midpoint(h1, h2),
        _ if h1 + h2 < 360.0 => f64::midpoint(h1, h2) + 180.0,
        _ => f64::midpoint(h1, h2) - 180.0,
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0);
    let theta = 30.0 * (-((h - 275.0) / 25.0).powi(2)).exp();
    let middle = (l - 50.0).powi(2);
    let sl = 1.0 + 0.015 * middle / (20.0 + middle).sqrt();
    let (sc, sh) = (1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let rt = -(2.0 * theta).to_radians().sin() * 2.0 * root(c);
    let [dl, dc, dh] = [dl / sl, dc / sc, dh / sh];
    (dl * dl + dc * dc + dh * dh + rt * dc * dh).sqrt()
}

#[test]
fn differences_are_those_of_the_published_pairs() {
    for (one, other, published) in [
        ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
        ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
        ([50.0, 2.5, 0.0], [50.0, 0.0, -2.5], 4.3065),
        ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
        (
            [60.2574, -34.0099, 36.2677],
            [60.4626, -34.1751, 39.4387],
            1.2644,
        ),
        (
            [2.0776, 0.0795, -1.1350],
            [0.9033, -0.0636, -0.5514],
            0.9082,
        ),
    ] {
        let found = difference(one, other);
        assert!(
            (found - published).abs() < 5e-5,
            "{found} is not {published}"
        );
    }
}

/// Names with their colours.
type Colors = Vec<(String, Color32)>;

fn classes(vocabulary: &Vocabulary) -> Colors {
    let classes = vocabulary.classes.iter();
    classes
        .map(|class| (class.name.to_string(), class_color(class)))
        .collect()
}

fn bands() -> Colors {
    let bands = [Band::U, Band::G, Band::R, Band::I, Band::Z, Band::Y];
    let mut colors: Colors = bands
        .iter()
        .map(|band| (band.name().to_owned(), band_color(Some(band))))
        .collect();
    colors.push(("another band".into(), band_color(None)));
    colors
}

/// Everything that must be distinguished, by what it is.
fn groups() -> Vec<(String, Colors)> {
    let mut groups: Vec<_> = Vocabulary::built_ins()
        .iter()
        .map(|vocabulary| (vocabulary.name.to_string(), classes(vocabulary)))
        .collect();
    let mut states = classes(&Vocabulary::real_bogus());
    // Of candidates that are unsure or skipped: `cells::label_color`.
    states.push(("seen".into(), Color32::GRAY));
    groups.push(("labels".into(), states));
    groups.push(("bands".into(), bands()));
    let models = (0..6).map(|at| (format!("model {at}"), model_color(at)));
    groups.push(("models".into(), models.collect()));
    let heat = [("for", SPEAKS_FOR), ("against", SPEAKS_AGAINST)];
    let heat = heat.map(|(name, color)| (name.to_owned(), color));
    groups.push(("heat map".into(), heat.into()));
    groups
}

#[test]
fn what_must_be_distinguished_is_so_for_every_eye() {
    let mut faults = Vec::new();
    for (group, colors) in groups() {
        for (at, (name, color)) in colors.iter().enumerate() {
            for (other, other_color) in &colors[..at] {
                for (sight, matrix) in &SIGHTS {
                    let apart = difference(lab(*color, matrix), lab(*other_color, matrix));
                    if apart < LEAST_DIFFERENCE {
                        faults.push(format!(
                            "{group}: {name} and {other} differ by {apart:.1} ({sight})"
                        ));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pixels_without_a_value_have_the_colour_of_no_label_for_any_eye() {
    let [red, green, blue] = MarkColors::default().nan;
    let nan = Color32::from_rgb(red, green, blue);
    let mut labels = classes(&Vocabulary::real_bogus());
    labels.extend(classes(&Vocabulary::sequence_classes()));
    assert!(labels.len() > 8);
    for (name, color) in labels {
        for (sight, matrix) in &SIGHTS {
            let apart = difference(lab(nan, matrix), lab(color, matrix));
            assert!(apart >= LEAST_DIFFERENCE, "{name}, {sight}: {apart:.1}");
        }
    }
}

#[test]
fn signs_are_seen_on_the_dark_panel_and_their_text_is_read() {
    let dark = panel_color(Theme::Dark);
    for (group, colors) in groups() {
        for (name, color) in colors {
            let found = contrast(color, dark);
            assert!(found >= SIGNS, "{group}: {name} {found:.2} on the panel");
            let found = contrast(on(color), color);
            assert!(found >= TEXT, "{group}: {name} {found:.2} below its words");
        }
    }
    for accent in [AMBER, ALARM, side_color(true)] {
        assert!(contrast(accent, dark) >= TEXT, "{accent:?}");
    }
}

#[test]
fn words_in_a_colour_are_read_in_both_themes() {
    for theme in [Theme::Dark, Theme::Light] {
        let ground = panel_color(theme);
        for (group, colors) in groups() {
            for (name, color) in colors {
                let shade = readable(color, theme);
                let found = contrast(shade, ground);
                assert!(found >= TEXT, "{theme:?} {group}: {name} {found:.2}");
                // Nothing is changed that can be read as it is.
                if contrast(color, ground) >= TEXT {
                    assert_eq!(shade, color, "{theme:?} {group}: {name}");
                }
            }
        }
    }
}

#[test]
fn text_of_views_is_read_in_both_themes() {
    use destello::widgets::theme::{accent_text, alarm_text, apply, caption_color, matte};
    for theme in [Theme::Dark, Theme::Light] {
        let ctx = egui::Context::default();
        apply(
            &ctx,
            Appearance {
                theme,
                ..Settings::default().appearance()
            },
        );
        let mut pairs = Vec::new();
        let input = egui::RawInput::default();
        ctx.run_ui(input, |ui| {
            let window = ui.visuals().window_fill;
            for ground in [panel_color(theme), window] {
                pairs.push(("text", ui.visuals().text_color(), ground));
                pairs.push(("caption", caption_color(ui), ground));
                pairs.push(("accent", accent_text(ui), ground));
                pairs.push(("alarm", alarm_text(ui), ground));
            }
            pairs.push(("caption on a matte", caption_color(ui), matte(ui)));
        })
        .drop_without_applying_deltas();
        assert!(pairs.len() >= 9);
        for (name, text, ground) in pairs {
            let found = contrast(text, ground);
            assert!(found >= TEXT, "{theme:?}: {name} {found:.2}");
        }
    }
}
