//! The record: one object for programs, and for this program's later self.

use serde::Serialize;

use super::{Comparison, Report, View};
use crate::line::is_invisible;

/// Writes a report.
pub(super) fn render(report: &Report, _: &View) -> String {
    written(report)
}

/// Writes a comparison.
pub(super) fn compare(comparison: &Comparison, _: &View) -> String {
    written(comparison)
}

/// Writes a record. What is hostile in it is kept and escaped: a terminal that the record is printed on obeys none of it.
fn written(record: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(record).expect("a record has no map with keys that are not texts");
    let mut escaped = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // Such characters stand in texts only, where an escape means the same (RFC 8259, 7).
        if c != '\n' && (c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}')) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    escaped + "\n"
}
