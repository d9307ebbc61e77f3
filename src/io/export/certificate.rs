//! A certificate of agreement as one HTML page: who judged what, how often rightly, Cohen's kappa, by kind, and the
//! candidates that were judged wrongly with their stamps. One file without links to others.

use std::{io::Write as _, path::Path, sync::Arc};

use super::{
    ExportError,
    bundle::Decode,
    page::{STYLE, clock, escaped, pictures},
    written_beside,
};
use crate::domain::{
    Confusion, Epoch, Timestamp,
    practice::{KindScore, for_file},
};

/// What stands in the rows where it is known what candidates are.
pub const TRUTH: &str = "truth";
/// Candidates that are shown at most.
pub const MOST_SHOWN: usize = 200;

/// Two who judged the same candidates.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Who stands in the rows: [`TRUTH`], or a name.
    pub first: String,
    /// Who stands in the columns.
    pub second: String,
    /// What each gave.
    pub table: Confusion,
}

/// A candidate that is shown.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    pub id: &'a str,
    /// "bogus (dipole), called real".
    pub words: String,
    /// Its stamps; none where only labels are known.
    pub epoch: Option<&'a Epoch>,
}

/// What stands on the page.
#[derive(Clone, Debug, Default)]
pub struct Certificate<'a> {
    /// "Ana Soto".
    pub person: Arc<str>,
    /// Name and value: set, model, …
    pub facts: Vec<(&'static str, String)>,
    /// When it began and ended.
    pub times: Option<[Timestamp; 2]>,
    /// Names of the classes, in the order of all tables.
    pub classes: Vec<Arc<str>>,
    /// Who is compared with whom; the first pair is what is certified.
    pub pairs: Vec<Pair>,
    pub kinds: Vec<KindScore>,
    /// What was judged otherwise.
    pub apart: Vec<Shown<'a>>,
}

/// Writes the page, beside and renamed. Stamps that cannot be decoded are left out.
///
/// # Errors
/// Where the file cannot be written.
pub fn write(
    path: &Path,
    certificate: &Certificate<'_>,
    decode: &mut Decode<'_>,
) -> Result<(), ExportError> {
    written_beside(path, |beside| {
        let file = std::fs::File::create(beside).map_err(|error| error.to_string())?;
        let mut out = std::io::BufWriter::new(file);
        page(&mut out, certificate, decode)
            .and_then(|()| out.flush())
            .map_err(|error| error.to_string())
    })
}

fn page(
    out: &mut impl std::io::Write,
    certificate: &Certificate<'_>,
    decode: &mut Decode<'_>,
) -> std::io::Result<()> {
    let made = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M UTC");
    let person = escaped(&certificate.person);
    write!(
        out,
        "<!doctype html><html lang=en><meta charset=utf-8><title>destello: agreement of {person}</title>\
         <style>{STYLE} .n td{{text-align:right}}</style><h1>Certificate of agreement: {person}</h1>\
         <p class=m>destello {}, {made}</p><table>",
        env!("CARGO_PKG_VERSION")
    )?;
    for (name, value) in &certificate.facts {
        write!(out, "<tr><th>{}<td>{}", escaped(name), escaped(value))?;
    }
    if let Some([begun, ended]) = certificate.times {
        let minutes = (ended.0 - begun.0) as f64 / 60e6;
        let (begun, ended) = (clock(begun.0), clock(ended.0));
        write!(out, "<tr><th>when<td>{begun} to {ended} ({minutes:.1} min)")?;
    }
    write!(out, "</table>")?;
    for pair in &certificate.pairs {
        pair_table(out, pair, &certificate.classes)?;
    }
    if !certificate.kinds.is_empty() {
        kinds_table(out, &certificate.kinds)?;
    }
    apart(out, &certificate.apart, decode)?;
    write!(
        out,
        "<p class=m>± is one standard error: of a share that of a binomial share, of kappa that of Fleiss, Cohen &amp; \
         Everitt (1969). Near 0 and 100 % the interval of Wilson (1927) stands instead. Kappa (Cohen 1960) is 1 for full agreement and 0 for that of chance.</p></html>"
    )
}

