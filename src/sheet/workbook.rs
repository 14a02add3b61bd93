//! The sheets of a workbook, with what stands in their cells.

mod opendocument;
mod unpacked;

use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};

use calamine::{Data, Reader as _, SheetVisible, Xlsx};

use super::{FIELD, Field, place};
use crate::fault::Why;

/// Cells of one sheet: no site has more.
const CELLS: usize = 200_000;

/// A sheet of a workbook.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) hidden: bool,
    /// Its rows, counted from 1, without what is empty.
    pub(crate) rows: Vec<(u32, Vec<Field>)>,
    /// Why it was not read to its end.
    pub(crate) broken: Option<Why>,
}

impl Sheet {
    /// Why it was not read, or not to its end, after its name.
    pub(crate) fn complaint(&self) -> Option<Why> {
        let last = self.rows.last().map(|(row, _)| *row);
        match &self.broken {
            _ if self.hidden => {
                Some(place(Some(&self.name), None, None, Why::new("hidden, and left out", "masquée, et laissée de côté")))
            }
            Some(why) => Some(place(Some(&self.name), last, None, why.clone())),
            None => None,
        }
    }
}

/// Whether it is one: both kinds are zip archives.
pub(crate) fn is(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Reads a workbook. The crate that reads Excel's counts without care in a damaged one, and may panic: that is a refusal like any
/// other.
pub(crate) fn sheets(bytes: Vec<u8>) -> Result<Vec<Sheet>, Why> {
    let sheets = panic::catch_unwind(AssertUnwindSafe(|| {
        let mut archive = unpacked::bounded(bytes)?;
        if opendocument::is(&archive) { opendocument::sheets(&mut archive) } else { of_excel(archive.into_inner()) }
    }));
    sheets.unwrap_or_else(|_| Err(Why::new("the workbook is damaged", "le classeur est abîmé")))
}

/// The sheets of a workbook of Excel.
fn of_excel(bytes: Cursor<Vec<u8>>) -> Result<Vec<Sheet>, Why> {
    let unreadable = |error: &dyn std::fmt::Display| Why::new(error.to_string(), error.to_string());
    let mut book = Xlsx::new(bytes).map_err(|error| unreadable(&error))?;
    let mut sheets = Vec::new();
    for known in book.sheets_metadata().to_vec() {
        let name = known.name;
        let mut sheet = Sheet { hidden: known.visible != SheetVisible::Visible, name, rows: Vec::new(), broken: None };
        // Cell by cell: a sheet that says it is a million rows wide and high takes no memory for them.
        if !sheet.hidden
            && let Ok(mut cells) = book.worksheet_cells_reader(&sheet.name)
        {
            let mut count = 0;
            sheet.broken = loop {
                match cells.next_cell() {
                    Ok(Some(cell)) if count < CELLS => {
                        count += 1;
                        let (row, column) = cell.get_position();
                        let Some(text) = written(&Data::from(cell.get_value().clone())) else { continue };
                        if sheet.rows.last().is_none_or(|(last, _)| *last != row + 1) {
                            sheet.rows.push((row + 1, Vec::new()));
                        }
                        sheet.rows.last_mut().into_iter().for_each(|(_, fields)| fields.push((column + 1, text.clone())));
                    }
                    Ok(None) => break None,
                    Ok(Some(_)) => break Some(too_many()),
                    Err(error) => break Some(unreadable(&error)),
                }
            };
        }
        sheets.push(sheet);
    }
    Ok(sheets)
}

fn too_many() -> Why {
    Why::new(format!("more than {CELLS} cells"), format!("plus de {CELLS} cellules"))
}

fn date() -> Why {
    Why::new("a date is no text: set the cell to text", "une date n'est pas un texte : mettez la cellule en texte")
}

fn no_value(error: &str) -> Why {
    Why::new(format!("the formula came to {error}"), format!("la formule donne {error}"))
}

/// What stands in a cell; of a formula, what it came to. Nothing for an empty one.
fn written(cell: &Data) -> Option<Result<String, Why>> {
    let text = match cell {
        Data::Empty => return None,
        Data::String(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(answer) => answer.to_string(),
        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_) => return Some(Err(date())),
        Data::Error(error) => return Some(Err(no_value(&error.to_string()))),
    };
    (!text.trim().is_empty()).then_some(Ok(text))
}
