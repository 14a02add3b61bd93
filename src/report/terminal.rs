//! The report in a terminal: readable at any width and without colours.

mod code;
mod table;
mod trace;

use anstyle::{AnsiColor, Style};

use super::columns::{pad, width, wrap};
use super::page::preparation::Purpose;
use super::page::{Block, Card, Page, Tone};
use super::{Comparison, Report, View};
use crate::certify::Certificate;
use crate::logbook::Logbook;
use crate::prep::bench::result::Record as Many;
use crate::prep::depot::{Checked, Manifest};
use crate::prep::names::Names;
use crate::prep::sheet::Sheet;
use crate::prep::tell::Record;

/// Text is not wrapped narrower than this.
const NARROWEST: usize = 40;
/// Prose is not set wider than this: longer lines are hard to follow.
const WIDEST: usize = 110;
/// A report with more lines than this ends with its verdict once more, because its top has scrolled away.
const SCREEN: usize = 50;

/// Writes a report.
pub(super) fn render(report: &Report, view: &View) -> String {
    written(&Page::of(report, view.language, &view.zone), view)
}

/// Writes a comparison.
pub(super) fn compare(comparison: &Comparison, view: &View) -> String {
    written(&Page::of_comparison(comparison, view.language, &view.zone), view)
}

/// Writes a certificate.
pub(super) fn certify(certificate: &Certificate, view: &View) -> String {
    written(&Page::of_certificate(certificate, false, view.language, &view.zone), view)
}

/// Writes a visit.
pub(super) fn tell(book: &Logbook, view: &View) -> String {
    written(&Page::of_logbook(book, view.language, &view.zone), view)
}

/// Writes the preparation of a PC.
pub fn prepare(record: &Record, purpose: Purpose, view: &View) -> String {
    written(&Page::of_preparation(record, purpose, view.language), view)
}

/// Writes the preparation of many PCs.
pub(super) fn bench(record: &Many, view: &View) -> String {
    written(&Page::of_bench(record, view.language), view)
}

/// Writes a delivery sheet.
pub(super) fn deliver(sheet: &Sheet, view: &View) -> String {
    written(&Page::of_sheet(sheet, view.language, &view.zone), view)
}

/// Writes what is in a depot.
pub fn depot_list(folder: &str, manifest: &Manifest, view: &View) -> String {
    written(&Page::of_depot(folder, manifest, view.language, &view.zone), view)
}

/// Writes how the payloads of a depot were found.
pub fn depot_check(folder: &str, checked: &[Checked], took: &str, view: &View) -> String {
    written(&Page::of_depot_check(folder, checked, took, view.language), view)
}

/// Writes who has which name.
pub fn names_list(file: &str, names: &Names, view: &View) -> String {
    written(&Page::of_names(file, names, view.language, &view.zone), view)
}

