//! Tables in the format of IPAC, which IRSA and the NASA archives write: cells below names between bars.
//!
//! Lines with `\\` are keywords and remarks. Up to four lines begin with a bar: names, types, units, and what stands
//! for nothing (<https://irsa.ipac.caltech.edu/applications/DDGEN/Doc/ipac_tbl.html>).

use super::row::{Row, Table};

/// True where the first line that is no keyword and no remark stands between bars, and the last row does not.
pub(super) fn is_ipac(text: &str) -> bool {
    let is_kept = |line: &&str| !line.starts_with('\\') && !line.trim().is_empty();
    let head = text.lines().find(is_kept).unwrap_or_default().trim_end();
    let last = text.lines().rev().find(is_kept).unwrap_or_default();
    head.len() > 2 && head.starts_with('|') && head.ends_with('|') && !last.contains('|')
}

/// Bytes at which the bars of a line stand.
fn bars(line: &str) -> Vec<usize> {
    let at = line.char_indices().filter(|(_, c)| *c == '|');
    at.map(|(at, _)| at).collect()
}

/// The rows; a cell reaches from the bar before its column to the next bar.
pub(super) fn read(text: &str) -> Table {
    let mut table = Table::default();
    let mut borders: Vec<usize> = Vec::new();
    let mut nulls: Vec<String> = Vec::new();
    let mut heads = 0;
    for (line, text) in (1..).zip(text.lines()) {
        if text.starts_with('\\') || text.trim().is_empty() {
            continue;
        }
        if text.starts_with('|') && heads < 4 && table.rows.is_empty() {
            let cells: Vec<String> = text
                .trim_end()
                .trim_matches('|')
                .split('|')
                .map(|cell| cell.trim().trim_end_matches('-').to_owned())
                .collect();
            match heads {
                0 => {
                    borders = bars(text);
                    table.heads = cells;
                }
                3 => nulls = cells,
                _ => {}
            }
            heads += 1;
            continue;
        }
        let cell = |(at, pair): (usize, &[usize])| {
            let is_last = at + 2 == borders.len();
            let end = if is_last { text.len() } else { pair[1] };
            // A row may be shorter than its head, and letters of several bytes may lie across a border.
            let cell = text.get(pair[0]..end.min(text.len())).unwrap_or_default();
            let cell = cell.trim();
            let is_nothing = cell == "null" || nulls.get(at).is_some_and(|null| null == cell);
            if is_nothing { "" } else { cell }.to_owned()
        };
        let cells = borders.windows(2).enumerate().map(cell).collect();
        table.rows.push(Row { line, cells });
    }
    table
}

#[cfg(test)]
mod tests {
    use crate::io::table::Table;

    #[test]
    fn cells_lie_below_their_names() {
        let text = "\\fixlen = T\n\\ a remark\n\
                    |objectId    |ra       |  kind of|\n\
                    |char        |double   |char     |\n\
                    |            |deg      |         |\n\
                    |null        |-99      |null     |\n\
                    \u{20}ZTF18aaaaaaa 10.5      a star  \n\
                    \u{20}ZTF18aaaaaab -99       null\n";
        let table = Table::parse(text.as_bytes(), "x").unwrap();
        assert_eq!(table.heads, ["objectId", "ra", "kind of"]);
        let cells: Vec<_> = table.rows.iter().map(|row| row.cells.clone()).collect();
        assert_eq!(
            cells,
            [["ZTF18aaaaaaa", "10.5", "a star"], ["ZTF18aaaaaab", "", ""]]
        );
        assert_eq!(table.rows[0].line, 7);
    }

    #[test]
    fn other_tables_with_bars_are_read_as_before() {
        for text in [
            "id|label\na|real\n",
            "| id | label |\n|---|---|\n| a | real |\n",
            "|id|label|\n|a|real|\n",
            "|id |label|\n|a  |real |\n",
        ] {
            let table = Table::parse(text.as_bytes(), "x").unwrap();
            let at = table.find(&["id"]).unwrap();
            assert_eq!(table.rows.last().unwrap().cell(at), "a", "{text}");
        }
    }
}
