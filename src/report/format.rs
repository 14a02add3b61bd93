//! The table of formats: each is one file, and one line here.

use jiff::tz::TimeZone;

use super::{Comparison, Report, csv, html, json, labels, markdown, terminal};
use crate::certify::Certificate;
use crate::firm::Letterhead;
use crate::language::Language;
use crate::logbook::Logbook;
use crate::prep::bench::result::Record;
use crate::prep::sheet::Sheet;

/// How a reader wants to see a report.
#[derive(Clone, Debug)]
pub struct View {
    /// The language of the words.
    pub language: Language,
    /// The columns of the terminal.
    pub width: usize,
    /// The terminal shows colours.
    pub colour: bool,
    /// The clock that times are told by.
    pub zone: TimeZone,
    /// Who made the report, at the head of a page.
    pub letterhead: Option<Letterhead>,
}

impl View {
    /// The width of what is not written to a terminal.
    pub const WIDTH: usize = 100;

    /// A view without colours, [`View::WIDTH`] columns wide.
    pub fn new(language: Language, zone: TimeZone) -> View {
        View { language, width: View::WIDTH, colour: false, zone, letterhead: None }
    }
}

/// What becomes of what a format writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// It is the report.
    Text,
    /// It is a page for a screen.
    Page,
    /// It is a page that a browser prints; the report is the PDF.
    Paper,
}

/// A row of a table of formats.
pub trait Form {
    /// What `--format` calls it.
    fn name(&self) -> &'static str;
    /// How the name of a file in it ends, without the dot; the first in the table is meant where two end alike.
    fn ending(&self) -> &'static str;
    /// What becomes of what it writes.
    fn medium(&self) -> Medium;
}

macro_rules! forms {
    ($($form:ident)*) => {
        $(impl Form for $form {
            fn name(&self) -> &'static str {
                self.name
            }

            fn ending(&self) -> &'static str {
                self.ending
            }

            fn medium(&self) -> Medium {
                self.medium
            }
        })*
    };
}

forms! { Format CertificateFormat LogbookFormat SheetFormat BenchFormat }

/// One row of the table of formats.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot.
    pub ending: &'static str,
    /// What becomes of what it writes.
    pub medium: Medium,
    /// Writes the whole of a report, the last line ended.
    pub render: fn(&Report, &View) -> String,
    /// Writes the whole of a comparison.
    pub compare: fn(&Comparison, &View) -> String,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "terminal", ending: "txt", medium: Medium::Text, render: terminal::render, compare: terminal::compare },
    Format { name: "json", ending: "json", medium: Medium::Text, render: json::render, compare: json::compare },
    Format { name: "html", ending: "html", medium: Medium::Page, render: html::render, compare: html::compare },
    Format { name: "pdf", ending: "pdf", medium: Medium::Paper, render: html::render, compare: html::compare },
    Format { name: "markdown", ending: "md", medium: Medium::Text, render: markdown::render, compare: markdown::compare },
    Format { name: "csv", ending: "csv", medium: Medium::Text, render: csv::render, compare: csv::compare },
];

/// One row of the table of formats of a certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot; the first in the table is meant where two end alike.
    pub ending: &'static str,
    /// What becomes of what it writes.
    pub medium: Medium,
    /// Writes the whole of it, the last line ended.
    pub render: fn(&Certificate, &View) -> String,
}

/// Every format of a certificate.
pub const CERTIFICATE_FORMATS: &[CertificateFormat] = &[
    CertificateFormat { name: "terminal", ending: "txt", medium: Medium::Text, render: terminal::certify },
    CertificateFormat { name: "json", ending: "json", medium: Medium::Text, render: json::certify },
    CertificateFormat { name: "html", ending: "html", medium: Medium::Page, render: html::certify },
    CertificateFormat { name: "pdf", ending: "pdf", medium: Medium::Paper, render: html::certify },
    CertificateFormat { name: "markdown", ending: "md", medium: Medium::Text, render: markdown::certify },
    CertificateFormat { name: "csv", ending: "csv", medium: Medium::Text, render: csv::certificate::render },
    CertificateFormat { name: "labels", ending: "html", medium: Medium::Text, render: labels::large },
    CertificateFormat { name: "small-labels", ending: "html", medium: Medium::Text, render: labels::small },
];

/// One row of the table of formats of a visit.
#[derive(Clone, Copy, Debug)]
pub struct LogbookFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot.
    pub ending: &'static str,
    /// What becomes of what it writes.
    pub medium: Medium,
    /// Writes the whole of it, the last line ended.
    pub render: fn(&Logbook, &View) -> String,
}

/// Every format of a visit.
pub const LOGBOOK_FORMATS: &[LogbookFormat] = &[
    LogbookFormat { name: "terminal", ending: "txt", medium: Medium::Text, render: terminal::tell },
    LogbookFormat { name: "json", ending: "json", medium: Medium::Text, render: json::tell },
    LogbookFormat { name: "html", ending: "html", medium: Medium::Page, render: html::tell },
    LogbookFormat { name: "pdf", ending: "pdf", medium: Medium::Paper, render: html::tell },
    LogbookFormat { name: "markdown", ending: "md", medium: Medium::Text, render: markdown::tell },
];

/// One row of the table of formats of a delivery sheet.
#[derive(Clone, Copy, Debug)]
pub struct SheetFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot.
    pub ending: &'static str,
    /// What becomes of what it writes.
    pub medium: Medium,
    /// Writes the whole of it, the last line ended.
    pub render: fn(&Sheet, &View) -> String,
}

/// Every format of a delivery sheet.
pub const SHEET_FORMATS: &[SheetFormat] = &[
    SheetFormat { name: "terminal", ending: "txt", medium: Medium::Text, render: terminal::deliver },
    SheetFormat { name: "json", ending: "json", medium: Medium::Text, render: json::deliver },
    SheetFormat { name: "html", ending: "html", medium: Medium::Page, render: html::deliver },
    SheetFormat { name: "pdf", ending: "pdf", medium: Medium::Paper, render: html::deliver },
    SheetFormat { name: "markdown", ending: "md", medium: Medium::Text, render: markdown::deliver },
];

/// One row of the table of formats of the preparation of many PCs.
#[derive(Clone, Copy, Debug)]
pub struct BenchFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot.
    pub ending: &'static str,
    /// What becomes of what it writes.
    pub medium: Medium,
    /// Writes the whole of it, the last line ended.
    pub render: fn(&Record, &View) -> String,
}

/// Every format of the preparation of many PCs.
pub const BENCH_FORMATS: &[BenchFormat] = &[
    BenchFormat { name: "terminal", ending: "txt", medium: Medium::Text, render: terminal::bench },
    BenchFormat { name: "json", ending: "json", medium: Medium::Text, render: json::bench },
    BenchFormat { name: "html", ending: "html", medium: Medium::Page, render: html::bench },
    BenchFormat { name: "pdf", ending: "pdf", medium: Medium::Paper, render: html::bench },
    BenchFormat { name: "markdown", ending: "md", medium: Medium::Text, render: markdown::bench },
    BenchFormat { name: "csv", ending: "csv", medium: Medium::Text, render: csv::bench::render },
];