fn pair_table(
    out: &mut impl std::io::Write,
    pair: &Pair,
    classes: &[Arc<str>],
) -> std::io::Result<()> {
    let right = if pair.first == TRUTH {
        "right"
    } else {
        "alike"
    };
    let (first, second) = (escaped(&pair.first), escaped(&pair.second));
    write!(
        out,
        "<h2>{first} and {second}</h2><p><b>{}</b></p><table class=n><tr><th>{first} \\ {second}",
        for_file(&pair.table, right)
    )?;
    for class in classes {
        write!(out, "<th>{}", escaped(class))?;
    }
    for (class, counts) in classes.iter().zip(pair.table.rows()) {
        write!(out, "<tr><th>{}", escaped(class))?;
        for count in counts {
            write!(out, "<td>{count}")?;
        }
    }
    write!(out, "</table>")
}

fn kinds_table(out: &mut impl std::io::Write, kinds: &[KindScore]) -> std::io::Result<()> {
    write!(
        out,
        "<h2>By kind</h2><table class=n><tr><th>class<th>kind<th>right<th>of<th>model right<th>of"
    )?;
    for kind in kinds {
        let ([right, all], [of_model, all_model]) = (kind.person, kind.model);
        let (class, name) = (escaped(&kind.class), escaped(&kind.kind));
        write!(
            out,
            "<tr><th>{class}<th>{name}<td>{right}<td>{all}<td>{of_model}<td>{all_model}"
        )?;
    }
    write!(out, "</table>")
}

fn apart(
    out: &mut impl std::io::Write,
    apart: &[Shown<'_>],
    decode: &mut Decode<'_>,
) -> std::io::Result<()> {
    if apart.is_empty() {
        return Ok(());
    }
    write!(out, "<h2>Judged otherwise ({})</h2>", apart.len())?;
    for shown in apart.iter().take(MOST_SHOWN) {
        write!(out, "<div class=c><b>{}</b><br>", escaped(shown.id))?;
        if let Some(epoch) = shown.epoch {
            pictures(out, epoch, decode)?;
        }
        write!(out, "<div>{}</div></div>", escaped(&shown.words))?;
    }
    if apart.len() > MOST_SHOWN {
        let more = apart.len() - MOST_SHOWN;
        write!(out, "<p class=m>{more} more are not shown.</p>")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_figures_the_kinds_and_what_was_wrong() {
        let mut table = Confusion::new(2);
        for (truth, answer, times) in [(0, 0, 20), (0, 1, 5), (1, 0, 10), (1, 1, 15)] {
            table.add(truth, answer, times);
        }
        let certificate = Certificate {
            person: "Ana <Soto>".into(),
            facts: vec![("set", "night & day".into())],
            times: Some([Timestamp(0), Timestamp(90_000_000)]),
            classes: vec!["real".into(), "bogus".into()],
            pairs: vec![Pair {
                first: TRUTH.into(),
                second: "Ana".into(),
                table,
            }],
            kinds: vec![KindScore {
                class: "bogus".into(),
                kind: "dipole".into(),
                person: [3, 4],
                model: [2, 4],
            }],
            apart: vec![Shown {
                id: "a1",
                words: "bogus (dipole), called real".into(),
                epoch: None,
            }],
        };
        let mut bytes = Vec::new();
        page(&mut bytes, &certificate, &mut |_| Vec::new()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for part in [
            "Certificate of agreement: Ana &lt;Soto&gt;",
            "<td>night &amp; day",
            "(1.5 min)",
            "<b>35 of 50 right (70 ± 7 %), Cohen's kappa 0.40 ± 0.13</b>",
            "<tr><th>real<td>20<td>5<tr><th>bogus<td>10<td>15</table>",
            "<th>dipole<td>3<td>4<td>2<td>4",
            "<b>a1</b><br><div>bogus (dipole), called real</div>",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("<Soto>"));
    }
}
