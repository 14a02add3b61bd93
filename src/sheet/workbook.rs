//! The sheets of a workbook, with what stands in their cells.

mod opendocument;
mod unpacked;

use std::io::Cursor;
use std::panic::{self, AssertUnwindSafe};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};

use super::{FIELD, Field, place};
use crate::fault::Why;

/// Cells of a workbook: no site has more.
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
    let (mut sheets, mut count) = (Vec::new(), 0);
    for known in book.sheets_metadata().to_vec() {
        let name = known.name;
        let mut sheet = Sheet { hidden: known.visible != SheetVisible::Visible, name, rows: Vec::new(), broken: None };
        // Cell by cell: a sheet that says it is a million rows wide and high takes no memory for them.
        let cells = if sheet.hidden { None } else { Some(book.worksheet_cells_reader(&sheet.name)) };
        match cells {
            Some(Ok(mut cells)) => {
                sheet.broken = loop {
                    match cells.next_cell() {
                        Ok(Some(cell)) if count < CELLS => {
                            count += 1;
                            let (row, column) = cell.get_position();
                            let Some(text) = written(cell.get_value()) else { continue };
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
            // A chart has no cells.
            Some(Err(error)) if known.typ == SheetType::WorkSheet => sheet.broken = Some(unreadable(&error)),
            Some(Err(_)) | None => {}
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
fn written(cell: &DataRef<'_>) -> Option<Result<String, Why>> {
    // A text that all cells share stands in the file once: no more is kept of it than shows that it is too long.
    let kept = |text: &str| text.chars().take(FIELD + 1).collect::<String>();
    let text = match cell {
        DataRef::Empty => return None,
        DataRef::String(text) => kept(text),
        DataRef::SharedString(text) => kept(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(answer) => answer.to_string(),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => return Some(Err(date())),
        DataRef::Error(error) => return Some(Err(no_value(&error.to_string()))),
    };
    (!text.trim().is_empty()).then_some(Ok(text))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    /// A workbook of these parts.
    fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
            writer.write_all(text.as_bytes()).expect("memory takes it");
        }
        writer.finish().expect("a workbook").into_inner()
    }

    /// A workbook of Excel with these sheets, whose cells may refer to one text.
    fn excel(text: &str, sheets: &[&str]) -> Vec<u8> {
        let [spreadsheet, office] =
            ["spreadsheetml", "officeDocument"].map(|part| format!("http://schemas.openxmlformats.org/{part}/2006"));
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let root = format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"r\" Type=\"{office}/relationships/officeDocument\" \
             Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let mut book = format!("<workbook xmlns=\"{spreadsheet}/main\" xmlns:r=\"{office}/relationships\"><sheets>");
        let mut bound = format!("<Relationships xmlns=\"{package}\">");
        for at in 1..=sheets.len() {
            book += &format!("<sheet name=\"S{at}\" sheetId=\"{at}\" r:id=\"r{at}\"/>");
            bound += &format!(
                "<Relationship Id=\"r{at}\" Type=\"{office}/relationships/worksheet\" Target=\"worksheets/sheet{at}.xml\"/>"
            );
        }
        bound += &format!(
            "<Relationship Id=\"r0\" Type=\"{office}/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
        );
        book += "</sheets></workbook>";
        let strings = format!("<sst xmlns=\"{spreadsheet}/main\"><si><t>{text}</t></si></sst>");
        let names: Vec<String> = (1..=sheets.len()).map(|at| format!("xl/worksheets/sheet{at}.xml")).collect();
        let mut parts = vec![
            ("_rels/.rels", &*root),
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", &bound),
            ("xl/sharedStrings.xml", &strings),
        ];
        parts.extend(names.iter().map(String::as_str).zip(sheets.iter().copied()));
        zipped(&parts)
    }

    fn rows(cells: usize) -> String {
        let row = |at: usize| format!("<row r=\"{at}\"><c r=\"A{at}\" t=\"s\"><v>0</v></c></row>");
        format!("<worksheet><sheetData>{}</sheetData></worksheet>", (1..=cells).map(row).collect::<String>())
    }

    fn kept(sheets: &[Sheet]) -> usize {
        sheets.iter().flat_map(|sheet| &sheet.rows).map(|(_, fields)| fields.len()).sum()
    }

    #[test]
    fn a_text_that_all_cells_share_is_not_kept_whole_by_each() {
        let sheets = sheets(excel(&"x".repeat(1 << 20), &[&rows(1000)])).expect("a workbook");
        assert_eq!(kept(&sheets), 1000);
        let mut texts = sheets[0].rows.iter().flat_map(|(_, fields)| fields).map(|(_, text)| text.as_deref().expect("a text"));
        assert!(texts.all(|text| text.chars().count() == FIELD + 1));
    }

    #[test]
    fn all_sheets_together_hold_no_more_cells_than_a_site_has() {
        let half = rows(CELLS / 2 + 1);
        let sheets = super::sheets(excel("x", &[&half, &half, &half])).expect("a workbook");
        assert_eq!(kept(&sheets), CELLS);
        assert_eq!(sheets.iter().map(|sheet| sheet.broken.is_some()).collect::<Vec<_>>(), [false, true, true]);
        let table = "<table:table><table:table-row><table:table-cell table:number-columns-repeated=\"150000\">\
                     <text:p>x</text:p></table:table-cell></table:table-row></table:table>";
        let text = format!("<office:document-content>{}</office:document-content>", table.repeat(3));
        let sheets = super::sheets(zipped(&[("content.xml", &text)])).expect("a workbook");
        assert_eq!(kept(&sheets), CELLS);
        assert_eq!(sheets.iter().map(|sheet| sheet.broken.is_some()).collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn a_sheet_that_cannot_be_opened_is_told() {
        for damaged in ["<", "<worksheet>"] {
            let told = sheets(excel("x", &[&rows(1), damaged])).expect("a workbook");
            let complaints: Vec<Option<Why>> = told.iter().map(Sheet::complaint).collect();
            assert!(complaints[0].is_none(), "{complaints:?}");
            let complaint = complaints[1].as_ref().expect("a complaint");
            assert!(complaint.english.starts_with("sheet \"S2\": "), "{complaint:?}");
        }
        // And one that is not there at all.
        let mut archive = zip::ZipArchive::new(Cursor::new(excel("x", &[&rows(1), &rows(1)]))).expect("a zip");
        let names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
        let parts: Vec<(String, String)> = names
            .into_iter()
            .filter(|name| name != "xl/worksheets/sheet2.xml")
            .map(|name| {
                let mut text = String::new();
                archive.by_name(&name).expect("a part").read_to_string(&mut text).expect("text");
                (name, text)
            })
            .collect();
        let parts: Vec<(&str, &str)> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let told = sheets(zipped(&parts)).expect("a workbook");
        assert!(told[1].broken.is_some() && told[0].broken.is_none());
    }
}
