//! A workbook of LibreOffice (.ods; OpenDocument 1.3, part 3, 9.1), read cell by cell: what a file repeats a million times over
//! takes no memory here.

use std::collections::HashSet;
use std::io::{BufReader, Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::unpacked::UNPACKED;
use super::{CELLS, FIELD, Field, Sheet, date, no_value};
use crate::fault::Why;

/// The part that holds the cells.
const CONTENT: &str = "content.xml";
/// The part that says how each is packed.
const MANIFEST: &str = "META-INF/manifest.xml";

/// Whether a zip is such a workbook.
pub(super) fn is(archive: &ZipArchive<Cursor<Vec<u8>>>) -> bool {
    archive.index_for_name(CONTENT).is_some()
}

/// Its sheets, in its order.
pub(super) fn sheets(archive: &mut ZipArchive<Cursor<Vec<u8>>>) -> Result<Vec<Sheet>, Why> {
    let unreadable = |error: &dyn std::fmt::Display| Why::new(error.to_string(), error.to_string());
    let mut manifest = Vec::new();
    if let Ok(part) = archive.by_name(MANIFEST) {
        part.take(UNPACKED).read_to_end(&mut manifest).map_err(|error| unreadable(&error))?;
    }
    if String::from_utf8_lossy(&manifest).contains("encryption-data") {
        return Err(Why::new("it is protected by a password", "il est protégé par un mot de passe"));
    }
    let part = archive.by_name(CONTENT).map_err(|error| unreadable(&error))?;
    let mut xml = Reader::from_reader(BufReader::new(part.take(UNPACKED)));
    xml.config_mut().expand_empty_elements = true;
    let mut reading = Reading::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(tag)) => reading.start(&tag),
            Ok(Event::End(tag)) => reading.end(tag.name().as_ref()),
            Ok(Event::Text(text)) => reading.text(&text.xml10_content()),
            Ok(Event::CData(text)) => reading.text(&text.xml10_content()),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(letter)) => reading.text(letter.encode_utf8(&mut [0; 4])),
                _ => reading.text(resolve_predefined_entity(&name).unwrap_or_default()),
            },
            Ok(Event::Eof) => return Ok(reading.sheets),
            Ok(_) => {}
            // What stands before it is kept, and the row of it told.
            Err(error) if !reading.sheets.is_empty() => {
                reading.sheet(|sheet| sheet.broken = Some(unreadable(&error)));
                return Ok(reading.sheets);
            }
            Err(error) => return Err(unreadable(&error)),
        }
    }
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    /// How many columns hold it.
    columns: u32,
    /// What the attributes say that it holds.
    value: Option<Result<String, Why>>,
    /// What the formula came to is an error, and the text says which.
    wrong: bool,
    /// What is to be seen in it.
    text: String,
    paragraphs: u32,
}

#[derive(Default)]
struct Reading {
    sheets: Vec<Sheet>,
    /// The style that is being described, and those whose tables are not shown.
    style: String,
    unseen: HashSet<String>,
    /// The table of a sheet is open.
    open: bool,
    /// Rows of the sheet that are behind, how often this one stands there, and columns of it that are behind.
    row: u32,
    rows: u32,
    column: u32,
    /// Cells of the whole workbook that are kept.
    cells: usize,
    cell: Option<Cell>,
    /// Elements that are open within a remark or a drawing, whose text is no cell's.
    aside: u32,
}

