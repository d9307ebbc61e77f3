//! Readers of CSV and JSON, by hand: the crates of the field are the writers.

use destello::io::export::columns::Kind;

use super::{Row, kind_of};

/// By hand after RFC 4180, because the writer is the one crate of the field.
pub fn read_csv(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = rows.last_mut().unwrap();
        match c {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(String::new()),
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            c => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(rows.pop().unwrap(), [""], "the last line ends");
    rows
}

/// One flat JSON object, by hand after RFC 8259, because the writer is the one crate of the field.
pub fn read_object(line: &str) -> Row {
    let mut row = Row::new();
    let mut rest = line.strip_prefix('{').unwrap();
    while !rest.is_empty() {
        let (name, after) = read_string(rest);
        let value = after.strip_prefix(':').unwrap();
        let (value, after) = if value.starts_with('"') {
            let (text, after) = read_string(value);
            assert!(matches!(kind_of(&name), Kind::Text | Kind::Time), "{name}");
            (Some(text), after)
        } else {
            let end = value.find([',', '}']).unwrap();
            let word = &value[..end];
            (Some(word.to_owned()).filter(|w| w != "null"), &value[end..])
        };
        row.insert(name, value);
        rest = after.strip_prefix([',', '}']).unwrap();
    }
    row
}

fn read_string(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.strip_prefix('"').unwrap().chars();
    loop {
        match chars.next().unwrap() {
            '"' => return (out, chars.as_str()),
            '\\' => match chars.next().unwrap() {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                c @ ('"' | '\\' | '/') => out.push(c),
                other => panic!("escape {other}"),
            },
            c => out.push(c),
        }
    }
}
