//! The results of many PCs: one a row, for the spreadsheet that the list came from.

use super::{among, table, tag, text};
use crate::prep::bench::result::{PcResult, Record};
use crate::report::View;

const HEADINGS: [&str; 13] = [
    "address",
    "result",
    "exit_code",
    "host_name",
    "maker",
    "model",
    "serial",
    "changed",
    "already",
    "restarts",
    "seconds",
    "why",
    "failed_steps",
];

/// Writes every PC.
pub(in crate::report) fn render(record: &Record, view: &View) -> String {
    table(HEADINGS, record.results.iter().map(|result| row(result, view)))
}

fn row(result: &PcResult, view: &View) -> [String; 13] {
    let said = |of: &Option<String>| text(of.as_deref().unwrap_or_default());
    let failed: Vec<String> = result.failures.iter().map(|failure| text(&failure.name)).collect();
    [
        text(&result.pc),
        tag(&result.end, ""),
        result.end.exit_code().to_string(),
        said(&result.host_name),
        said(&result.identity.maker),
        said(&result.identity.product),
        said(&result.identity.serial),
        result.changed.to_string(),
        result.already.to_string(),
        result.restarts.to_string(),
        format!("{:.1}", result.took_ms as f64 / 1000.0),
        text(&result.why.as_ref().map(|why| why.say(view.language)).unwrap_or_default()),
        among(&failed),
    ]
}