impl Reading {
    fn sheet(&mut self, change: impl FnOnce(&mut Sheet)) {
        if let Some(sheet) = self.sheets.last_mut() {
            change(sheet);
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = tag.name();
        let name = name.as_ref();
        if self.aside > 0 || name == "office:annotation" || name.starts_with("draw:") {
            self.aside += 1;
            return;
        }
        match name {
            "style:style" => self.style = attribute(tag, "style:name").unwrap_or_default(),
            "style:table-properties" if attribute(tag, "table:display").as_deref() == Some("false") => {
                self.unseen.insert(self.style.clone());
            }
            "table:table" if !self.open => {
                (self.open, self.row) = (true, 0);
                let hidden = attribute(tag, "table:style-name").is_some_and(|style| self.unseen.contains(&style));
                let name = attribute(tag, "table:name").unwrap_or_default();
                self.sheets.push(Sheet { name, hidden, rows: Vec::new(), broken: None });
            }
            "table:table-row" => (self.column, self.rows) = (0, number(tag, "table:number-rows-repeated")),
            "table:table-cell" => self.cell = Some(Cell::of(tag)),
            // What another cell covers is not to be seen.
            "table:covered-table-cell" => {
                self.column = self.column.saturating_add(number(tag, "table:number-columns-repeated"));
            }
            "text:p" => {
                if let Some(cell) = &mut self.cell {
                    cell.paragraphs += 1;
                    if cell.paragraphs > 1 {
                        cell.add("\n");
                    }
                }
            }
            "text:s" => {
                let spaces = " ".repeat((number(tag, "text:c") as usize).min(FIELD));
                self.text(&spaces);
            }
            "text:tab" | "text:line-break" => self.text(" "),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.aside == 0
            && let Some(cell) = self.cell.as_mut().filter(|cell| cell.paragraphs > 0)
        {
            cell.add(text);
        }
    }

    fn end(&mut self, name: &str) {
        if self.aside > 0 {
            self.aside -= 1;
            return;
        }
        match name {
            "table:table" => self.open = false,
            // A row that stands there several times is read once.
            "table:table-row" => self.row = self.row.saturating_add(self.rows),
            "table:table-cell" => {
                if let Some(cell) = self.cell.take() {
                    self.keep(cell);
                }
            }
            _ => {}
        }
    }

    fn keep(&mut self, cell: Cell) {
        let (first, columns, row) = (self.column, cell.columns, self.row.saturating_add(1));
        self.column = first.saturating_add(columns);
        let Some(text) = cell.written() else { return };
        // Of one that is not shown nobody reads the cells.
        if self.sheets.last().is_none_or(|sheet| sheet.hidden) {
            return;
        }
        let room = CELLS.saturating_sub(self.cells);
        let kept = (columns as usize).min(room);
        self.cells += kept;
        self.sheet(|sheet| {
            if kept < columns as usize {
                sheet.broken = Some(super::too_many());
            }
            if kept == 0 {
                return;
            }
            if sheet.rows.last().is_none_or(|(last, _)| *last != row) {
                sheet.rows.push((row, Vec::new()));
            }
            let fields = (first + 1..).take(kept).map(|column| -> Field { (column, text.clone()) });
            sheet.rows.last_mut().into_iter().for_each(|(_, row)| row.extend(fields.clone()));
        });
    }
}

impl Cell {
    fn of(tag: &BytesStart<'_>) -> Cell {
        let value = match attribute(tag, "office:value-type").as_deref() {
            Some("float" | "percentage" | "currency") => attribute(tag, "office:value").map(Ok),
            Some("boolean") => attribute(tag, "office:boolean-value").map(Ok),
            Some("date" | "time") => Some(Err(date())),
            _ => attribute(tag, "office:string-value").filter(|text| !text.is_empty()).map(Ok),
        };
        // Whatever the file calls LibreOffice's own words (calcext).
        let wrong = tag
            .attributes()
            .flatten()
            .any(|attribute| attribute.key.local_name().as_ref() == "value-type" && attribute.value.as_ref() == "error");
        Cell { columns: number(tag, "table:number-columns-repeated"), value, wrong, ..Cell::default() }
    }

    /// Adds to its text, of which no more is kept than shows that it is too long.
    fn add(&mut self, text: &str) {
        let room = (FIELD + 1).saturating_sub(self.text.chars().count());
        self.text.extend(text.chars().take(room));
    }

    /// What stands in it; nothing for an empty one.
    fn written(mut self) -> Option<Result<String, Why>> {
        match self.value.take() {
            _ if self.wrong => Some(Err(no_value(&self.text))),
            Some(Ok(said)) => {
                self.text.clear();
                self.add(&said);
                Some(Ok(self.text))
            }
            Some(wrong) => Some(wrong),
            None => (!self.text.trim().is_empty()).then_some(Ok(self.text)),
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.try_get_attribute(name).ok()??;
    Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned())
}

/// How often something is there: once, where the file does not say.
fn number(tag: &BytesStart<'_>, name: &str) -> u32 {
    attribute(tag, name).and_then(|text| text.trim().parse().ok()).unwrap_or(1)
}
