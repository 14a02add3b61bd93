//! The hosts as rows for a spreadsheet: commas, a row of headings, lines ended as RFC 4180 asks, UTF-8.

use super::{Host, Report, View};
use crate::line::one_line;

/// The headings, which programs may rely on: the names of the record, in no language of the reader's.
const HEADINGS: [&str; 10] = ["ip", "mac", "vendor", "kind", "names", "first_ms", "last_ms", "answers", "rtt_us", "findings"];
/// Between several names, or several codes, of one cell.
const AMONG: &str = " | ";

/// Writes the hosts.
pub(super) fn render(report: &Report, _: &View) -> String {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write = |row: &[String]| out.write_record(row).expect("every row is as long as the first, and memory takes it");
    write(&HEADINGS.map(str::to_owned));
    report.hosts.iter().for_each(|host| write(&row(report, host)));
    let bytes = out.into_inner().expect("memory takes every byte");
    String::from_utf8(bytes).expect("only texts were written")
}

fn row(report: &Report, host: &Host) -> [String; 10] {
    let about = report.findings.iter().map(|finding| &finding.problem);
    let mut codes: Vec<&str> =
        about.filter(|problem| problem.explain().concerns(host.ip, host.mac)).map(|problem| problem.code()).collect();
    codes.dedup();
    [
        host.ip.to_string(),
        host.mac.to_string(),
        text(host.vendor.as_deref().unwrap_or_default()),
        text(host.kind.as_deref().unwrap_or_default()),
        text(&host.called().join(AMONG)),
        host.first.ms().to_string(),
        host.last.ms().to_string(),
        host.answers.to_string(),
        host.rtt_us.map(|us| us.to_string()).unwrap_or_default(),
        codes.join(AMONG),
    ]
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what would start one.
fn text(raw: &str) -> String {
    let line = one_line(raw);
    if line.starts_with(['=', '+', '-', '@']) { format!("'{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_calculated() {
        assert_eq!(text("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(text("\t-2+3"), "'-2+3");
        assert_eq!(text("\r@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(text("PC-COMPTA"), "PC-COMPTA");
    }
}
