//! A simulator for tests: quick, and a pure function of seed and index as the real ones are.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use destello::{
    domain::{
        Band, Detector, DifferenceSign, ImageSequence, Mjd, Role, SequenceEpoch, Truth, Visit,
    },
    features::simulation::{
        order::{Kind, SimulationOrder},
        simulator::{Prepared, SimulatorOf},
    },
    simulate::{Random, SequenceClass, Simulate},
};

/// Side of its stamps, pixels.
pub const SIDE: usize = 11;

/// Stars on noise.
pub struct TestSurvey {
    kind: Kind,
    classes: Vec<String>,
    roles: Vec<Role>,
    seed: u64,
    made: Arc<AtomicU64>,
}

/// Makes test skies and counts the candidates made.
pub fn test_skies() -> (Arc<SimulatorOf>, Arc<AtomicU64>) {
    let made = Arc::new(AtomicU64::new(0));
    let counter = made.clone();
    let simulator_of = move |order: &SimulationOrder, _: &Prepared| {
        let sky = TestSurvey {
            kind: order.kind,
            classes: order.classes.clone(),
            roles: order.roles.clone(),
            seed: order.seed,
            made: counter.clone(),
        };
        Ok(Arc::new(sky) as Arc<dyn Simulate>)
    };
    (Arc::new(simulator_of), made)
}

impl Simulate for TestSurvey {
    fn candidate(&self, index: u64) -> ImageSequence {
        self.made.fetch_add(1, Ordering::Relaxed);
        let mut random = Random::of(self.seed, self.kind as u64, index);
        let count = match self.kind {
            Kind::Sequences => 5,
            Kind::Triplets => 1,
        };
        let epochs: Vec<SequenceEpoch> = (0..count).map(|at| epoch(at, index)).collect();
        let image = |role: Role, counts: f32, random: &mut Random| -> Vec<f32> {
            let middle = SIDE as f32 / 2.0 - 0.5;
            let pixel = |at: usize| {
                let (x, y) = ((at % SIDE) as f32 - middle, (at / SIDE) as f32 - middle);
                let star = counts * (-(x * x + y * y) / 3.0).exp();
                let sky = if role == Role::Science { 100.0 } else { 0.0 };
                sky + star + 10.0 * random.standard_normal_f32()
            };
            (0..SIDE * SIDE).map(pixel).collect()
        };
        let reference = image(Role::Reference, 200.0, &mut random);
        let images = self.roles.iter().map(|role| {
            let cube = epochs.iter().flat_map(|epoch| match role {
                Role::Reference => reference.clone(),
                _ => image(*role, epoch.true_counts_adu.unwrap_or(0.0), &mut random),
            });
            (*role, cube.collect())
        });
        ImageSequence {
            id: format!("test-{index}").into(),
            width: SIDE,
            height: SIDE,
            detector: Detector {
                pixel_scale_arcsec: 0.27,
                gain_e_per_adu: 4.1,
                read_noise_e: 6.0,
                saturation_adu: 40_000.0,
            },
            images: images.collect(),
            truth: Some(self.truth(index)),
            epochs,
        }
    }
}

impl TestSurvey {
    fn truth(&self, index: u64) -> Truth {
        let names: Vec<&'static str> = match self.kind {
            Kind::Sequences => SequenceClass::ALL.map(SequenceClass::name).to_vec(),
            Kind::Triplets => vec!["real", "bogus"],
        };
        let is_wanted = |name: &&&str| {
            self.classes.is_empty() || self.classes.iter().any(|class| class == **name)
        };
        let wanted: Vec<_> = names.iter().filter(is_wanted).copied().collect();
        Truth {
            class: wanted[index as usize % wanted.len()],
            kind: "round, \"plain\"".into(),
            field: "07".into(),
            mag: Some(20.0 + index as f64 / 7.0),
            period_days: index.is_multiple_of(2).then_some(1.0 / 3.0),
            host_mag: Some(f64::INFINITY),
            ..Truth::default()
        }
    }
}

fn epoch(at: usize, index: u64) -> SequenceEpoch {
    SequenceEpoch {
        visit: Visit {
            mjd: Mjd::new(57_070.1 + at as f64 + index as f64 * 1e-3).unwrap(),
            band: [Band::G, Band::R][at % 2].clone(),
            exposure_s: 86.0,
            seeing_arcsec: 1.3,
            airmass: 1.2,
            sky_adu: 100.0,
            limiting_mag: 23.5,
            zero_point: 25.05,
        },
        centroid_px: [5.25, 4.75],
        difference_sign: DifferenceSign::ScienceMinusReference,
        psf_fwhm_px: None,
        measured_mag: (at != 1).then_some([20.5, 0.1]),
        true_counts_adu: Some(300.0 + 100.0 * at as f32),
    }
}