fn written(page: &Page, view: &View) -> String {
    let mut paper = Paper { width: view.width.max(NARROWEST), colour: view.colour, indent: 0, lines: Vec::new() };
    let bold = Style::new().bold();
    paper.prose(&format!("{} · {}", page.title, page.subtitle), bold);
    // A code is scanned once all is read.
    let (codes, others): (Vec<&Block>, Vec<&Block>) = page.blocks.iter().partition(|block| matches!(block, Block::Code(_)));
    others.into_iter().chain(codes).for_each(|block| paper.block(block));
    let verdict = page.blocks.iter().find(|block| matches!(block, Block::Verdict(..)));
    if let (Some(verdict), true) = (verdict, paper.lines.len() > SCREEN) {
        paper.block(verdict);
    }
    let mut text = paper.lines.join("\n");
    text.push('\n');
    // Spaces that may not break have done their work.
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// The lines so far.
struct Paper {
    width: usize,
    colour: bool,
    indent: usize,
    lines: Vec<String>,
}

impl Paper {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Front(_) | Block::Map(_) | Block::Bars(_) | Block::Gauge(_) | Block::ToSign(_) | Block::NewPage => {}
            Block::Code(drawn) => {
                let scanned = Style::new().fg_color(Some(AnsiColor::BrightWhite.into())).bg_color(Some(AnsiColor::Black.into()));
                code::lines(drawn).iter().for_each(|line| self.line(&[(line, scanned)]));
            }
            Block::Verdict(tone, text) => {
                self.gap();
                self.signed(*tone, text, style(*tone).bold());
            }
            Block::Warning(text) => self.signed(Tone::Risk, text, style(Tone::Risk)),
            Block::Heading(text) => {
                self.gap();
                let rule = "─".repeat(self.width.min(WIDEST).saturating_sub(width(text) + 4));
                self.line(&[(&format!("── {text} {rule}"), Style::new().bold())]);
            }
            Block::Text(text) => self.prose(text, Style::new()),
            Block::Card(card) => self.card(card),
            Block::Table(table) => {
                let lines = table::lines(table, self.width - self.indent);
                for line in lines {
                    self.line(&line.iter().map(|(text, style)| (text.as_str(), *style)).collect::<Vec<_>>());
                }
            }
            Block::Trace(drawn) => {
                self.prose(&drawn.label, Style::new());
                let lines = trace::lines(drawn, self.width.min(WIDEST) - self.indent);
                lines.iter().for_each(|line| self.line(&[(line, Style::new())]));
            }
            Block::Facts(facts) => {
                let label = facts.iter().map(|(label, _)| width(label)).max().unwrap_or(0);
                for (name, text) in facts {
                    self.hanging(&format!("{}  ", pad(name, label)), text, Style::new());
                }
            }
            Block::Cause { label, title, code } => {
                self.hanging(&format!("{label}  "), &format!("{title} ({code})"), Style::new())
            }
            Block::Steps(label, steps) => {
                self.line(&[(label, Style::new().underline())]);
                for (step, text) in (1..).zip(steps) {
                    self.hanging(&format!("{step}. "), text, Style::new());
                }
            }
            Block::Evidence(label, lines) => {
                self.line(&[(label, Style::new().underline())]);
                for text in lines {
                    self.hanging("· ", text, Style::new());
                }
            }
        }
    }

    fn card(&mut self, card: &Card) {
        self.gap();
        let title = format!("{} · {}", card.word.to_uppercase(), card.title);
        self.signed(card.tone, &title, style(card.tone).bold());
        self.indent = 2;
        self.line(&[(&card.code, Style::new().dimmed())]);
        for (place, block) in card.blocks.iter().enumerate() {
            if place > 0 && !matches!(block, Block::Text(_)) {
                self.gap();
            }
            self.block(block);
        }
        self.indent = 0;
    }

    /// A text after the sign of its tone.
    fn signed(&mut self, tone: Tone, text: &str, style: Style) {
        self.hanging(&format!("{} ", tone.sign()), text, style);
    }

    fn prose(&mut self, text: &str, style: Style) {
        self.hanging("", text, style);
    }

    /// A text whose lines begin below the end of `label`.
    fn hanging(&mut self, label: &str, text: &str, style: Style) {
        let room = self.width.min(WIDEST).saturating_sub(self.indent + width(label));
        for (place, line) in wrap(text, room).iter().enumerate() {
            let label = if place == 0 { label.to_owned() } else { " ".repeat(width(label)) };
            self.line(&[(&format!("{label}{line}"), style)]);
        }
    }

    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn line(&mut self, parts: &[(&str, Style)]) {
        let mut line = " ".repeat(self.indent);
        let last = parts.len().saturating_sub(1);
        for (place, (text, style)) in parts.iter().enumerate() {
            let text = if place == last { text.trim_end() } else { text };
            if self.colour && *style != Style::new() {
                line.push_str(&format!("{style}{text}{style:#}"));
            } else {
                line.push_str(text);
            }
        }
        self.lines.push(line.trim_end().to_owned());
    }
}

fn style(tone: Tone) -> Style {
    let colour = match tone {
        Tone::Broken => AnsiColor::Red,
        Tone::Degraded | Tone::Risk => AnsiColor::Yellow,
        Tone::NotTested => AnsiColor::Magenta,
        Tone::Note => AnsiColor::Cyan,
        Tone::Clear => AnsiColor::Green,
    };
    Style::new().fg_color(Some(colour.into()))
}
