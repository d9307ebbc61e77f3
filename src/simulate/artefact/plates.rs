//! What an artefact may do, and the recorded images that it changes, on the pixels of the CCD.

use crate::imaging::fast_math::round;
use crate::simulate::{
    Random,
    field::Fault,
    image::Image,
    survey_frames::FramesModel,
    triplet_scene::Scene,
    triplet_setting::{Camera, Setting},
};

/// One kind of artefact.
pub trait Artefact: Sync {
    /// Puts its objects on the sky, spoils the subtraction.
    fn compose(&self, _setting: &Setting, _scene: &mut Scene, _random: &mut Random) {}

    /// Adds light, ADU without noise, to science image and reference.
    fn shine(
        &self,
        _setting: &Setting,
        _scene: &Scene,
        _light: &mut [Image; 2],
        _random: &mut Random,
    ) {
    }

    /// Changes recorded pixels, those of the CCD: where something lies on them tells
    /// [`Side::before_resampling`](Side::before_resampling).
    fn scar(&self, _setting: &Setting, _scene: &Scene, _plates: &mut Plates, _random: &mut Random) {
    }

    /// The S/N, negative too, that the noise shall have in the difference where it is the noise
    /// that is detected.
    fn noise_snr(&self, _random: &mut Random) -> Option<f64> {
        None
    }

    /// What is wrong with its whole frame, where that is what makes it.
    fn fault(
        &self,
        _model: &FramesModel,
        _setting: &Setting,
        _random: &mut Random,
    ) -> Option<Fault> {
        None
    }

    /// How far from where it is put its detection is looked for, pixels.
    fn reach_px(&self) -> usize {
        3
    }

    /// True where it is small, so that it may as well lie on or beside a star or galaxy.
    fn is_small(&self) -> bool {
        false
    }
}

/// Science image and reference: counts above the sky, NaN where there is no measurement.
#[derive(Clone, Debug)]
pub struct Plates {
    pub science: Image,
    pub reference: Image,
    /// What files hold where there is no measurement: NaN, or a number.
    pub fill: f32,
}

/// One of the two images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The new one.
    Science,
    /// The old one.
    Reference,
}

impl Side {
    /// The camera that took it.
    pub const fn camera(self, setting: &Setting) -> &Camera {
        match self {
            Self::Science => &setting.science,
            Self::Reference => &setting.reference,
        }
    }

    /// Where something has to lie on its CCD that shall appear at `center` in the end.
    pub fn before_resampling(self, setting: &Setting, center: [f64; 2]) -> [f64; 2] {
        self.camera(setting).before_resampling(center)
    }
}

impl Plates {
    /// Science image and reference as recorded.
    pub fn new([science, reference]: [Image; 2]) -> Self {
        Self {
            science,
            reference,
            fill: f32::NAN,
        }
    }

    pub const fn of(&mut self, side: Side) -> &mut Image {
        match side {
            Side::Science => &mut self.science,
            Side::Reference => &mut self.reference,
        }
    }

    /// Clips what artefacts have added beyond saturation, and rounds the science image where its
    /// counts are whole numbers.
    pub fn settle(&mut self, setting: &Setting) {
        let ceilings = [
            setting.science.ceiling_adu(),
            setting.reference.ceiling_adu(),
        ];
        for (image, ceiling) in [&mut self.science, &mut self.reference]
            .into_iter()
            .zip(ceilings)
        {
            for pixel in &mut image.pixels {
                if *pixel > ceiling {
                    *pixel = ceiling;
                }
            }
        }
        let science = &setting.science;
        if science.recorder.is_quantised {
            let sky = science.recorder.sky_adu;
            for pixel in &mut self.science.pixels {
                *pixel = round(*pixel + sky) - sky;
            }
        }
    }

    /// Resamples both images as their cameras ask for.
    pub fn resample(&mut self, setting: &Setting) {
        setting.science.resample(&mut self.science);
        setting.reference.resample(&mut self.reference);
    }

    /// Calls for every pixel (x, y) of a rectangle given by its first pixel and its size, as far
    /// as it lies inside.
    pub fn rectangle(
        side: usize,
        first: [isize; 2],
        size: [usize; 2],
    ) -> impl Iterator<Item = usize> {
        let range = move |axis: usize| {
            let start = first[axis].clamp(0, side as isize);
            let end = (first[axis] + size[axis] as isize).clamp(start, side as isize);
            start as usize..end as usize
        };
        let columns = range(0);
        range(1).flat_map(move |y| columns.clone().map(move |x| y * side + x))
    }
}

#[cfg(test)]
mod tests {
    use super::Plates;

    #[test]
    fn rectangles_are_cut_at_the_border() {
        let all = |first, size| Plates::rectangle(4, first, size).collect::<Vec<_>>();
        assert_eq!(all([1, 2], [2, 1]), [9, 10]);
        assert_eq!(all([-1, -1], [2, 2]), [0]);
        assert_eq!(all([3, 3], [9, 9]), [15]);
        assert!(all([7, 0], [2, 2]).is_empty());
        assert!(all([-5, 0], [2, 2]).is_empty());
    }
}
