//! The record: one object for programs, and for this program's later self.

use serde::Serialize;

use super::{Comparison, Report, View};
use crate::certify::Certificate;
use crate::json::escaped;
use crate::logbook::Logbook;
use crate::prep::sheet::Sheet;

/// Writes a report.
pub(super) fn render(report: &Report, _: &View) -> String {
    written(report)
}

/// Writes a comparison.
pub(super) fn compare(comparison: &Comparison, _: &View) -> String {
    written(comparison)
}

/// Writes a certificate.
pub(super) fn certify(certificate: &Certificate, _: &View) -> String {
    written(certificate)
}

/// Writes a visit.
pub(super) fn tell(book: &Logbook, _: &View) -> String {
    written(book)
}

/// Writes a delivery sheet.
pub(super) fn deliver(sheet: &Sheet, _: &View) -> String {
    written(sheet)
}

/// Writes a record.
fn written(record: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(record).expect("a record has no map with keys that are not texts");
    escaped(&json) + "\n"
}
