//! One FITS header as values: what its cards say of object, time, band, brightness.

use std::sync::Arc;

use super::{field_names::FieldNames, fits_file::Card};
use crate::domain::{Band, DifferenceSign, Fields, Mjd};

/// The cards of one HDU.
#[derive(Clone, Debug, Default)]
pub struct Header {
    cards: Vec<Card>,
}

impl Header {
    /// From cards in file order.
    pub const fn new(cards: Vec<Card>) -> Self {
        Self { cards }
    }

    /// With the cards of another header behind, those that `is_wanted` and are not there already.
    pub fn with(&self, more: &[Card], is_wanted: impl Fn(&Card) -> bool) -> Self {
        let mut cards = self.cards.clone();
        let is_new = |card: &&Card| is_wanted(card) && self.raw(&card.name).is_none();
        cards.extend(more.iter().filter(is_new).cloned());
        Self { cards }
    }

    /// All cards.
    pub fn cards(&self) -> &[Card] {
        &self.cards
    }

    /// The value of the first card of that name, as written.
    fn raw(&self, name: &str) -> Option<&str> {
        self.cards
            .iter()
            .find(|card| card.name == name)
            .map(|card| card.value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// A text value without its quotes (numbers as written); none where it is blank.
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(unquoted).filter(|text| !text.is_empty())
    }

    /// A finite number, also one written as a text.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.raw(name).and_then(parse_number)
    }

    /// The first of the names that has a number.
    pub fn first_number(&self, names: &[&str]) -> Option<f64> {
        names.iter().find_map(|name| self.number(name))
    }

    /// The first of the names that has a text.
    pub fn first_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    /// Time of the exposure, from the usual keywords.
    pub fn mjd(&self) -> Option<Mjd> {
        let mjd = self.first_number(&["MJD-OBS", "MJD_OBS", "OBSMJD", "MJD", "MJD-AVG"]);
        let jd = || self.first_number(&["JD", "OBSJD", "JD-OBS"]);
        mjd.and_then(Mjd::new)
            .or_else(|| jd().and_then(Mjd::from_jd))
            .or_else(|| self.text("DATE-OBS").and_then(|date| mjd_of_date(&date)))
    }

    /// Filter.
    pub fn band(&self) -> Option<Band> {
        let name = self.first_text(&["FILTER", "BAND", "FILTNAM"])?;
        Band::from_name(&name)
    }

    /// Right ascension and declination in degrees, where both are numbers.
    pub fn position_deg(&self) -> Option<[f64; 2]> {
        let ra = self.first_number(&["RA", "RA_DEG", "OBJRA"])?;
        let dec = self.first_number(&["DEC", "DEC_DEG", "OBJDEC"])?;
        Some([ra, dec])
    }

    /// Which image was subtracted from which, from `ISDIFFPOS`.
    pub fn difference_sign(&self) -> DifferenceSign {
        self.text("ISDIFFPOS")
            .map_or(DifferenceSign::Unknown, |text| difference_sign(&text))
    }

    /// The survey's identifier of the detection.
    pub fn candid(&self) -> Option<Arc<str>> {
        self.first_text(&["CANDID", "DIASRCID"]).map(Arc::from)
    }

    /// Everything that is not structure, coordinates or comment.
    pub fn fields(&self, names: &FieldNames) -> Fields {
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for card in self.cards.iter().filter(|card| is_content(card)) {
            match exact_number(&card.value) {
                Some(number) => numbers.push((card.name.as_str(), number)),
                None => texts.push((card.name.as_str(), unquoted(&card.value))),
            }
        }
        names.fields(&numbers, texts)
    }
}

/// `t`, `1`, `true`: science minus reference; `f`, `0`, `false`: reference minus science.
pub fn difference_sign(text: &str) -> DifferenceSign {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "1" | "true" | "1.0" => DifferenceSign::ScienceMinusReference,
        "f" | "0" | "false" | "0.0" | "-1" => DifferenceSign::ReferenceMinusScience,
        _ => DifferenceSign::Unknown,
    }
}

