//! The plan, line by line: who should be where, and what was seen.

use super::{Block, Cell, Column, Fit, Reading, Row, Table, Tone};
use crate::check::planned::At;
use crate::language::Language;
use crate::report::words::number;
use crate::report::{PlannedRow, PlannedSaid, Report};

/// The section of the report; none where the plan names no device.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    if report.planned.is_empty() {
        return Vec::new();
    }
    let count = number(report.planned.len() as u64, language);
    let heading = language.pick(format!("The plan, line by line ({count})"), format!("Le plan, ligne par ligne ({count})"));
    let columns = vec![
        Column::new(language.pick("Name", "Nom"), Fit::Wrap),
        Column::new("Verdict", Fit::Said),
        Column::new(language.pick("Planned", "Prévu"), Fit::Whole),
        Column::new(language.pick("Seen", "Constaté"), Fit::Wrap),
        Column::new(language.pick("Role", "Rôle"), Fit::Wrap),
    ];
    let rows = report.planned.iter().map(|device| row(device, language)).collect();
    let table = Table { columns, rows, reading: Reading::Long }.without_empty_columns();
    vec![Block::Heading(heading), Block::Table(table)]
}

fn row(device: &PlannedRow, language: Language) -> Row {
    let tone = match device.verdict {
        PlannedSaid::Present => Tone::Clear,
        PlannedSaid::OtherCard | PlannedSaid::Elsewhere | PlannedSaid::Missing => Tone::Degraded,
        PlannedSaid::NotTested => Tone::NotTested,
    };
    // At home the card tells something; elsewhere the address does.
    let seen = |at: &At| if at.ip == device.address { at.mac.to_string() } else { format!("{} {}", at.ip, at.mac) };
    let cells = vec![
        device.name.as_str().into(),
        device.verdict.word(language).into(),
        device.address.to_string().into(),
        Cell { texts: device.seen.iter().map(seen).collect(), key: None },
        device.role.as_deref().unwrap_or_default().into(),
    ];
    Row { tone: Some(tone), cells }
}
