//! Tables as JSON: a list of objects, or one object a line. Objects within objects get names with a point.

use serde_json::Value;

use super::row::{Row, Table};

/// True for the beginning of a list of objects or of an object.
pub(super) fn is_json(text: &str) -> bool {
    let inside = text.strip_prefix('[').map_or(text, str::trim_start);
    inside.starts_with('{') && inside[1..].trim_start().starts_with(['"', '}'])
}

/// The rows of the objects; columns in the order in which they are met.
pub(super) fn read(text: &str) -> Result<Table, String> {
    let mut table = Table::default();
    let mut add = |line: u64, value: &Value| {
        let mut row = Row {
            line,
            cells: Vec::new(),
        };
        flatten(value, "", &mut |name, cell| {
            let at = table
                .heads
                .iter()
                .position(|head| head == name)
                .unwrap_or_else(|| {
                    table.heads.push(name.to_owned());
                    table.heads.len() - 1
                });
            if row.cells.len() <= at {
                row.cells.resize(at + 1, String::new());
            }
            row.cells[at] = cell;
        });
        table.rows.push(row);
    };
    if text.trim_start().starts_with('[') {
        let list: Vec<Value> =
            serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
        for (number, value) in (1..).zip(&list) {
            add(number, value);
        }
        return Ok(table);
    }
    // One object over several lines, or one a line.
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        match by_columns(&value) {
            Some(rows) => (1..).zip(&rows).for_each(|(line, row)| add(line, row)),
            None => add(1, &value),
        }
        return Ok(table);
    }
    let mut faults = Vec::new();
    for (line, text) in (1..)
        .zip(text.lines())
        .filter(|(_, text)| !text.trim().is_empty())
    {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => add(line, &value),
            Err(error) => faults.push((line, format!("is no JSON: {error}"))),
        }
    }
    table.faults = faults;
    Ok(table)
}

/// The rows of a table that is written column by column, as pandas does where nothing else is asked for:
/// `{"id": {"0": "a", "1": "b"}, "label": {"0": …}}`. None for any other object.
fn by_columns(value: &Value) -> Option<Vec<Value>> {
    let columns = value.as_object()?;
    let cells = columns.values().map(Value::as_object);
    let cells = cells.collect::<Option<Vec<_>>>()?;
    let (first, others) = cells.split_first()?;
    let is_same = others.iter().all(|other| other.keys().eq(first.keys()));
    let are_cells = || {
        let mut all = cells.iter().flat_map(|cells| cells.values());
        all.all(|cell| !cell.is_object())
    };
    if others.is_empty() || first.is_empty() || !is_same || !are_cells() {
        return None;
    }
    let row = |key: &String| {
        let cells = columns
            .iter()
            .map(|(name, cells)| (name.clone(), cells[key].clone()));
        Value::Object(cells.collect())
    };
    Some(first.keys().map(row).collect())
}

fn flatten(value: &Value, name: &str, each: &mut dyn FnMut(&str, String)) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() {
                    field.clone()
                } else {
                    format!("{name}.{field}")
                };
                flatten(value, &name, each);
            }
        }
        Value::Null => {}
        Value::String(text) => each(name, text.clone()),
        Value::Bool(is) => each(name, is.to_string()),
        // Integers are kept whole up to 64 bits.
        Value::Number(number) => each(name, number.to_string()),
        Value::Array(_) => each(name, value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_lists_are_tables_with_exact_integers() {
        for text in [
            "{\"id\": 1127174604415015005, \"a\": {\"label\": \"real\"}}\n{\"id\": \"x\", \"n\": null}\n",
            "[{\"id\": 1127174604415015005, \"a\": {\"label\": \"real\"}}, {\"id\": \"x\"}]",
        ] {
            assert!(is_json(text));
            let table = read(text).unwrap();
            assert_eq!(table.heads.len(), 2);
            let at = table.find(&["id"]).unwrap();
            assert_eq!(table.rows[0].cell(at), "1127174604415015005");
            assert_eq!(table.rows[1].cell(table.find(&["a.label"]).unwrap()), "");
        }
        let columns = read(r#"{"id":{"0":"a","1":"b"},"label":{"0":"real","1":null}}"#).unwrap();
        assert_eq!(columns.rows.len(), 2);
        assert_eq!(columns.rows[0].cells, ["a", "real"]);
        assert_eq!(columns.rows[1].cell(1), "");
        // One object with objects inside is a row.
        for one in [r#"{"a":{"x":1},"b":{"y":2}}"#, r#"{"a":{"x":1}}"#] {
            assert_eq!(read(one).unwrap().rows.len(), 1, "{one}");
        }
        let cut = read("{\"id\": 1}\n{\"id\"\n").unwrap();
        assert_eq!((cut.rows.len(), cut.faults.len()), (1, 1));
        assert!(!is_json("id,label"));
    }
}