/// A number that a double holds exactly; longer integers are identifiers and stay text.
pub fn exact_number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(integer) = text.parse::<i128>() {
        return (integer.unsigned_abs() <= 1 << 53).then_some(integer as f64);
    }
    parse_number(text)
}

fn parse_number(text: &str) -> Option<f64> {
    let text = unquoted(text);
    // FITS allows the exponent letter D.
    let parsed = text
        .parse()
        .or_else(|_| text.replace(['D', 'd'], "E").parse());
    parsed.ok().filter(|value: &f64| value.is_finite())
}

fn unquoted(value: &str) -> String {
    match value.strip_prefix('\'') {
        Some(inner) => {
            let inner = inner.strip_suffix('\'').unwrap_or(inner);
            inner.replace("''", "'").trim_end().to_owned()
        }
        None => value.trim().to_owned(),
    }
}

/// Structure, world coordinates and table layout are no properties of the object.
fn is_content(card: &Card) -> bool {
    const STRUCTURE: [&str; 20] = [
        "SIMPLE", "BITPIX", "EXTEND", "PCOUNT", "GCOUNT", "XTENSION", "BSCALE", "BZERO", "BLANK",
        "COMMENT", "HISTORY", "CONTINUE", "CHECKSUM", "DATASUM", "TFIELDS", "EXTNAME", "EXTVER",
        "LONPOLE", "LATPOLE", "MJDREF",
    ];
    const PREFIXES: [&str; 12] = [
        "NAXIS", "CTYPE", "CRPIX", "CRVAL", "CDELT", "CUNIT", "CROTA", "PC1_", "PC2_", "CD1_",
        "CD2_", "WCSAXES",
    ];
    let is_compression = card.name.starts_with('Z') && card.name[1..].starts_with("NAXIS");
    !card.value.is_empty()
        && !is_compression
        && !STRUCTURE.contains(&card.name.as_str())
        && !PREFIXES.iter().any(|prefix| card.name.starts_with(prefix))
}

/// An ISO date, with time or without, as MJD.
fn mjd_of_date(date: &str) -> Option<Mjd> {
    let date = date.trim().trim_end_matches('Z');
    let moment: jiff::civil::DateTime = date.parse().ok()?;
    let zero = jiff::civil::date(1858, 11, 17).at(0, 0, 0, 0);
    let seconds = moment.duration_since(zero).as_secs_f64();
    Mjd::new(seconds / 86_400.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(cards: &[(&str, &str)]) -> Header {
        let card = |(name, value): &(&str, &str)| Card {
            name: (*name).into(),
            value: (*value).into(),
            comment: String::new(),
        };
        Header::new(cards.iter().map(card).collect())
    }

    #[test]
    fn values_come_without_quotes_and_in_every_notation() {
        let header = header(&[
            ("OBJECT", "'O''Neill  '"),
            ("GAIN", "1.5D3"),
            ("FILTER", "'r       '"),
            ("DATE-OBS", "'2015-02-17T03:39:53.5'"),
        ]);
        assert_eq!(header.text("OBJECT").as_deref(), Some("O'Neill"));
        assert_eq!(header.number("GAIN"), Some(1500.0));
        assert_eq!(header.band(), Some(Band::R));
        let mjd = header.mjd().unwrap().days();
        assert!((mjd - 57_070.152_702_546).abs() < 1e-8, "{mjd}");
    }

    #[test]
    fn long_integers_stay_exact_as_text() {
        let header = header(&[
            ("CANDID", "1127174604415015005"),
            ("NAXIS1", "21"),
            ("FIELD", "35"),
        ]);
        let fields = header.fields(&FieldNames::default());
        assert_eq!(
            fields.text("CANDID").map(|t| &**t),
            Some("1127174604415015005")
        );
        assert_eq!(fields.number("FIELD"), Some(35.0));
        assert_eq!(fields.iter().count(), 2);
    }
}
