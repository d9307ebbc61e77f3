//! Blind labelling: while scores are hidden, and during a repeat check or a practice, nothing on the screen gives
//! away what a model or the data call a candidate.

use crate::workspace::{queue::column::Column, shared::Shared};

impl Shared {
    /// True while no score and no truth may be seen.
    pub fn is_blind(&self) -> bool {
        self.scores.is_hidden || self.repeat_check.hidden() > 0
    }

    /// True where a column may not be read now.
    pub fn hides_column(&self, column: &Column) -> bool {
        self.is_blind() && column.gives_away()
    }
}

impl Column {
    /// True where its values come from a model or from the data's own classification.
    pub fn gives_away(&self) -> bool {
        match self {
            Self::Truth => true,
            Self::Field(name) => {
                // Of a joined table: `tns.type`.
                let own = name.split_once('.').map(|(_, own)| own);
                names_a_judgement(name) || own.is_some_and(names_a_judgement)
            }
            // What is like an example is no judgement of it.
            Self::Likeness => false,
            _ => self.is_of_scores(),
        }
    }
}

/// True for header cards and packet fields that carry a class, or the score of somebody's model:
/// `CLASS`, ZTF's `rb` and `drb`, Rubin's `reliability`, the brokers' classifiers.
pub fn names_a_judgement(name: &str) -> bool {
    const WHOLE: [&str; 21] = [
        "class",
        "kind",
        "truth",
        "label",
        "labels",
        "classname",
        "objtype",
        "rb",
        "rbversion",
        "drb",
        "drbversion",
        "reliability",
        "score",
        "braai",
        "classifier",
        // What simulations write of the truth.
        "truemag",
        "truemjd",
        "period",
        "amplitud",
        "redshift",
        "trail",
    ];
    const BEGINNINGS: [&str; 8] = [
        "acai",
        "btsbot",
        "prob_",
        "p_",
        "score_",
        "class_",
        "classifier_",
        "truth_",
    ];
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
    WHOLE.contains(&&*name)
        || BEGINNINGS
            .iter()
            .any(|beginning| name.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judgements_of_others_are_known_by_name() {
        for name in [
            "CLASS",
            "candidate.rb",
            "drb",
            "acai_h",
            "Reliability",
            "KIND",
        ] {
            assert!(names_a_judgement(name), "{name}");
        }
        for name in ["magpsf", "classtar", "ra", "field", "rbflux", "ndethist"] {
            assert!(!names_a_judgement(name), "{name}");
        }
        assert!(Column::Truth.gives_away() && Column::Score.gives_away());
        assert!(!Column::Mag.gives_away() && !Column::Label.gives_away());
    }
}
