//! A table in a terminal: columns as wide as they need, those that can give way where there is little room.

use anstyle::Style;

use super::style;
use crate::report::columns::{cut, width, wrap};
use crate::report::page::{Column, Fit, Reading, Row, Table};

/// Between two columns.
const GUTTER: usize = 2;
/// Spare columns are shown only where each of the columns that give way can have this.
const READABLE: usize = 18;
/// A column is not cut or wrapped narrower than this.
const NARROW: usize = 12;

/// Of a text that stands beside others, so many lines are shown: a hostile name may be endless.
const TALLEST: usize = 3;

/// A line in parts, each with its style.
type Line = Vec<(String, Style)>;

/// The lines of the table in `room` columns.
pub(super) fn lines(table: &Table, room: usize) -> Vec<Line> {
    let signed = table.rows.iter().any(|row| row.tone.is_some());
    let beside = table.reading == Reading::Beside;
    let needs: Vec<usize> = (0..table.columns.len()).map(|column| need(table, column, beside)).collect();
    let widths = widths(table, needs, room.saturating_sub(if signed { GUTTER } else { 0 }));
    let grid = Grid { columns: &table.columns, widths, beside };

    let heading = Style::new().dimmed().bold();
    let headings: Vec<Vec<String>> = table.columns.iter().map(|column| vec![column.heading.clone()]).collect();
    let mut lines = grid.row(&headings, |_| heading);
    let mut marks = vec![None; lines.len()];
    for row in &table.rows {
        let stacked = |at: usize| beside || is_stacked(&table.columns[at]);
        let cells: Vec<Vec<String>> = row.cells.iter().enumerate().map(|(at, cell)| said(&cell.texts, stacked(at))).collect();
        let label = |column| if beside && column == 0 { Style::new().dimmed() } else { Style::new() };
        let mut laid = grid.row(&cells, label);
        marks.push(row.tone);
        marks.extend(laid.iter().skip(1).map(|_| None));
        lines.append(&mut laid);
    }
    if signed {
        for (line, tone) in lines.iter_mut().zip(marks) {
            let mark = tone.map_or(("  ".to_owned(), Style::new()), |tone| (format!("{} ", tone.sign()), style(tone)));
            line.insert(0, mark);
        }
    }
    lines
}

/// Whether the texts of a cell stand below each other although rows are read: addresses, which are never parted.
fn is_stacked(column: &Column) -> bool {
    matches!(column.fit, Fit::Whole | Fit::Said)
}

/// The texts of a cell, one a line or one after the other.
fn said(texts: &[String], stacked: bool) -> Vec<String> {
    if stacked { texts.to_vec() } else { vec![texts.join(", ")] }
}

/// The columns of terminal that a column of the table would like.
fn need(table: &Table, column: usize, beside: bool) -> usize {
    let cell = |row: &Row| {
        let stacked = beside || is_stacked(&table.columns[column]);
        row.cells.get(column).map_or(0, |cell| said(&cell.texts, stacked).iter().map(|text| width(text)).max().unwrap_or(0))
    };
    table.rows.iter().map(cell).max().unwrap_or(0).max(width(&table.columns[column].heading))
}

/// The width of each column, 0 for one that is left out: first the spare ones go, then the widest of those that give way
/// shrink until all fit.
fn widths(table: &Table, mut needs: Vec<usize>, room: usize) -> Vec<usize> {
    let columns = &table.columns;
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
    // Side by side, the headings are addresses, which are never parted.
    let least = |column: usize| match table.reading {
        Reading::Beside => width(&columns[column].heading).max(NARROW),
        Reading::Long | Reading::Short => NARROW,
    };
    while total(&needs) > room {
        let widest =
            (0..needs.len()).filter(|&column| gives(column) && needs[column] > least(column)).max_by_key(|&column| needs[column]);
        match widest {
            Some(column) => needs[column] -= 1,
            None => break,
        }
    }
    needs
}

/// The columns as they are laid out.
struct Grid<'a> {
    columns: &'a [Column],
    widths: Vec<usize>,
    beside: bool,
}

impl Grid<'_> {
    /// One row as lines of the terminal.
    fn row(&self, cells: &[Vec<String>], style: impl Fn(usize) -> Style) -> Vec<Line> {
        let laid: Vec<Vec<String>> = cells.iter().enumerate().map(|(at, texts)| self.cell(at, texts)).collect();
        let height = laid.iter().map(Vec::len).max().unwrap_or(1);
        let shown = || self.columns.iter().enumerate().filter(|&(at, _)| self.widths[at] > 0);
        let part = |line: usize, at: usize, column: &Column| {
            let text = laid[at].get(line).map_or("", String::as_str);
            let room = " ".repeat(self.widths[at].saturating_sub(width(text)));
            let text = if column.right { room + text } else { text.to_owned() + &room };
            (text + &" ".repeat(GUTTER), style(at))
        };
        (0..height).map(|line| shown().map(|(at, column)| part(line, at, column)).collect()).collect()
    }

    /// The lines of one cell.
    fn cell(&self, at: usize, texts: &[String]) -> Vec<String> {
        let room = self.widths[at];
        match self.columns[at].fit {
            Fit::Wrap if self.beside => texts.iter().flat_map(|text| wrap(&cut(text, TALLEST * room), room)).collect(),
            Fit::Wrap => texts.iter().flat_map(|text| wrap(text, room)).collect(),
            Fit::Cut => texts.iter().map(|text| cut(text, room)).collect(),
            Fit::Whole | Fit::Said | Fit::Spare => texts.to_vec(),
        }
    }
}
