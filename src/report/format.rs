//! The table of formats: each is one file, and one line here.

use jiff::tz::TimeZone;

use super::{Comparison, Report, csv, html, json, labels, terminal};
use crate::certify::Certificate;
use crate::language::Language;
use crate::logbook::Logbook;

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
}

impl View {
    /// The width of what is not written to a terminal.
    pub const WIDTH: usize = 100;

    /// A view without colours, [`View::WIDTH`] columns wide.
    pub fn new(language: Language, zone: TimeZone) -> View {
        View { language, width: View::WIDTH, colour: false, zone }
    }
}

/// One row of the table of formats.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot.
    pub ending: &'static str,
    /// Writes the whole of a report, the last line ended.
    pub render: fn(&Report, &View) -> String,
    /// Writes the whole of a comparison.
    pub compare: fn(&Comparison, &View) -> String,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    Format { name: "terminal", ending: "txt", render: terminal::render, compare: terminal::compare },
    Format { name: "json", ending: "json", render: json::render, compare: json::compare },
    Format { name: "html", ending: "html", render: html::render, compare: html::compare },
    Format { name: "csv", ending: "csv", render: csv::render, compare: csv::compare },
];

/// One row of the table of formats of a certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot; the first in the table is meant where two end alike.
    pub ending: &'static str,
    /// Writes the whole of it, the last line ended.
    pub render: fn(&Certificate, &View) -> String,
}

/// Every format of a certificate.
pub const CERTIFICATE_FORMATS: &[CertificateFormat] = &[
    CertificateFormat { name: "terminal", ending: "txt", render: terminal::certify },
    CertificateFormat { name: "json", ending: "json", render: json::certify },
    CertificateFormat { name: "html", ending: "html", render: html::certify },
    CertificateFormat { name: "csv", ending: "csv", render: csv::certificate::render },
    CertificateFormat { name: "labels", ending: "html", render: labels::large },
    CertificateFormat { name: "small-labels", ending: "html", render: labels::small },
];

/// One row of the table of formats of a visit.
#[derive(Clone, Copy, Debug)]
pub struct LogbookFormat {
    /// What `--format` calls it.
    pub name: &'static str,
    /// How the name of a file in it ends, without the dot.
    pub ending: &'static str,
    /// Writes the whole of it, the last line ended.
    pub render: fn(&Logbook, &View) -> String,
}

/// Every format of a visit.
pub const LOGBOOK_FORMATS: &[LogbookFormat] = &[
    LogbookFormat { name: "terminal", ending: "txt", render: terminal::tell },
    LogbookFormat { name: "json", ending: "json", render: json::tell },
    LogbookFormat { name: "html", ending: "html", render: html::tell },
];
