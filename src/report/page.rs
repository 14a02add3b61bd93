//! A report as blocks of text in the reader's language: what every format for people writes, each in its own way.

mod bench;
mod cable;
mod card;
mod certificate;
mod code;
mod comparison;
mod coverage;
mod depot;
mod dhcp;
mod evidence;
mod findings;
mod front;
mod hosts;
mod ipv6;
mod ladder;
mod logbook;
mod map;
mod names;
mod neighbour;
mod owners;
mod planned;
mod plot;
mod power;
pub(super) mod preparation;
mod service;
mod sheet;
mod switch;
mod switching;
mod trace;
mod verdict;
mod way_out;

use jiff::tz::TimeZone;

use super::words::{day_and_time, typeset};
use super::{Comparison, Report};
use crate::finding::Severity;
use crate::language::Language;
use crate::line::one_line;
use crate::probe::Errand;
pub use code::Code;
pub use map::{Map, Node};
pub use plot::{Bars, Gauge};

/// A report, ready to be written. Every text in it is one line without marks that hide or turn others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The language of the texts.
    pub language: Language,
    /// What it is.
    pub title: String,
    /// When and where.
    pub subtitle: String,
    /// What it says, from what matters most.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// The one sentence to read if no other is read, and how good or bad it is.
    Verdict(Tone, String),
    /// What whoever pays for the network reads, on a page of its own; a terminal, which only technicians read, leaves it out.
    Front(Vec<Block>),
    /// What keeps the page from being the whole truth.
    Warning(String),
    /// The title of what follows.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// One finding.
    Card(Card),
    /// Rows and columns.
    Table(Table),
    /// What came back of a pulse on one pair.
    Trace(Trace),
    /// Who is where; only where it can be drawn.
    Map(Map),
    /// Figures in a row; only where they can be drawn, the text says them too.
    Bars(Bars),
    /// Parts of a whole, likewise.
    Gauge(Gauge),
    /// A text to be scanned; only where it can be drawn, the text stands elsewhere too.
    Code(Code),
    /// On paper, where people sign; nowhere else.
    ToSign(Vec<Signer>),
    /// On paper, what follows begins a page.
    NewPage,
    /// Labels and what they stand for.
    Facts(Vec<(String, String)>),
    /// What another finding came about by.
    Cause {
        /// What it is called.
        label: String,
        /// The finding that it is.
        title: String,
        /// The code of its check.
        code: String,
    },
    /// What to do, in order, under a label.
    Steps(String, Vec<String>),
    /// What was seen, under a label.
    Evidence(String, Vec<String>),
}

/// Who signs, and the lines for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// As who.
    pub who: String,
    /// What is written on each line, and what is known of it beforehand. The last one is the signature.
    pub lines: Vec<(String, String)>,
}

/// A finding on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// How bad it is.
    pub tone: Tone,
    /// The same in a word.
    pub word: String,
    /// The code of its check.
    pub code: String,
    /// What is wrong, where.
    pub title: String,
    /// Why, who, what to do, what proves it.
    pub blocks: Vec<Block>,
}

/// Reflections by distance, to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Whose they are, and the strongest of them.
    pub label: String,
    /// Millivolts at each point.
    pub points: Vec<i16>,
    /// What the height of the drawing stands for, in millivolts: never 0.
    pub height: u16,
    /// The distance of the first point and of the last.
    pub ends: [String; 2],
}

impl Trace {
    /// A reflection of less than a sixteenth of the strongest is the cable's own.
    pub fn stands_out(mv: i16, height: u16) -> bool {
        u32::from(mv.unsigned_abs()) * 16 >= u32::from(height)
    }
}

/// How good or bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Somebody cannot work.
    Broken,
    /// Somebody works badly.
    Degraded,
    /// It will not last.
    Risk,
    /// It could not be looked at.
    NotTested,
    /// Worth knowing.
    Note,
    /// Nothing is wrong.
    Clear,
}

