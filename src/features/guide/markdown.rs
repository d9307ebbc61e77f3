//! Markdown as far as the guide has it: headings, text, code, lists, tables, links.

use egui::{Color32, Frame, Layout, RichText, Ui, vec2};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::widgets::theme::{self, weak};

/// Room below a block, points.
const GAP: f32 = 6.0;
/// The narrowest column of a table, points.
const NARROWEST: f32 = 56.0;

/// Text of one look.
#[derive(Clone, Debug, Default, PartialEq)]
struct Span {
    text: String,
    is_code: bool,
    is_strong: bool,
    is_emphasis: bool,
    link: Option<String>,
}

/// What stands below each other on a page.
#[derive(Debug, PartialEq)]
enum Block {
    Heading(HeadingLevel, Vec<Span>),
    Text(Vec<Span>),
    /// What stands before it (a dot or a number), and how deep it is.
    Item(String, usize, Vec<Span>),
    Code(String),
    /// Rows of cells; the first is the head.
    Table(Vec<Vec<Vec<Span>>>),
    Rule,
}

/// Draws a page; returns the link that was clicked.
pub(super) fn markdown_ui(ui: &mut Ui, text: &str) -> Option<String> {
    let mut clicked = None;
    for block in blocks(text) {
        match block {
            Block::Heading(level, spans) => {
                let size = match level {
                    HeadingLevel::H1 => 22.0,
                    HeadingLevel::H2 => 17.0,
                    _ => 15.0,
                };
                ui.add_space(GAP);
                let text: String = spans.into_iter().map(|span| span.text).collect();
                let heading = RichText::new(text).size(size).strong();
                ui.label(heading.color(theme::accent_text(ui)));
            }
            Block::Text(spans) => spans_ui(ui, &spans, false, &mut clicked),
            Block::Item(mark, depth, spans) => {
                ui.horizontal_top(|ui| {
                    ui.add_space(14.0 * depth as f32);
                    ui.label(weak(ui, mark));
                    ui.vertical(|ui| spans_ui(ui, &spans, false, &mut clicked));
                });
            }
            Block::Code(code) => {
                let fill = ui.visuals().extreme_bg_color;
                Frame::new().fill(fill).inner_margin(8.0).show(ui, |ui| {
                    ui.label(RichText::new(code.trim_end()).monospace());
                });
            }
            Block::Table(rows) => table_ui(ui, &rows, &mut clicked),
            Block::Rule => {
                ui.separator();
            }
        }
        ui.add_space(GAP);
    }
    clicked
}

fn spans_ui(ui: &mut Ui, spans: &[Span], is_head: bool, clicked: &mut Option<String>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for span in spans {
            let mut text = RichText::new(&span.text);
            if span.is_code {
                let fill: Color32 = ui.visuals().extreme_bg_color;
                text = text.monospace().background_color(fill);
            }
            if span.is_strong || is_head {
                text = text.strong();
            }
            if span.is_emphasis {
                text = text.italics();
            }
            match &span.link {
                Some(link) => {
                    if ui.link(text).on_hover_text(link).clicked() {
                        *clicked = Some(link.clone());
                    }
                }
                None => {
                    ui.label(text);
                }
            }
        }
    });
}

fn table_ui(ui: &mut Ui, rows: &[Vec<Vec<Span>>], clicked: &mut Option<String>) {
    let widths = widths(rows, ui.available_width() - 16.0);
    for (at, row) in rows.iter().enumerate() {
        ui.horizontal_top(|ui| {
            for (cell, width) in row.iter().zip(&widths) {
                let size = vec2(*width, 0.0);
                ui.allocate_ui_with_layout(size, Layout::top_down(egui::Align::Min), |ui| {
                    ui.set_width(*width);
                    spans_ui(ui, cell, at == 0, clicked);
                });
            }
        });
        if at == 0 {
            ui.separator();
        }
    }
}

/// Widths of columns, points: by their longest cell, none narrower than some letters.
fn widths(rows: &[Vec<Vec<Span>>], available: f32) -> Vec<f32> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let length = |cell: &Vec<Span>| {
        let letters = cell.iter().map(|span| span.text.chars().count());
        letters.sum::<usize>()
    };
    let longest: Vec<f32> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            // The root: a long text may take several lines.
            (cells.map(length).max().unwrap_or(0) as f32)
                .max(1.0)
                .powf(0.7)
        })
        .collect();
    let sum: f32 = longest.iter().sum();
    let room = (available - 8.0 * columns as f32).max(NARROWEST);
    longest
        .iter()
        .map(|own| (room * own / sum.max(1.0)).max(NARROWEST))
        .collect()
}

