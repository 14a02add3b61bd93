//! The record: one object for programs, and for this program's later self.

use serde::Serialize;

use super::{Comparison, Report, View};
use crate::certify::Certificate;
use crate::json::escaped;
use crate::logbook::Logbook;
use crate::prep::bench::result::{Line, News, Record as Many};
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

/// Writes the preparation of many PCs: a line each, as it is told while it goes on.
pub(super) fn bench(record: &Many, _: &View) -> String {
    let results = record.results.iter().map(|result| News::Result(Box::new(result.clone())));
    let news = [record.opened()].into_iter().chain(results).chain([record.summary()]);
    news.map(|news| bench_line(&Line { at_ms: record.took_ms, news })).collect()
}

/// A line of it.
pub fn bench_line(line: &Line) -> String {
    escaped(&serde_json::to_string(line).expect("a line has no map with keys that are not texts")) + "\n"
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
