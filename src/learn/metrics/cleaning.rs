//! How many candidates a person looks at until a night is clean: until few of those not looked at have a wrong label.
//!
//! A look is right. Who was not looked at is called bogus, unless members of its component were looked at and agreed: then it
//! has their label. Four ways to choose who is looked at next: by chance, by score, component by component, and by likeness to
//! examples. Each goes on until all were looked at, so that a night is clean at some moment by any of them.

use crate::learn::chance::Chance;

/// A night after so many looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NightState {
    /// Candidates that were looked at.
    pub looks: usize,
    /// Candidates not looked at.
    pub unseen: usize,
    /// Of these, those that have the label of their component.
    pub by_component: usize,
    /// Of these, those whose label is wrong.
    pub wrong_by_component: usize,
    /// Real ones among the rest of the unseen, all of which are called bogus.
    pub missed: usize,
}

impl NightState {
    /// Share of wrong labels among the candidates not looked at, 0 to 1; 0 where there is none.
    pub fn wrong_share(&self) -> f64 {
        let wrong = self.wrong_by_component + self.missed;
        wrong as f64 / self.unseen.max(1) as f64
    }
}

/// The first moment at which at most that share of the unseen is wrong. A course that goes on until all were looked at has one.
pub fn first_within(course: &[NightState], share: f64) -> Option<NightState> {
    let mut course = course.iter();
    course.find(|state| state.wrong_share() <= share).copied()
}

/// How members of a component are checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Check {
    /// Members that are looked at, drawn at random.
    pub looks: usize,
    /// All other members get the label that at least this share of them have, 0 to 1.
    pub agreement: f64,
}

/// How much each candidate is like examples and unlike counterexamples, by their places.
pub type Likeness<'a> = dyn Fn(&[usize], &[usize]) -> Vec<f32> + 'a;

/// A night, and what was done so far.
struct Night<'a> {
    is_real: &'a [bool],
    is_seen: Vec<bool>,
    /// Labels of components, of candidates not looked at.
    given: Vec<Option<bool>>,
    now: NightState,
    course: Vec<NightState>,
}

impl<'a> Night<'a> {
    fn new(is_real: &'a [bool]) -> Self {
        let now = NightState {
            unseen: is_real.len(),
            missed: is_real.iter().filter(|is_real| **is_real).count(),
            ..NightState::default()
        };
        Self {
            is_real,
            is_seen: vec![false; is_real.len()],
            given: vec![None; is_real.len()],
            now,
            course: vec![now],
        }
    }

    /// True where it was not looked at, and has no label of its component.
    fn is_open(&self, at: usize) -> bool {
        !self.is_seen[at] && self.given[at].is_none()
    }

    /// A look at a candidate, in the place of the label that it has of its component; whether it is real.
    fn look(&mut self, at: usize) -> bool {
        let is_real = self.is_real[at];
        if !std::mem::replace(&mut self.is_seen[at], true) {
            self.now.looks += 1;
            self.now.unseen -= 1;
            if let Some(given) = self.given[at].take() {
                self.now.by_component -= 1;
                self.now.wrong_by_component -= usize::from(is_real != given);
            } else {
                self.now.missed -= usize::from(is_real);
            }
            self.course.push(self.now);
        }
        is_real
    }

    /// Gives those of them that are open a label.
    fn give(&mut self, members: &[usize], is_real: bool) {
        for at in members {
            if self.is_open(*at) {
                self.given[*at] = Some(is_real);
                self.now.by_component += 1;
                self.now.missed -= usize::from(self.is_real[*at]);
                self.now.wrong_by_component += usize::from(self.is_real[*at] != is_real);
            }
        }
        self.course.push(self.now);
    }
}

/// Looks in an order that is drawn at random, whatever the order of the candidates. The course has a moment before the first look
/// and one after each.
pub fn by_chance(is_real: &[bool], seed: u64) -> Vec<NightState> {
    let mut order: Vec<usize> = (0..is_real.len()).collect();
    Chance::new(seed).draw(&mut order, is_real.len());
    in_order(is_real, order)
}

/// Looks in the order of a score, the highest first; those without one (NaN) come last. The course has a moment before the first
/// look and one after each.
pub fn by_score(is_real: &[bool], score: &[f32]) -> Vec<NightState> {
    in_order(is_real, highest_first(score, is_real.len()))
}

