//! One FITS header as values: what its cards say of object, time, band, brightness.

use std::sync::Arc;

use super::{file::Card, time};
use crate::{
    domain::{Band, DifferenceSign, Fields, Mjd},
    io::field_names::FieldNames,
};

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

    /// Time of the exposure, from the usual keywords (see [`super::time`]).
    pub fn mjd(&self) -> Option<Mjd> {
        time::mjd(self)
    }

    pub fn band(&self) -> Option<Band> {
        let name = self.first_text(&[
            "FILTER", "BAND", "FILTNAM", "FILTER1", "FILTERID", "INSFLNAM",
        ])?;
        Band::from_name(&name)
    }

    /// Right ascension and declination in degrees: numbers, or texts of hours and degrees with their
    /// minutes and seconds.
    pub fn position_deg(&self) -> Option<[f64; 2]> {
        const NAMES: [[&str; 2]; 9] = [
            ["RA", "DEC"],
            ["RA_DEG", "DEC_DEG"],
            ["RADEG", "DECDEG"],
            ["OBJRA", "OBJDEC"],
            ["OBJCTRA", "OBJCTDEC"],
            ["RA_OBJ", "DEC_OBJ"],
            ["RA_TARG", "DEC_TARG"],
            ["TARGRA", "TARGDEC"],
            ["CAT-RA", "CAT-DEC"],
        ];
        NAMES.iter().find_map(|[ra, dec]| {
            let ra = self.angle_deg(ra, 15.0)?;
            let dec = self.angle_deg(dec, 1.0)?;
            let is_sky = (-360.0..=360.0).contains(&ra) && (-90.0..=90.0).contains(&dec);
            is_sky.then(|| [ra.rem_euclid(360.0), dec])
        })
    }

    fn angle_deg(&self, name: &str, of_hours: f64) -> Option<f64> {
        let sexagesimal = || Some(sexagesimal(&self.text(name)?)? * of_hours);
        self.number(name).or_else(sexagesimal)
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

/// `10:00:38.2`, `-02 12 00` or `10h00m38.2s` as a number of its first part.
pub fn sexagesimal(text: &str) -> Option<f64> {
    let is_between = |c: char| c == ':' || c.is_whitespace() || "hmsdHMSD°'\"′″".contains(c);
    let text = text.trim();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let parts: Vec<&str> = text
        .split(is_between)
        .filter(|part| !part.is_empty())
        .collect();
    let numbers: Option<Vec<f64>> = parts.iter().map(|part| part.parse().ok()).collect();
    let numbers = numbers.filter(|numbers| numbers.iter().all(|number| *number >= 0.0))?;
    let is_part = |number: &f64| *number <= 60.0;
    match numbers[..] {
        [first, minutes] if is_part(&minutes) => Some(sign * (first + minutes / 60.0)),
        [first, minutes, seconds] if is_part(&minutes) && is_part(&seconds) => {
            Some(sign * (first + minutes / 60.0 + seconds / 3600.0))
        }
        _ => None,
    }
}

#[cfg(test)]
impl Header {
    /// A header of these cards, values as they are written.
    pub fn of(cards: &[(&str, &str)]) -> Self {
        let card = |(name, value): &(&str, &str)| Card {
            name: (*name).into(),
            value: (*value).into(),
            comment: String::new(),
        };
        Self::new(cards.iter().map(card).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_without_quotes_and_in_every_notation() {
        let header = Header::of(&[
            ("OBJECT", "'O''Neill  '"),
            ("GAIN", "1.5D3"),
            ("FILTER", "'r       '"),
            ("DATE-OBS", "'2015-02-17T03:39:53.5'"),
        ]);
        assert_eq!(header.text("OBJECT").as_deref(), Some("O'Neill"));
        assert_eq!(header.number("GAIN"), Some(1500.0));
        assert_eq!(header.band(), Some(Band::R));
    }

    #[test]
    fn positions_are_numbers_or_hours_and_degrees() {
        let near = |cards: &[(&str, &str)], expected: [f64; 2]| {
            let found = Header::of(cards).position_deg().unwrap();
            assert!(
                found
                    .iter()
                    .zip(expected)
                    .all(|(a, b)| (a - b).abs() < 1e-9),
                "{found:?}"
            );
        };
        near(&[("RA", "150.5"), ("DEC", "-30.25")], [150.5, -30.25]);
        near(&[("RA", "'150.5'"), ("DEC", "'-30.25'")], [150.5, -30.25]);
        near(
            &[("RA", "'10:02:00.0'"), ("DEC", "'-00:15:00'")],
            [150.5, -0.25],
        );
        near(
            &[("OBJCTRA", "'10 02 00'"), ("OBJCTDEC", "'-30 15 00'")],
            [150.5, -30.25],
        );
        near(
            &[("RA_TARG", "150.5"), ("DEC_TARG", "1d15m00s")],
            [150.5, 1.25],
        );
        assert_eq!(
            Header::of(&[("RA", "'soon'"), ("DEC", "1")]).position_deg(),
            None
        );
        assert_eq!(
            Header::of(&[("RA", "10"), ("DEC", "100")]).position_deg(),
            None
        );
    }

    #[test]
    fn long_integers_stay_exact_as_text() {
        let header = Header::of(&[
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
