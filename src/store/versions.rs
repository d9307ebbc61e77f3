//! Versions of models that were taught with the labels of this project.

use rusqlite::{OptionalExtension, TransactionBehavior, params, types::Type};

use super::project::{Project, StoreError};
use crate::domain::{ModelId, ModelVersion, Timestamp};

impl Project {
    /// Keeps a version and its model file, both or nothing; the same version again replaces itself.
    ///
    /// # Errors
    /// Where the project cannot be written.
    pub fn put_version(&mut self, version: &ModelVersion, file: &[u8]) -> Result<(), StoreError> {
        let failed = self.failed("writing a version of a model");
        let mut write = || {
            let card = serde_json::to_string(&version.card);
            let card = card.map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
            let writing = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            writing.execute(
                "INSERT OR REPLACE INTO model_versions
                 (model, parent, parent_source, made_at_us, card, file) VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    &**version.id.text(),
                    &**version.parent.text(),
                    version.parent_source,
                    version.made_at.0,
                    card,
                    file
                ],
            )?;
            writing.commit()
        };
        write().map_err(failed)
    }

    /// All versions, the oldest first.
    ///
    /// # Errors
    /// Where the project cannot be read.
    pub fn versions(&self) -> Result<Vec<ModelVersion>, StoreError> {
        let read = || {
            let mut select = self.connection.prepare(
                "SELECT model, parent, parent_source, made_at_us, card FROM model_versions
                 ORDER BY made_at_us, model",
            )?;
            let rows = select.query_map([], |row| {
                let card: String = row.get(4)?;
                let card = serde_json::from_str(&card).map_err(|error| {
                    rusqlite::Error::FromSqlConversionFailure(4, Type::Text, error.into())
                })?;
                Ok(ModelVersion {
                    id: ModelId::from_text(row.get::<_, String>(0)?),
                    parent: ModelId::from_text(row.get::<_, String>(1)?),
                    parent_source: row.get(2)?,
                    made_at: Timestamp(row.get(3)?),
                    card,
                })
            })?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(self.failed("reading the versions of models"))
    }

    /// The model file of a version; none where there is no such version.
    ///
    /// # Errors
    /// Where the project cannot be read.
    pub fn version_file(&self, id: &ModelId) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT file FROM model_versions WHERE model = ?";
        self.connection
            .query_row(sql, [&**id.text()], |row| row.get(0))
            .optional()
            .map_err(self.failed("reading a version of a model"))
    }

    /// Takes a version away; false where there is none.
    ///
    /// # Errors
    /// Where the project cannot be written.
    pub fn remove_version(&mut self, id: &ModelId) -> Result<bool, StoreError> {
        let sql = "DELETE FROM model_versions WHERE model = ?";
        let removed = self.connection.execute(sql, [&**id.text()]);
        Ok(removed.map_err(self.failed("removing a version of a model"))? > 0)
    }
}
