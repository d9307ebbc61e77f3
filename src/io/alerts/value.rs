//! Single values of an alert record: simple ones, and the bytes of a cutout.

use std::{borrow::Cow, fmt, sync::Arc};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A simple value; anything else is passed over.
pub enum Scalar<'a> {
    /// Null, or what is no simple value.
    Nothing,
    /// True or false.
    Bool(bool),
    /// An integer, exact.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    Text(Cow<'a, str>),
}

impl Scalar<'_> {
    /// A number, also of a truth value.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Text(_) | Self::Nothing => None,
        }
    }

    /// The value as text; none where it is null.
    pub fn text(&self) -> Option<Arc<str>> {
        match self {
            Self::Nothing => None,
            Self::Bool(value) => Some(value.to_string().into()),
            Self::Int(value) => Some(value.to_string().into()),
            Self::Float(value) => Some(value.to_string().into()),
            Self::Text(text) => Some(text.as_ref().into()),
        }
    }

    /// An identifier; 0 and nothing stand for none.
    pub fn id(&self) -> Option<Arc<str>> {
        self.text().filter(|id| !matches!(&**id, "" | "0"))
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Int(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Nothing)
    }
}

/// A cutout: bytes, a record with a field `stampData`, or null.
pub struct CutoutBytes<'a>(pub Option<&'a [u8]>);

impl<'de> Deserialize<'de> for CutoutBytes<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(CutoutVisitor)
    }
}

struct CutoutVisitor;

impl<'de> Visitor<'de> for CutoutVisitor {
    type Value = CutoutBytes<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cutout or null")
    }

    fn visit_unit<E>(self) -> Result<CutoutBytes<'de>, E> {
        Ok(CutoutBytes(None))
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<CutoutBytes<'de>, E> {
        Ok(CutoutBytes(Some(bytes).filter(|bytes| !bytes.is_empty())))
    }

    fn visit_borrowed_str<E>(self, _: &'de str) -> Result<CutoutBytes<'de>, E> {
        Ok(CutoutBytes(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<CutoutBytes<'de>, A::Error> {
        let mut found = CutoutBytes(None);
        while let Some(key) = map.next_key::<Cow<'_, str>>()? {
            let cutout: CutoutBytes<'_> = map.next_value()?;
            if matches!(&*key, "stampData" | "stamp_data") {
                found = cutout;
            }
        }
        Ok(found)
    }
}