impl Tone {
    /// What stands for it where there is no colour.
    pub fn sign(self) -> &'static str {
        match self {
            Tone::Broken => "✗",
            Tone::Degraded => "▼",
            Tone::Risk => "!",
            Tone::NotTested => "?",
            Tone::Note => "i",
            Tone::Clear => "✓",
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Tone {
        match severity {
            Severity::Broken => Tone::Broken,
            Severity::Degraded => Tone::Degraded,
            Severity::Risk => Tone::Risk,
            Severity::Note => Tone::Note,
        }
    }
}

/// Rows and columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What each column holds.
    pub columns: Vec<Column>,
    /// The rows; each has a cell for every column.
    pub rows: Vec<Row>,
    /// How it is read.
    pub reading: Reading,
}

impl Table {
    /// The table without the columns that would tell nothing.
    fn without_empty_columns(mut self) -> Table {
        for column in (0..self.columns.len()).rev() {
            let says = |row: &Row| row.cells[column].texts.iter().any(|text| !text.is_empty());
            if !self.rows.iter().any(says) {
                self.columns.remove(column);
                self.rows.iter_mut().for_each(|row| drop(row.cells.remove(column)));
            }
        }
        self
    }
}

/// How a table is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A row at a time, among many: worth sorting and searching.
    Long,
    /// A row at a time.
    Short,
    /// Side by side: a column is a thing, the first one names what is compared.
    Beside,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it holds.
    pub heading: String,
    /// Numbers stand to the right.
    pub right: bool,
    /// What becomes of it where there is little room.
    pub fit: Fit,
}

/// What becomes of a column where there is little room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It is always shown whole.
    Whole,
    /// The same, and it is what the row comes to.
    Said,
    /// Long texts take several lines.
    Wrap,
    /// Long texts are cut.
    Cut,
    /// It is left out.
    Spare,
}

impl Column {
    fn new(heading: &str, fit: Fit) -> Column {
        Column { heading: heading.to_owned(), right: false, fit }
    }

