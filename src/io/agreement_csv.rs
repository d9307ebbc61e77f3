//! Writes what several annotators say as CSV.

use crate::domain::agreement::Votes;

/// `id`, `label` of the majority (empty for a tie), `votes` for it, `of` how many; a row a candidate.
///
/// # Errors
/// Never, as far as is known: writing into memory does not fail.
pub fn consensus(votes: &Votes) -> Result<String, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "label", "votes", "of"])?;
    for (candidate, given) in votes.iter() {
        let consensus = Votes::consensus(given);
        let class = consensus.class.as_deref().unwrap_or_default();
        let [votes, all] = [consensus.votes, consensus.all].map(|count| count.to_string());
        table.write_record([candidate, class, &votes, &all])?;
    }
    text(table)
}

/// `id`, the likeliest `label` by the skill of those who voted, its `probability`, and `of` how many
/// votes; a row a candidate.
///
/// # Errors
/// As [`consensus`].
pub fn consensus_by_skill(votes: &Votes) -> Result<String, csv::Error> {
    let skills = votes.skills();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["id", "label", "probability", "of"])?;
    for (candidate, given) in votes.iter() {
        let consensus = skills.consensus(candidate);
        let class = consensus.map_or("", |(class, _)| class);
        let probability = consensus.map_or(String::new(), |(_, probability)| {
            format!("{probability:.4}")
        });
        table.write_record([candidate, class, &probability, &given.len().to_string()])?;
    }
    text(table)
}

/// The candidates on which annotators differ: `id`, and a column for each annotator.
///
/// # Errors
/// As [`consensus`].
pub fn conflicts(votes: &Votes) -> Result<String, csv::Error> {
    let annotators = votes.annotators();
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_field("id")?;
    table.write_record(annotators.iter().map(|annotator| &**annotator))?;
    for (candidate, given) in votes.iter() {
        let mut classes = given.values();
        let first = classes.next();
        if classes.all(|class| Some(class) == first) {
            continue;
        }
        table.write_field(&**candidate)?;
        let of = |annotator| given.get(annotator).map_or("", |class| class);
        table.write_record(annotators.iter().map(of))?;
    }
    text(table)
}

fn text(table: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = table.into_inner();
    let bytes = bytes.map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