fn in_order(is_real: &[bool], order: Vec<usize>) -> Vec<NightState> {
    let mut night = Night::new(is_real);
    for at in order {
        night.look(at);
    }
    night.course
}

/// Checks component after component in that order: members drawn at random are looked at, and where they agree, all others get
/// their label. The rest is looked at in the order of the score, 0 to 1, and at the end those with the label of their component,
/// where the score is most against it first: too many of these labels may be wrong. `component` has that of each candidate. The
/// course has a moment before the first look, one after each, and one after each component that was labelled.
pub fn by_components(
    is_real: &[bool],
    score: &[f32],
    component: &[Option<usize>],
    order: &[usize],
    check: Check,
    seed: u64,
) -> Vec<NightState> {
    let mut night = Night::new(is_real);
    let mut chance = Chance::new(seed);
    for checked in order {
        let members = (0..is_real.len()).filter(|at| component[*at] == Some(*checked));
        let mut members: Vec<usize> = members.filter(|at| night.is_open(*at)).collect();
        chance.draw(&mut members, check.looks);
        let (looked_at, others) = members.split_at(check.looks.min(members.len()));
        let real = looked_at.iter().filter(|at| night.look(**at)).count();
        let most = real.max(looked_at.len() - real);
        let do_agree = most > 0 && most as f64 >= check.agreement * looked_at.len() as f64;
        if !others.is_empty() && do_agree {
            night.give(others, real == most);
        }
    }
    for at in highest_first(score, is_real.len()) {
        if night.is_open(at) {
            night.look(at);
        }
    }
    let against = night
        .given
        .iter()
        .zip(score)
        .map(|labelled| match labelled {
            (Some(true), score) => 1.0 - score,
            (_, score) => *score,
        });
    let against: Vec<f32> = against.collect();
    for at in highest_first(&against, is_real.len()) {
        night.look(at);
    }
    night.course
}

/// Looks in the order of the score until so many real ones are found; from then on at those most like the real and unlike the
/// bogus ones that were seen, so many a round. `likeness` has a number for each candidate, of examples and counterexamples; those
/// without one (NaN) come last.
pub fn by_likeness(
    is_real: &[bool],
    score: &[f32],
    (examples, round): (usize, usize),
    likeness: &Likeness<'_>,
) -> Vec<NightState> {
    let mut night = Night::new(is_real);
    let (mut more, mut less) = (Vec::new(), Vec::new());
    for at in highest_first(score, is_real.len()) {
        if more.len() >= examples {
            break;
        }
        let seen = if night.look(at) { &mut more } else { &mut less };
        seen.push(at);
    }
    while night.now.unseen > 0 {
        let order = highest_first(&likeness(&more, &less), is_real.len()).into_iter();
        let next = order.filter(|at| night.is_open(*at)).take(round.max(1));
        for at in next.collect::<Vec<_>>() {
            let seen = if night.look(at) { &mut more } else { &mut less };
            seen.push(at);
        }
    }
    night.course
}

