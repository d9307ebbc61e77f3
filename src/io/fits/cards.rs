//! The cards of a FITS header (FITS standard 4.0, section 4), read as they are met in the wild.
//!
//! Lower-case keywords, free format, values without the blank after `=`, texts without their closing
//! quote and Latin-1 bytes are read; long texts are put together over their `CONTINUE` cards.

pub const CARD_BYTES: usize = 80;

/// One header card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Keyword, in capitals; that of `HIERARCH` without this word.
    pub name: String,
    /// Value as written, texts still in quotes.
    pub value: String,
    pub comment: String,
}

/// The cards in these bytes up to `END`; none where there is no `END`. Also the number of bytes, with
/// the card `END`.
pub fn cards(bytes: &[u8]) -> Option<(Vec<Card>, usize)> {
    let mut cards: Vec<Card> = Vec::new();
    for (at, record) in bytes.chunks_exact(CARD_BYTES).enumerate() {
        if is_end(record) {
            return Some((cards, (at + 1) * CARD_BYTES));
        }
        if !record.iter().all(|byte| matches!(byte, b' ' | 0)) {
            add(&mut cards, record);
        }
    }
    None
}

/// `END` and blanks, or zeros, behind it.
fn is_end(record: &[u8]) -> bool {
    record.starts_with(b"END") && record[3..].iter().all(|byte| matches!(byte, b' ' | 0))
}

fn add(cards: &mut Vec<Card>, record: &[u8]) {
    let card = card(&text_of(record));
    if card.name == "CONTINUE"
        && let Some(last) = cards.last_mut()
        && let Some(begun) = last.value.strip_suffix("&'")
        && let Some(more) = card.comment.trim_start().strip_prefix('\'')
    {
        let (inside, comment) = quoted(more);
        last.value = format!("{begun}{inside}'");
        last.comment.push_str(&comment);
        return;
    }
    cards.push(card);
}

/// UTF-8, else Latin-1.
fn text_of(record: &[u8]) -> String {
    let latin = |_| record.iter().map(|byte| char::from(*byte)).collect();
    std::str::from_utf8(record).map_or_else(latin, str::to_owned)
}

fn card(text: &str) -> Card {
    let Some((name, rest)) = value_at(text) else {
        let (name, comment) = split_at_chars(text, 8);
        return Card {
            name: name.trim().to_ascii_uppercase(),
            value: String::new(),
            comment: comment.trim_end().into(),
        };
    };
    let name = name.trim().to_ascii_uppercase();
    let rest = rest.trim_start();
    let (value, comment) = if let Some(inside) = rest.strip_prefix('\'') {
        let (inside, comment) = quoted(inside);
        (format!("'{inside}'"), comment)
    } else {
        // A complex number has no slash of its own either.
        let (value, comment) = rest.split_once('/').unwrap_or((rest, ""));
        (value.trim().into(), comment.trim().into())
    };
    Card {
        name,
        value,
        comment,
    }
}

/// Keyword and what follows its `=`; none for a card without a value.
fn value_at(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix("HIERARCH ") {
        return rest.split_once('=');
    }
    let (name, rest) = text.split_once('=')?;
    let is_comment =
        ["COMMENT", "HISTORY", "CONTINUE"].contains(&name.get(..8).unwrap_or(name).trim());
    let is_name = !name.trim().is_empty() && !name.trim_end().contains(' ');
    (name.chars().count() <= 8 && is_name && !is_comment).then_some((name, rest))
}

/// What stands in quotes of which the first is read already, its inner quotes still doubled; and the
/// comment.
fn quoted(rest: &str) -> (String, String) {
    let mut inside = String::new();
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\'' {
            inside.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
            chars.next();
            inside.push_str("''");
        } else {
            let comment = rest[at + 1..].trim_start();
            let comment = comment.strip_prefix('/').unwrap_or(comment).trim();
            return (inside, comment.into());
        }
    }
    (inside.trim_end().into(), String::new())
}

fn split_at_chars(text: &str, count: usize) -> (&str, &str) {
    let at = text
        .char_indices()
        .nth(count)
        .map_or(text.len(), |(at, _)| at);
    text.split_at(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<Card> {
        let lines = lines.iter().chain(&["END"]);
        let bytes: Vec<u8> = lines
            .flat_map(|line| format!("{line:<80}").into_bytes())
            .collect();
        cards(&bytes).unwrap().0
    }

    #[test]
    fn cards_are_read_as_they_are_met() {
        let cases = [
            ("SIMPLE  =                    T / x", ("SIMPLE", "T", "x")),
            ("SIMPLE  =  T", ("SIMPLE", "T", "")),
            ("mjd-obs =59000.25", ("MJD-OBS", "59000.25", "")),
            (
                "OBJECT  = 'O''Neill / b ' / a'b",
                ("OBJECT", "'O''Neill / b '", "a'b"),
            ),
            (
                "OBSERVER= 'never closed",
                ("OBSERVER", "'never closed'", ""),
            ),
            ("HIERARCH ESO OBS.NAME = 'x'", ("ESO OBS.NAME", "'x'", "")),
            (
                "IRAF-B/P=                   16  / bits",
                ("IRAF-B/P", "16", "bits"),
            ),
            ("CPLX    = (1.0, 2.0)", ("CPLX", "(1.0, 2.0)", "")),
            (
                "MJD-OBS =                     / unknown",
                ("MJD-OBS", "", "unknown"),
            ),
            ("HISTORY  a = 5", ("HISTORY", "", " a = 5")),
            (
                "        1.9E+00 = / rotation",
                ("", "", "1.9E+00 = / rotation"),
            ),
        ];
        for (line, (name, value, comment)) in cases {
            let card = &read(&[line])[0];
            assert_eq!(
                (&*card.name, &*card.value, &*card.comment),
                (name, value, comment),
                "{line}"
            );
        }
    }

    #[test]
    fn long_texts_go_on_over_continue_cards() {
        let cards = read(&[
            "OBJECT  = 'survey-deep-field-2026-09/visit-0001234567890/detector-042/patch-17&'",
            "CONTINUE  '/candidate-&'",
            "CONTINUE  '000001' / name",
            "OTHER   = 'ends in &'",
        ]);
        assert_eq!(
            cards[0].value,
            "'survey-deep-field-2026-09/visit-0001234567890/detector-042/patch-17/candidate-000001'"
        );
        assert_eq!(cards[0].comment, "name");
        assert_eq!((cards.len(), &*cards[1].value), (2, "'ends in &'"));
    }

    #[test]
    fn latin_letters_are_read_and_a_header_without_end_is_none() {
        let mut bytes = vec![b' '; 160];
        bytes[..20].copy_from_slice(b"OBSERVER= 'M\xfcller'  ");
        assert!(cards(&bytes).is_none());
        bytes[80..83].copy_from_slice(b"END");
        let (cards, len) = cards(&bytes).unwrap();
        assert_eq!((&*cards[0].value, len), ("'Müller'", 160));
    }
}
