//! A table in a terminal: columns as wide as they need, those that can give way where there is little room.

use anstyle::Style;

use super::{sign, style};
use crate::report::columns::{cut, pad, width, wrap};
use crate::report::page::{Column, Fit, Reading, Row, Table};

/// Between two columns.
const GUTTER: usize = 2;
/// Spare columns are shown only where each of the columns that give way can have this.
const READABLE: usize = 18;
/// A column is not cut or wrapped narrower than this.
const NARROW: usize = 12;

/// A line in parts, each with its style.
type Line = Vec<(String, Style)>;

/// The lines of the table in `room` columns.
pub(super) fn lines(table: &Table, room: usize) -> Vec<Line> {
    let signed = table.rows.iter().any(|row| row.tone.is_some());
    let room = room.saturating_sub(if signed { 2 } else { 0 });
    let beside = table.reading == Reading::Beside;
    let needs: Vec<usize> = (0..table.columns.len()).map(|column| need(table, column, beside)).collect();
    let widths = widths(&table.columns, needs, room);

    let heading = Style::new().dimmed().bold();
    let headings: Vec<Vec<String>> = table.columns.iter().map(|column| vec![column.heading.clone()]).collect();
    let mut lines = physical(&table.columns, &headings, &widths, "  ", signed, |_| heading);
    for row in &table.rows {
        let mark = row.tone.map_or("  ".to_owned(), |tone| format!("{} ", sign(tone)));
        let tone = row.tone.map_or(Style::new(), style);
        let plain = |column: usize| if beside && column == 0 { Style::new().dimmed() } else { Style::new() };
        let cells: Vec<Vec<String>> = row.cells.iter().map(|cell| said(&cell.texts, beside)).collect();
        let mut row_lines = physical(&table.columns, &cells, &widths, &mark, signed, plain);
        if let Some((mark, style)) = row_lines.first_mut().and_then(|line| line.first_mut()).filter(|_| signed) {
            *style = if mark.trim().is_empty() { Style::new() } else { tone };
        }
        lines.append(&mut row_lines);
    }
    lines
}

/// The texts of a cell, one a line where things stand side by side.
fn said(texts: &[String], beside: bool) -> Vec<String> {
    if beside { texts.to_vec() } else { vec![texts.join(", ")] }
}

/// The columns of terminal that a column of the table would like.
fn need(table: &Table, column: usize, beside: bool) -> usize {
    let cell = |row: &Row| {
        row.cells.get(column).map_or(0, |cell| said(&cell.texts, beside).iter().map(|text| width(text)).max().unwrap_or(0))
    };
    table.rows.iter().map(cell).max().unwrap_or(0).max(width(&table.columns[column].heading))
}

/// The width of each column, 0 for one that is left out: first the spare ones go, then the widest of those that give way
/// shrink until all fit.
fn widths(columns: &[Column], mut needs: Vec<usize>, room: usize) -> Vec<usize> {
    let total =
        |needs: &[usize]| needs.iter().filter(|&&need| need > 0).map(|need| need + GUTTER).sum::<usize>().saturating_sub(GUTTER);
    let gives = |column: usize| matches!(columns[column].fit, Fit::Cut | Fit::Wrap);
    // With spare columns shown, what gives way must keep a readable width.
    let readable = |needs: &[usize]| {
        let kept: Vec<usize> =
            needs.iter().enumerate().map(|(at, &need)| if gives(at) { need.min(READABLE) } else { need }).collect();
        total(&kept) <= room
    };
    for column in (0..columns.len()).rev().filter(|&column| columns[column].fit == Fit::Spare) {
        if !readable(&needs) {
            needs[column] = 0;
        }
    }
    while total(&needs) > room {
        let widest =
            (0..needs.len()).filter(|&column| gives(column) && needs[column] > NARROW).max_by_key(|&column| needs[column]);
        match widest {
            Some(column) => needs[column] -= 1,
            None => break,
        }
    }
    needs
}

/// One row as lines of the terminal.
fn physical(
    columns: &[Column],
    cells: &[Vec<String>],
    widths: &[usize],
    mark: &str,
    signed: bool,
    style: impl Fn(usize) -> Style,
) -> Vec<Line> {
    let laid: Vec<Vec<String>> = cells
        .iter()
        .zip(columns.iter().zip(widths))
        .map(|(texts, (column, &width))| match column.fit {
            Fit::Wrap => texts.iter().flat_map(|text| wrap(text, width)).collect(),
            Fit::Cut => texts.iter().map(|text| cut(text, width)).collect(),
            Fit::Whole | Fit::Spare => texts.clone(),
        })
        .collect();
    let height = laid.iter().map(Vec::len).max().unwrap_or(1);
    (0..height)
        .map(|line| {
            let mut parts: Line = Vec::new();
            if signed {
                parts.push((if line == 0 { mark.to_owned() } else { "  ".to_owned() }, style(0)));
            }
            for (at, column) in columns.iter().enumerate().filter(|&(at, _)| widths[at] > 0) {
                let text = laid[at].get(line).map_or("", String::as_str);
                let text = if column.right {
                    format!("{}{text}", " ".repeat(widths[at].saturating_sub(width(text))))
                } else {
                    pad(text, widths[at])
                };
                parts.push((text + &" ".repeat(GUTTER), style(at)));
            }
            parts
        })
        .collect()
}
