//! Scores: what each version of a model said of each epoch, and what it remembers for the next. Of a latent model a row of
//! numbers is a place: coordinates, probabilities of the components, reconstruction error; and it remembers its map.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, TransactionBehavior, params, types::Type};

use super::project::{Project, StoreError};
use crate::domain::{ModelId, NewScores, Prediction, Remembered, ScoreRow, ScoredFrom};

impl Project {
    /// Keeps what a model said, all of it in one transaction; an earlier word of the same model on
    /// the same epoch is replaced.
    ///
    /// # Errors
    /// Where the project cannot be written; then nothing of it is kept.
    pub fn put_scores(&mut self, model: &ModelId, new: &NewScores) -> Result<(), StoreError> {
        let failed = self.failed("writing scores");
        self.try_put_scores(model, new).map_err(failed)
    }

    fn try_put_scores(&mut self, model: &ModelId, new: &NewScores) -> rusqlite::Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let writing = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = writing.prepare(
                "INSERT OR REPLACE INTO scores
                 (model, candidate, epoch, probabilities, refusal, files, pixels)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )?;
            let model: &str = model.text();
            for row in &new.rows {
                let (candidate, epoch) = (&*row.candidate, &*row.epoch);
                let (probabilities, refusal) = match &row.prediction {
                    Prediction::Probabilities(all) => (Some(blob_of(all)), None),
                    Prediction::Refused(why) => (None, Some(&**why)),
                };
                let ScoredFrom { files, pixels } = row.scored_from;
                let [files, pixels] = [files, pixels].map(|hash| hash.map(u64::cast_signed));
                insert.execute(params![
                    model,
                    candidate,
                    epoch,
                    probabilities,
                    refusal,
                    files,
                    pixels
                ])?;
            }
            let mut insert = writing.prepare(
                "INSERT OR REPLACE INTO memories (model, candidate, epoch, memory)
                 VALUES (?, ?, ?, ?)",
            )?;
            for kept in &new.memories {
                let (candidate, epoch) = (&*kept.candidate, &*kept.epoch);
                insert.execute(params![model, candidate, epoch, &*kept.memory])?;
            }
        }
        writing.commit()
    }

    /// What a version of a model remembers of a candidate; none where it never saw it.
    ///
    /// # Errors
    /// Where the project cannot be read.
    pub fn memory_of(
        &self,
        model: &ModelId,
        candidate: &Arc<str>,
    ) -> Result<Option<Remembered>, StoreError> {
        let reading = || {
            let mut select = self
                .connection
                .prepare("SELECT epoch, memory FROM memories WHERE model = ? AND candidate = ?")?;
            let found = select.query_row([&**model.text(), &**candidate], |row| {
                Ok(Remembered {
                    candidate: candidate.clone(),
                    epoch: row.get_ref(0)?.as_str()?.into(),
                    memory: row.get_ref(1)?.as_blob()?.into(),
                })
            });
            found.optional()
        };
        reading().map_err(self.failed("reading what a model remembers"))
    }

    /// True where scores, or places in a latent space, of any version of a model of that name are kept.
    ///
    /// # Errors
    /// Where the project cannot be read.
    pub fn has_scores_of(&self, name: &str) -> Result<bool, StoreError> {
        // The identifier of a version is `name@hash`; `A` is what comes after `@`.
        let sql =
            "SELECT EXISTS (SELECT 1 FROM scores WHERE model >= ?1 || '@' AND model < ?1 || 'A')";
        self.connection
            .query_row(sql, [name], |row| row.get(0))
            .map_err(self.failed("reading scores"))
    }

    /// Everything that a version of a model said, by candidate and epoch.
    ///
    /// # Errors
    /// Where the project cannot be read, or holds scores that are none.
    pub fn scores_of(&self, model: &ModelId) -> Result<Vec<ScoreRow>, StoreError> {
        let reading = || {
            let mut select = self.connection.prepare(
                "SELECT candidate, epoch, probabilities, refusal, files, pixels FROM scores
                 WHERE model = ? ORDER BY candidate, epoch",
            )?;
            let mut rows = select.query([&**model.text()])?;
            let mut all: Vec<ScoreRow> = Vec::new();
            while let Some(row) = rows.next()? {
                let known = all.last().map(|row| row.candidate.clone());
                all.push(row_of(row, known)?);
            }
            Ok(all)
        };
        reading().map_err(|error| match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..) => StoreError::Damaged {
                path: self.path.clone(),
                why: format!("a score cannot be read: {error}"),
            },
            other => self.failed("reading scores")(other),
        })
    }
}

/// `known` is the candidate of the row before: its epochs share one name.
fn row_of(row: &Row<'_>, known: Option<Arc<str>>) -> rusqlite::Result<ScoreRow> {
    let candidate = row.get_ref(0)?.as_str()?;
    let prediction = match row.get_ref(2)?.as_blob_or_null()? {
        Some(bytes) => Prediction::Probabilities(probabilities_of(bytes)?),
        None => Prediction::Refused(row.get_ref(3)?.as_str()?.into()),
    };
    Ok(ScoreRow {
        candidate: known
            .filter(|known| **known == *candidate)
            .unwrap_or_else(|| candidate.into()),
        epoch: row.get_ref(1)?.as_str()?.into(),
        prediction,
        scored_from: ScoredFrom {
            files: row.get::<_, Option<i64>>(4)?.map(i64::cast_unsigned),
            pixels: row.get::<_, Option<i64>>(5)?.map(i64::cast_unsigned),
        },
    })
}

fn blob_of(probabilities: &[f32]) -> Vec<u8> {
    let numbers = probabilities.iter();
    numbers.flat_map(|number| number.to_le_bytes()).collect()
}

fn probabilities_of(bytes: &[u8]) -> rusqlite::Result<Arc<[f32]>> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    if numbers.is_empty() || !rest.is_empty() {
        let why = format!("{} bytes are no probabilities", bytes.len());
        return Err(rusqlite::Error::FromSqlConversionFailure(
            2,
            Type::Blob,
            why.into(),
        ));
    }
    Ok(numbers.iter().copied().map(f32::from_le_bytes).collect())
}
