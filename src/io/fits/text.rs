//! Text in FITS, which is printable ASCII without trailing blanks.
//!
//! Every other character is written as Python writes it (`\n`, `\xe9`, `\u2605`, `\U0001f52d`, and
//! `\\` for the backslash), so that nothing is lost: `value.encode().decode("unicode_escape")` reads
//! it.

/// Printable ASCII that Python's `unicode_escape` turns back into `text`.
pub fn escape_text(text: &str) -> String {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'\\';
    let body = text.trim_end_matches(' ');
    // Readers drop trailing blanks.
    let blanks = "\\x20".repeat(text.len() - body.len());
    if body.bytes().all(is_plain) {
        return format!("{body}{blanks}");
    }
    body.chars().map(escaped).chain([blanks]).collect()
}

fn escaped(c: char) -> String {
    match c {
        '\\' => "\\\\".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        ' '..='~' => c.into(),
        _ => match u32::from(c) {
            code @ 0..=0xff => format!("\\x{code:02x}"),
            code @ 0..=0xffff => format!("\\u{code:04x}"),
            code => format!("\\U{code:08x}"),
        },
    }
}

/// What [`escape_text`] wrote; a text that no such writer wrote stays as it is.
pub fn unescape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (c, len) = unescaped(&rest[at..]).unwrap_or(('\\', 1));
        out.push(c);
        rest = &rest[at + len..];
    }
    out.push_str(rest);
    out
}

/// The character of an escape at the start of `text`, and the escape's bytes.
fn unescaped(text: &str) -> Option<(char, usize)> {
    let hex = |digits: usize| {
        let code = u32::from_str_radix(text.get(2..2 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 2 + digits))
    };
    match text.as_bytes().get(1)? {
        b'\\' => Some(('\\', 2)),
        b'n' => Some(('\n', 2)),
        b'r' => Some(('\r', 2)),
        b't' => Some(('\t', 2)),
        b'x' => hex(2),
        b'u' => hex(4),
        b'U' => hex(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_survives_as_printable_ascii() {
        for text in [
            "",
            "plain",
            "a\\n",
            "two\nlines\t",
            "é ★ 🔭",
            "end  ",
            " ",
            "\0\u{7f}",
        ] {
            let escaped = escape_text(text);
            assert!(
                escaped.bytes().all(|b| (b' '..=b'~').contains(&b)),
                "{escaped}"
            );
            assert!(!escaped.ends_with(' '));
            assert_eq!(unescape_text(&escaped), text);
        }
        assert_eq!(unescape_text("C:\\dir\\"), "C:\\dir\\");
    }
}