/// The blocks of a page.
fn blocks(text: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    spans: Vec<Span>,
    look: Span,
    /// The number of the next item; none where items have dots.
    lists: Vec<Option<u64>>,
    code: Option<String>,
    rows: Vec<Vec<Vec<Span>>>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.push(&text, false),
            },
            Event::Code(text) => self.push(&text, true),
            Event::SoftBreak | Event::HardBreak => self.push(" ", false),
            Event::Rule => self.blocks.push(Block::Rule),
            _ => {}
        }
    }

    fn push(&mut self, text: &str, is_code: bool) {
        self.spans.push(Span {
            text: text.to_owned(),
            is_code,
            ..self.look.clone()
        });
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.look.is_strong = true,
            Tag::Emphasis => self.look.is_emphasis = true,
            Tag::Link { dest_url, .. } => self.look.link = Some(dest_url.into_string()),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => {
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                self.flush_item();
                self.lists.push(first);
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.look.is_strong = false,
            TagEnd::Emphasis => self.look.is_emphasis = false,
            TagEnd::Link => self.look.link = None,
            TagEnd::Heading(level) => {
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(Block::Heading(level, spans));
            }
            TagEnd::Paragraph if self.lists.is_empty() => {
                let spans = std::mem::take(&mut self.spans);
                self.blocks.push(Block::Text(spans));
            }
            TagEnd::CodeBlock => self.blocks.extend(self.code.take().map(Block::Code)),
            TagEnd::Item => self.flush_item(),
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                self.blocks.push(Block::Table(rows));
            }
            _ => {}
        }
    }

    /// What stands in the present item of a list.
    fn flush_item(&mut self) {
        let depth = self.lists.len().saturating_sub(1);
        let Some(number) = self.lists.last_mut() else {
            return;
        };
        if self.spans.is_empty() {
            return;
        }
        let mark = match number {
            Some(next) => {
                *next += 1;
                format!("{}.", *next - 1)
            }
            None => "•".into(),
        };
        let spans = std::mem::take(&mut self.spans);
        self.blocks.push(Block::Item(mark, depth, spans));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(spans: &[Span]) -> String {
        spans.iter().map(|span| &*span.text).collect()
    }

    #[test]
    fn a_page_becomes_blocks_and_nothing_is_lost() {
        let page = "# Title\n\nSome `code` and\n[a link](b.md).\n\n1. one\n2. two\n   - deep\n\n\
                    | a | b |\n|---|---|\n| 1 | **2** |\n\n```sh\nrun\n```\n";
        let all = blocks(page);
        assert!(
            matches!(&all[0], Block::Heading(HeadingLevel::H1, spans) if plain(spans) == "Title")
        );
        let Block::Text(spans) = &all[1] else {
            panic!("{all:?}");
        };
        assert_eq!(plain(spans), "Some code and a link.");
        assert!(spans[1].is_code && spans[3].is_code == spans[4].link.is_none());
        let items: Vec<_> = all
            .iter()
            .filter_map(|block| match block {
                Block::Item(mark, depth, spans) => Some((&**mark, *depth, plain(spans))),
                _ => None,
            })
            .collect();
        let expected = [("1.", 0, "one"), ("2.", 0, "two"), ("•", 1, "deep")];
        assert_eq!(
            items,
            expected.map(|(mark, depth, text)| (mark, depth, text.to_owned()))
        );
        let table = all.iter().find_map(|block| match block {
            Block::Table(rows) => Some(rows),
            _ => None,
        });
        let table = table.unwrap();
        assert_eq!((table.len(), plain(&table[1][0])), (2, "1".into()));
        assert!(table[1][1][0].is_strong);
        assert_eq!(all.last(), Some(&Block::Code("run\n".into())));
    }

    #[test]
    fn every_page_of_the_guide_can_be_shown() {
        for page in super::super::pages::PAGES {
            assert!(blocks(page.text).len() > 1, "{}", page.name);
        }
    }
}
