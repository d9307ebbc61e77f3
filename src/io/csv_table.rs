//! A small table of texts as CSV.

/// The bytes: one header line, then the rows.
///
/// # Errors
/// Where a row has another number of cells than the header.
pub fn csv_table(
    heads: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(heads)?;
    for row in rows {
        table.write_record(row)?;
    }
    table
        .into_inner()
        .map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::csv_table;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_rows_are_whole() {
        let rows = [vec!["a,b".to_owned(), "1".to_owned()]];
        let bytes = csv_table(&["name", "n"], rows).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "name,n\n\"a,b\",1\n");
        assert!(csv_table(&["name", "n"], [vec!["a".to_owned()]]).is_err());
    }
}
