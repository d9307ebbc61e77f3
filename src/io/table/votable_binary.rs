//! Packed rows of a VOTable: BINARY and BINARY2 (VOTable 1.4, sections 5.3 and 6), written in base64.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::row::Row;

/// A column as its FIELD describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub datatype: String,
    /// Empty for one value.
    pub arraysize: String,
}

/// Values of a column in a row.
#[derive(Clone, Copy)]
enum Count {
    Fixed(usize),
    /// The number stands before them.
    Variable,
}

impl Field {
    /// Bytes of a value; none for a type that has none of its own.
    fn size(&self) -> Option<usize> {
        Some(match self.datatype.as_str() {
            "boolean" | "unsignedByte" | "char" => 1,
            "short" | "unicodeChar" => 2,
            "int" | "float" => 4,
            "long" | "double" | "floatComplex" => 8,
            "doubleComplex" => 16,
            _ => return None,
        })
    }

    fn count(&self) -> Count {
        let sizes = self.arraysize.trim();
        if sizes.ends_with('*') {
            return Count::Variable;
        }
        let lens = sizes.split('x').filter(|len| !len.is_empty());
        let count = lens
            .map(|len| len.trim().parse().unwrap_or(1))
            .fold(1_usize, |all, len: usize| all.saturating_mul(len));
        Count::Fixed(count)
    }

    fn text(&self, bytes: &[u8]) -> String {
        let numbers = |size: usize, number: &dyn Fn(&[u8]) -> Option<String>| {
            let texts: Vec<String> = bytes.chunks_exact(size).filter_map(number).collect();
            texts.join(" ")
        };
        let float = |value: f64| (!value.is_nan()).then(|| value.to_string());
        match self.datatype.as_str() {
            "char" => {
                let text = String::from_utf8_lossy(bytes);
                text.split('\0')
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned()
            }
            "unicodeChar" => {
                let units: Vec<u16> = bytes
                    .chunks_exact(2)
                    .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
                    .collect();
                let text = String::from_utf16_lossy(&units);
                text.split('\0')
                    .next()
                    .unwrap_or_default()
                    .trim_end()
                    .to_owned()
            }
            "boolean" => numbers(1, &|byte| match byte[0] {
                b'T' | b't' | b'1' => Some("true".into()),
                b'F' | b'f' | b'0' => Some("false".into()),
                _ => None,
            }),
            "unsignedByte" => numbers(1, &|byte| Some(byte[0].to_string())),
            "short" => numbers(2, &|b| {
                Some(i16::from_be_bytes(b.try_into().ok()?).to_string())
            }),
            "int" => numbers(4, &|b| {
                Some(i32::from_be_bytes(b.try_into().ok()?).to_string())
            }),
            "long" => numbers(8, &|b| {
                Some(i64::from_be_bytes(b.try_into().ok()?).to_string())
            }),
            "float" | "floatComplex" => numbers(4, &|b| {
                let value = f32::from_be_bytes(b.try_into().ok()?);
                (!value.is_nan()).then(|| value.to_string())
            }),
            _ => numbers(8, &|b| float(f64::from_be_bytes(b.try_into().ok()?))),
        }
    }
}

/// The rows in a stream; `has_nulls` for BINARY2, where each begins with a bit for each column that has nothing.
pub(super) fn rows(fields: &[Field], stream: &str, has_nulls: bool) -> Result<Vec<Row>, String> {
    let packed: String = stream.split_whitespace().collect();
    let bytes = STANDARD
        .decode(packed)
        .map_err(|error| format!("is a VOTable whose packed rows are no base64: {error}"))?;
    let cut = || "is a VOTable whose packed rows are cut short".to_owned();
    let mut rest = &bytes[..];
    let mut take = |len: usize| {
        let (taken, after) = rest.split_at_checked(len).ok_or_else(cut)?;
        rest = after;
        Ok::<&[u8], String>(taken)
    };
    let mut rows = Vec::new();
    let mut used = 0;
    while used < bytes.len() {
        let before = used;
        let flags = if has_nulls {
            take(fields.len().div_ceil(8))?
        } else {
            &[]
        };
        used += flags.len();
        let mut cells = Vec::with_capacity(fields.len());
        for (at, field) in fields.iter().enumerate() {
            let size = field.size().ok_or_else(|| {
                format!(
                    "is a VOTable with packed columns of the type {}, which are not read",
                    field.datatype
                )
            })?;
            let count = match field.count() {
                Count::Fixed(count) => count,
                Count::Variable => {
                    used += 4;
                    let count = take(4)?;
                    u32::from_be_bytes([count[0], count[1], count[2], count[3]]) as usize
                }
            };
            let len = count.checked_mul(size).ok_or_else(cut)?;
            let value = take(len)?;
            used += len;
            let is_null = flags
                .get(at / 8)
                .is_some_and(|flags| flags & (0x80 >> (at % 8)) != 0);
            cells.push(if is_null {
                String::new()
            } else {
                field.text(value)
            });
        }
        if used == before {
            return Err(cut());
        }
        let line = rows.len() as u64 + 1;
        rows.push(Row { line, cells });
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(datatype: &str, arraysize: &str) -> Field {
        Field {
            datatype: datatype.into(),
            arraysize: arraysize.into(),
        }
    }

    #[test]
    fn packed_rows_are_read_with_their_nulls() {
        let fields = [
            field("long", ""),
            field("char", "*"),
            field("double", ""),
            field("unicodeChar", "2"),
        ];
        let mut bytes = vec![0b0010_0000];
        bytes.extend(1_127_174_604_415_015_005_i64.to_be_bytes());
        bytes.extend(4_u32.to_be_bytes());
        bytes.extend(b"real");
        bytes.extend(f64::NAN.to_be_bytes());
        bytes.extend([0, b'a', 0, 0]);
        let packed = STANDARD.encode(&bytes);
        let found = rows(&fields, &format!("\n{packed}\n"), true).unwrap();
        assert_eq!(found[0].cells, ["1127174604415015005", "real", "", "a"]);
        let without = STANDARD.encode(&bytes[1..]);
        assert_eq!(rows(&fields, &without, false).unwrap()[0].cells[1], "real");
        assert!(
            rows(&fields, &STANDARD.encode(&bytes[..20]), true)
                .unwrap_err()
                .contains("cut short")
        );
        assert!(
            rows(&[field("bit", "3")], &packed, false)
                .unwrap_err()
                .contains("type bit")
        );
        assert!(
            rows(&[field("char", "0")], &packed, false).is_err(),
            "rows of no bytes"
        );
    }
}