    fn right(heading: &str, fit: Fit) -> Column {
        Column { right: true, ..Column::new(heading, fit) }
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the row stands out by, where it does.
    pub tone: Option<Tone>,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Cell {
    /// What it says; several texts may stand below each other.
    pub texts: Vec<String>,
    /// What it is sorted by, where that is not its text.
    pub key: Option<u64>,
}

impl Cell {
    fn keyed(text: impl Into<String>, key: u64) -> Cell {
        Cell { texts: vec![text.into()], key: Some(key) }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell { texts: vec![text.into()], key: None }
    }
}

impl Page {
    /// The page of a report; times are told by the clock of `zone`.
    pub fn of(report: &Report, language: Language, zone: &TimeZone) -> Page {
        let visit = &report.visit;
        let site = visit.site.as_deref().map(|site| format!(" – {site}")).unwrap_or_default();
        let when = day_and_time(&visit.started, zone, language);
        let place = visit.interface.as_deref().or(visit.capture.as_deref()).map(str::to_owned);
        let targets = (!visit.targets.is_empty()).then(|| visit.targets.join(", "));
        let mut blocks = vec![front::block(report, language)];
        blocks.extend(verdict::blocks(report, language));
        blocks.extend(findings::blocks(report, language, zone));
        blocks.extend(map::blocks(report, language));
        blocks.extend(way_out::blocks(report, language));
        blocks.extend(service::blocks(report, language));
        blocks.extend(planned::blocks(report, language));
        blocks.extend(plot::round_trips(report, language));
        blocks.extend(switching::blocks(report, language));
        blocks.extend(ipv6::blocks(report, language));
        blocks.extend(dhcp::blocks(report, language));
        blocks.extend(neighbour::blocks(report, language));
        blocks.extend(switch::blocks(report, language));
        blocks.extend(card::blocks(report, language));
        blocks.extend(trace::blocks(report, language));
        blocks.extend(power::blocks(report, language));
        let swept = report.visit.errand != Errand::Dhcp || report.coverage.planned > 0;
        if swept && !matches!(report.visit.errand, Errand::Link | Errand::Locate | Errand::Power) {
            blocks.extend(hosts::blocks(report, language, zone));
        }
        blocks.extend(ladder::blocks(report, language));
        blocks.extend(coverage::blocks(report, language));
        blocks.extend(coverage::visit(report, language, zone));
        let page = Page {
            language,
            title: format!("{}{site}", language.pick("Visit report", "Rapport d'intervention")),
            subtitle: [Some(when), place, targets].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            blocks,
        };
        page.made_fit()
    }

    /// The page of two visits side by side.
    pub fn of_comparison(compared: &Comparison, language: Language, zone: &TimeZone) -> Page {
        let site = [&compared.after, &compared.before].into_iter().find_map(|side| side.visit.site.as_deref());
        let site = site.map(|site| format!(" – {site}")).unwrap_or_default();
        let [first, second] = [&compared.before, &compared.after].map(|side| day_and_time(&side.visit.started, zone, language));
        let targets = compared.after.visit.targets.join(", ");
        let place = [compared.after.visit.interface.clone(), (!targets.is_empty()).then_some(targets)];
        let page = Page {
            language,
            title: format!("{}{site}", language.pick("Comparison of two visits", "Comparaison de deux interventions")),
            subtitle: [Some(format!("{first} → {second}"))].into_iter().chain(place).flatten().collect::<Vec<_>>().join(" · "),
            blocks: comparison::blocks(compared, language, zone),
        };
        page.made_fit()
    }

    /// The page with every text cleaned and typeset: here and nowhere else, so that none is forgotten.
    fn made_fit(mut self) -> Page {
        let language = self.language;
        let fit = |text: &mut String| *text = typeset(&one_line(text), language);
        fit(&mut self.title);
        fit(&mut self.subtitle);
        self.blocks.iter_mut().for_each(|block| each_text(block, &fit));
        self
    }
}

fn each_text(block: &mut Block, change: &impl Fn(&mut String)) {
    match block {
        Block::Verdict(_, text) | Block::Warning(text) | Block::Heading(text) | Block::Text(text) => change(text),
        Block::Front(blocks) => blocks.iter_mut().for_each(|block| each_text(block, change)),
        Block::Card(card) => {
            [&mut card.word, &mut card.code, &mut card.title].into_iter().for_each(change);
            card.blocks.iter_mut().for_each(|block| each_text(block, change));
        }
        Block::Table(table) => {
            table.columns.iter_mut().for_each(|column| change(&mut column.heading));
            table.rows.iter_mut().flat_map(|row| &mut row.cells).flat_map(|cell| &mut cell.texts).for_each(change);
        }
        Block::Trace(trace) => {
            change(&mut trace.label);
            trace.ends.iter_mut().for_each(change);
        }
        Block::Map(map) => {
            change(&mut map.label);
            map.root.each_text(change);
        }
        Block::Bars(bars) => [&mut bars.label, &mut bars.top.1].into_iter().for_each(change),
        Block::Gauge(gauge) => {
            [&mut gauge.label, &mut gauge.alarm.1].into_iter().for_each(change);
            gauge.parts.iter_mut().for_each(|(name, _, said)| [name, said].into_iter().for_each(change));
        }
        Block::Code(code) => change(&mut code.text),
        Block::ToSign(signers) => signers.iter_mut().for_each(|signer| {
            change(&mut signer.who);
            signer.lines.iter_mut().for_each(|(label, text)| [label, text].into_iter().for_each(change));
        }),
        Block::NewPage => {}
        Block::Facts(facts) => facts.iter_mut().for_each(|(label, text)| {
            change(label);
            change(text);
        }),
        Block::Cause { label, title, code } => [label, title, code].into_iter().for_each(change),
        Block::Steps(label, lines) | Block::Evidence(label, lines) => {
            change(label);
            lines.iter_mut().for_each(change);
        }
    }
}