/// All places below `count`, those of the largest numbers first, of equal ones in order; what is no number, or has none, comes last.
fn highest_first(numbers: &[f32], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let number = |at: usize| {
        let number = numbers.get(at).copied();
        number
            .filter(|number| !number.is_nan())
            .unwrap_or(f32::NEG_INFINITY)
    };
    order.sort_by(|a, b| number(*b).total_cmp(&number(*a)));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: Check = Check {
        looks: 20,
        agreement: 0.95,
    };

    /// Ten real ones in a hundred: 0 to 9.
    fn truth() -> Vec<bool> {
        (0..100).map(|at| at < 10).collect()
    }

    /// Real ones have the highest scores, but for the last of them, which has the lowest of all.
    fn scores() -> Vec<f32> {
        let score = |at: usize| {
            if at == 9 {
                -1.0
            } else {
                1.0 - at as f32 / 100.0
            }
        };
        (0..100).map(score).collect()
    }

    #[test]
    fn looks_in_the_order_of_a_score_leave_what_it_ranks_low() {
        let course = by_score(&truth(), &scores());
        assert_eq!(course.len(), 101);
        assert_eq!((course[0].looks, course[0].missed), (0, 10));
        assert!((course[0].wrong_share() - 0.1).abs() < 1e-12);
        // After nine looks one real one of 91 is left.
        let nine = first_within(&course, 0.011).unwrap();
        assert_eq!((nine.looks, nine.unseen, nine.missed), (9, 91, 1));
        // At most 1 % comes only with the very last one.
        let all = first_within(&course, 0.01).unwrap();
        assert_eq!((all.looks, all.missed), (100, 0));
        assert!(all.wrong_share() < 1e-12);
        // What has no score is looked at last.
        let mut scores = scores();
        scores[0] = f32::NAN;
        let course = by_score(&truth(), &scores);
        assert_eq!((course[99].missed, course[100].missed), (1, 0));
    }

    #[test]
    fn a_component_that_agrees_is_labelled_and_its_errors_stay() {
        // A pure component of 40 bogus ones, a mixed one, and one of 30 with a single real one.
        let truth: Vec<bool> = (0..100)
            .map(|at| (40..45).contains(&at) || at == 99)
            .collect();
        let component = |at: usize| match at {
            0..40 => Some(0),
            40..70 => Some(1),
            _ => Some(2),
        };
        let component: Vec<_> = (0..100).map(component).collect();
        let scores: Vec<f32> = truth
            .iter()
            .map(|is_real| f32::from(u8::from(*is_real)))
            .collect();
        let strict = Check {
            looks: 20,
            agreement: 1.0,
        };
        let course = by_components(&truth, &scores, &component, &[0], strict, 1);
        let checked = course[21];
        assert_eq!((checked.looks, checked.unseen), (20, 80));
        assert_eq!((checked.by_component, checked.wrong_by_component), (20, 0));
        // The rest is looked at by score: the six real ones first.
        let clean = first_within(&course, 0.0).unwrap();
        assert_eq!((clean.looks, clean.missed), (26, 0));
        // What has the label of its component is looked at after all others.
        let rest = course[81];
        assert_eq!((rest.looks, rest.unseen, rest.by_component), (80, 20, 20));

        // By some seed the single real one is not drawn: it has the label of the others until the rest was looked at.
        let wrong = (0..20).find_map(|seed| {
            let course = by_components(&truth, &scores, &component, &[2], CHECK, seed);
            let rest = course.iter().position(|state| state.looks == 90)?;
            (course[rest].wrong_by_component == 1).then(|| [course[rest], course[rest + 1]])
        });
        let [rest, next] = wrong.unwrap();
        assert_eq!((rest.by_component, rest.missed), (10, 0));
        assert_eq!((next.by_component, next.wrong_by_component), (9, 0));
        // The mixed one has five of thirty: it is never labelled as a whole.
        for seed in 0..20 {
            let course = by_components(&truth, &scores, &component, &[1], strict, seed);
            let real_seen = course[20].missed < course[0].missed;
            let is_labelled = course.iter().any(|state| state.by_component > 0);
            assert_eq!(!is_labelled, real_seen, "{seed}");
        }
    }

    #[test]
    fn a_small_component_is_looked_at_whole_and_real_ones_are_labelled_too() {
        let truth: Vec<bool> = (0..60).map(|at| at < 50).collect();
        let component: Vec<_> = (0..60).map(|at| Some(usize::from(at >= 50))).collect();
        let scores = vec![0.5; 60];
        let course = by_components(&truth, &scores, &component, &[1, 0], CHECK, 3);
        let small = course[10];
        assert_eq!((small.looks, small.by_component, small.missed), (10, 0, 50));
        let labelled = course[31];
        assert_eq!((labelled.looks, labelled.by_component), (30, 30));
        assert_eq!((labelled.missed, labelled.wrong_by_component), (0, 0));
        // Without a look there is nothing that a component could be called by.
        let blind = Check { looks: 0, ..CHECK };
        let course = by_components(&truth, &scores, &component, &[1, 0], blind, 3);
        assert!(course.iter().all(|state| state.by_component == 0));
    }

    #[test]
    fn every_course_goes_through_the_last_candidate() {
        let truth: Vec<bool> = (0..40).map(|at| at >= 20).collect();
        let component: Vec<_> = (0..40).map(|at| Some(at / 10)).collect();
        let check = Check {
            looks: 1,
            agreement: 1.0,
        };
        let scores: Vec<f32> = (0..40).map(|at| at as f32 / 40.0).collect();
        let mut gapped = scores.clone();
        gapped[7] = f32::NAN;
        // Half of their members are real: what one look makes of all others is wrong of half of them.
        let mixed: Vec<_> = (0..40).map(|at| Some(at % 2)).collect();
        let alike = |_: &[usize], _: &[usize]| vec![f32::NAN; 40];
        // Of fewer than there are.
        let of_some = |_: &[usize], _: &[usize]| vec![0.0; 3];
        let courses = [
            by_chance(&truth, 1),
            by_score(&truth, &gapped),
            by_components(&truth, &gapped, &component, &[3, 1, 1], check, 1),
            by_components(&truth, &scores, &mixed, &[0, 1], check, 1),
            by_likeness(&truth, &gapped, (2, 7), &alike),
            by_likeness(&truth, &gapped, (2, 0), &of_some),
        ];
        for (way, course) in courses.iter().enumerate() {
            let all = NightState {
                looks: 40,
                ..NightState::default()
            };
            assert_eq!(course.last(), Some(&all), "{way}");
            let looks = course.windows(2);
            let mut steps = looks.map(|two| two[1].looks - two[0].looks);
            assert!(steps.all(|step| step <= 1), "{way}");
            assert!(first_within(course, 0.0).is_some(), "{way}");
        }
        // Where only labels of components are left, those that the scores are against are looked at first: the wrong ones.
        let labelled = courses[3].iter().find(|state| state.by_component == 38);
        let labelled = labelled.unwrap();
        assert_eq!((labelled.looks, labelled.wrong_by_component), (2, 20));
        let clean = first_within(&courses[3], 0.01).unwrap();
        assert_eq!((clean.looks, clean.unseen), (22, 18));
    }

    #[test]
    fn an_order_by_chance_is_not_that_of_the_files() {
        // In the order of the files all real ones are found by the first ten looks, by chance one of ten.
        let truth = truth();
        let found = |seed: u64| {
            let course = by_chance(&truth, seed);
            assert_eq!((course[10].looks, course.len()), (10, 101));
            10 - course[10].missed
        };
        let found: Vec<usize> = (0..200).map(found).collect();
        let mean = found.iter().sum::<usize>() as f64 / 200.0;
        assert!((mean - 1.0).abs() < 0.3, "{mean}");
        assert!(found.iter().all(|found| *found < 7), "{found:?}");
        assert_eq!(by_chance(&truth, 3), by_chance(&truth, 3));
        assert_ne!(by_chance(&truth, 3), by_chance(&truth, 4));
    }

    #[test]
    fn likeness_follows_what_was_found() {
        // Each is like its neighbours: from the first real one found the others follow.
        let likeness = |more: &[usize], _: &[usize]| -> Vec<f32> {
            let near = |at: usize| more.iter().map(|other| at.abs_diff(*other)).min();
            (0..100)
                .map(|at| -(near(at).unwrap_or(99) as f32))
                .collect()
        };
        let mut scores = vec![0.0; 100];
        scores[50] = 1.0;
        scores[4] = 0.5;
        let course = by_likeness(&truth(), &scores, (1, 4), &likeness);
        // One bogus and one real by score, then three rounds of four about what was found.
        assert_eq!((course[2].looks, course[2].missed), (2, 9));
        let clean = first_within(&course, 0.0).unwrap();
        assert!((11..=14).contains(&clean.looks), "{clean:?}");
        assert_eq!(course.last().unwrap().unseen, 0);
        // Where no example is found, all are looked at.
        let course = by_likeness(&[false; 5], &[0.0; 5], (1, 4), &|_, _| vec![0.0; 5]);
        assert_eq!(course.len(), 6);
    }

    #[test]
    fn a_night_without_a_candidate_or_a_real_one_is_clean() {
        assert_eq!(first_within(&by_score(&[], &[]), 0.0).unwrap().looks, 0);
        let course = by_score(&[false; 3], &[0.1; 3]);
        assert_eq!(first_within(&course, 0.0).unwrap().looks, 0);
    }
}
