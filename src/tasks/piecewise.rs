//! Long work of the learner, a piece at a time. A piece that takes long, such as a batch of sequences on a
//! slow machine, is done on a thread of its own: the learner waits for it by the moment only, and does what
//! others want meanwhile. What is computed is the same.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    gathering::{Gathered, Gathering},
    learner::Urgency,
};

/// A piece whose kind took longer is done on another thread.
const LONG: Duration = Duration::from_millis(50);

/// Work in pieces.
pub(crate) trait Pieces: Send + 'static {
    /// Does one piece.
    ///
    /// # Errors
    /// As the work fails.
    fn advance(&mut self) -> anyhow::Result<()>;

    /// What the next piece is, in words.
    fn doing(&self) -> &'static str;

    /// True where a piece may be done on another thread: not on a GPU, which belongs to the learner's, and
    /// on which pieces are short.
    fn may_go_aside(&self) -> bool;
}

/// Work that is here, or on another thread.
pub(crate) struct Piecewise<W> {
    place: Place<W>,
    /// How long pieces take, by what they are.
    took: BTreeMap<&'static str, Duration>,
}

enum Place<W> {
    Here(Box<W>),
    Aside(&'static str, Gathering<(Box<W>, Duration)>),
    /// A piece failed.
    Gone,
}

impl<W: Pieces> Piecewise<W> {
    /// Nothing is done yet.
    pub fn new(work: W) -> Self {
        Self {
            place: Place::Here(Box::new(work)),
            took: BTreeMap::new(),
        }
    }

    /// The work, where it is here.
    pub fn work(&self) -> Option<&W> {
        match &self.place {
            Place::Here(work) => Some(work),
            Place::Aside(..) | Place::Gone => None,
        }
    }

    /// Does a piece, or goes on waiting for one; true where one was done.
    ///
    /// # Errors
    /// As the work fails, or where the system gives no thread; the work is gone then.
    pub fn step(&mut self) -> anyhow::Result<bool> {
        let mut work = match std::mem::replace(&mut self.place, Place::Gone) {
            Place::Here(work) => work,
            aside => {
                self.place = aside;
                return self.look();
            }
        };
        let (doing, may_go_aside) = (work.doing(), work.may_go_aside());
        // What was not done yet may be long.
        let is_long = self.took.get(doing).is_none_or(|took| *took > LONG);
        let piece = move || {
            let began = Instant::now();
            work.advance()?;
            Ok((work, began.elapsed()))
        };
        if is_long && may_go_aside {
            self.place = Place::Aside(doing, Gathering::start("next step", piece)?);
            return self.look();
        }
        let (work, took) = piece()?;
        self.note(doing, took);
        self.place = Place::Here(work);
        Ok(true)
    }

    /// One short piece makes no short ones of a kind: the last batch of many may have few examples.
    fn note(&mut self, doing: &'static str, took: Duration) {
        let known = self.took.entry(doing).or_default();
        *known = took.max(*known * 3 / 4);
    }

    /// Waits a moment for a piece that is done on another thread; true where none is, or it was done.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn look(&mut self) -> anyhow::Result<bool> {
        match std::mem::replace(&mut self.place, Place::Gone) {
            Place::Aside(doing, piece) => match piece.look()? {
                Gathered::Not(piece) => {
                    self.place = Place::Aside(doing, piece);
                    return Ok(false);
                }
                Gathered::All((work, took)) => {
                    log::debug!("{doing}, aside: {} ms", took.as_millis());
                    self.note(doing, took);
                    self.place = Place::Here(work);
                }
            },
            here => self.place = here,
        }
        Ok(true)
    }

    /// How soon the task must be done, where it is `ready` for its next piece.
    pub fn urgency(&self, ready: Urgency) -> Urgency {
        match &self.place {
            Place::Aside(_, piece) => piece.urgency(ready),
            Place::Here(_) | Place::Gone => ready,
        }
    }

    /// What the next step does, in words.
    pub fn doing(&self) -> &'static str {
        match &self.place {
            Place::Here(work) => work.doing(),
            Place::Aside(..) | Place::Gone => "waiting for a long piece",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Notes on which thread each piece is done; odd ones are long.
    #[derive(Default)]
    struct Work {
        done: Vec<Option<String>>,
        stays: bool,
    }

    impl Pieces for Work {
        fn advance(&mut self) -> anyhow::Result<()> {
            anyhow::ensure!(self.done.len() < 6, "all is done");
            if self.doing() == "long" {
                thread::sleep(LONG + Duration::from_millis(5));
            }
            let name = thread::current().name().map(str::to_owned);
            self.done.push(name);
            Ok(())
        }

        fn doing(&self) -> &'static str {
            ["short", "long"][self.done.len() % 2]
        }

        fn may_go_aside(&self) -> bool {
            !self.stays
        }
    }

    #[test]
    fn long_pieces_are_done_aside_and_short_ones_here() {
        let mut pieces = Piecewise::new(Work::default());
        while pieces.work().is_none_or(|work| work.done.len() < 6) {
            pieces.step().unwrap();
        }
        let done = &pieces.work().unwrap().done;
        let is_aside: Vec<bool> = done
            .iter()
            .map(|name| name.as_deref() == Some("next step"))
            .collect();
        // The first short one might have been long.
        assert_eq!(is_aside, [true, true, false, true, false, true]);
    }

    #[test]
    fn what_stays_here_stays_here_and_what_fails_is_gone() {
        let stays = Work {
            stays: true,
            ..Work::default()
        };
        let mut pieces = Piecewise::new(stays);
        for _ in 0..6 {
            assert!(pieces.step().unwrap());
        }
        let done = &pieces.work().unwrap().done;
        assert!(done.iter().all(|name| name.as_deref() != Some("next step")));
        assert_eq!(pieces.step().unwrap_err().to_string(), "all is done");
    }
}
