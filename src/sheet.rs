//! A table that a spreadsheet wrote: as text, whatever parts its fields, whatever its encoding, row by row with the line of each;
//! or as a workbook.

pub(crate) mod workbook;

use std::io::{BufReader, Error, Read, Result};

use crate::fault::Why;
use crate::lease::text::Lines;
use crate::line::one_line;

/// Bytes of a table that are read: no list of a site has more.
pub(crate) const BYTES: u64 = 16 << 20;

/// Lines at the beginning of a table that show what parts its fields.
const FIRST: usize = 10;

/// Characters of a field: no list of a site has more.
pub(crate) const FIELD: usize = 120;

/// A cell, its column counted from 1; of one that holds no text, why.
pub(crate) type Field = (u32, std::result::Result<String, Why>);

/// What Windows-1252 has where Latin-1 has control characters (0x80 to 0x9f); the five that it leaves free stay what they are.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The text of a table: a spreadsheet writes UTF-8 with a mark, UTF-16, or what it wrote thirty years ago.
pub(crate) fn text(file: impl Read) -> Result<String> {
    let mut file = file.take(BYTES + 1);
    let mut lines = Lines::new(BufReader::new(&mut file))?;
    let mut text = String::new();
    while let Some(line) = lines.next()? {
        let old = |c: char| (c as usize).checked_sub(0x80).and_then(|place| WINDOWS_1252.get(place).copied()).unwrap_or(c);
        text.extend(line.chars().map(old));
        text.push('\n');
    }
    drop(lines);
    // In UTF-16 it is twice as long as what is kept of it.
    if file.limit() == 0 || text.len() as u64 > BYTES {
        return Err(Error::other("more than 16 MiB"));
    }
    Ok(text)
}

/// The rows that hold something, each with the line that it begins on, counted from 1; the error names its line.
pub(crate) fn rows(text: &str) -> std::result::Result<Vec<(u64, csv::StringRecord)>, Why> {
    // Spreadsheets put this line first to say what parts the fields; then the line numbers go on from there.
    let (first, after) = text.split_once('\n').unwrap_or((text, ""));
    let told = first.trim().strip_prefix("sep=").filter(|rest| rest.chars().count() == 1).and_then(|rest| rest.bytes().next());
    let (text, skipped) = if told.is_some() { (after, 1) } else { (text, 0) };
    // A title above the table parts nothing, or it has a comma as any text may: what parts the fields does so in most lines.
    let parts = |line: &&str| line.bytes().any(|byte| b";,\t".contains(&byte));
    let first: Vec<&str> = text.lines().filter(parts).take(FIRST).collect();
    let most = |separators: &[u8]| {
        let count = |separator: u8| {
            let counts = first.iter().map(|line| line.bytes().filter(|&byte| byte == separator).count());
            counts.fold((0, 0), |(lines, all), count| (lines + usize::from(count > 0), all + count))
        };
        // Of two as frequent the first.
        separators.iter().copied().rev().max_by_key(|&separator| count(separator)).unwrap_or(b';')
    };
    let separator = told.unwrap_or_else(|| most(b";,\t"));
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record).map_err(|error| {
            let said = error.to_string();
            at(reader.position().line() + skipped, Why::new(said.clone(), said))
        })?;
        if !more {
            return Ok(rows);
        }
        // The reader stands behind the row, which may hold line ends in quotes.
        let within: usize = record.iter().map(|field| field.matches('\n').count()).sum();
        let line = reader.position().line().saturating_sub(1 + within as u64).max(1) + skipped;
        if record.iter().any(|field| !field.trim().is_empty()) {
            rows.push((line, record.clone()));
        }
    }
}

/// The cells of a row.
pub(crate) fn fields(record: &csv::StringRecord) -> Vec<Field> {
    (1..).zip(record.iter()).map(|(at, text)| (at, Ok(text.to_owned()))).collect()
}

/// What is wrong, after its sheet, its row and its column.
pub(crate) fn place(sheet: Option<&str>, row: Option<u32>, column: Option<u32>, why: Why) -> Why {
    let sheet = sheet.map(one_line);
    let mut english: Vec<String> = sheet.iter().map(|name| format!("sheet {name:?}")).collect();
    let mut french: Vec<String> = sheet.iter().map(|name| format!("feuille {name:?}")).collect();
    // A table of text has lines, one of a workbook rows.
    let (row_en, row_fr) = if sheet.is_some() { ("row", "ligne") } else { ("line", "ligne") };
    english.extend(row.map(|row| format!("{row_en} {row}")));
    french.extend(row.map(|row| format!("{row_fr} {row}")));
    english.extend(column.map(|column| format!("column {}", lettered(column))));
    french.extend(column.map(|column| format!("colonne {}", lettered(column))));
    if english.is_empty() {
        return why;
    }
    Why::new(format!("{}: {}", english.join(", "), why.english), format!("{} : {}", french.join(", "), why.french))
}

/// A column as spreadsheets call it: A, B … Z, AA.
fn lettered(column: u32) -> String {
    let (before, last) = ((column.max(1) - 1) / 26, (column.max(1) - 1) % 26);
    let last = char::from(b'A' + last as u8);
    if before == 0 { last.to_string() } else { format!("{}{last}", lettered(before)) }
}

/// What is wrong, after its line.
pub(crate) fn at(line: u64, why: Why) -> Why {
    Why::new(format!("line {line}: {}", why.english), format!("ligne {line} : {}", why.french))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_too_long_is_refused_and_not_cut_off_whatever_its_encoding() {
        let line = "acme-pc-01;SERIAL\n";
        let all = |bytes: u64| line.repeat(bytes as usize / line.len() + 1);
        assert!(text(all(BYTES).as_bytes()).is_err());
        let wide = |text: String| [0xff, 0xfe].into_iter().chain(text.bytes().flat_map(|byte| [byte, 0])).collect::<Vec<u8>>();
        assert!(text(&wide(all(BYTES / 2))[..]).is_err(), "in UTF-16");
        let fits = all(BYTES / 4);
        assert_eq!(text(&wide(fits.clone())[..]).expect("it fits").len(), fits.len());
    }

    #[test]
    fn a_title_above_the_table_does_not_say_what_parts_its_fields() {
        let fields = |text: &str| rows(text).expect("rows")[1].1.len();
        assert_eq!(fields("Inventory\nComputer Name,Serial Number\nPC-1,X1\n"), 2);
        assert_eq!(fields("Inventaire\n\nNom\tN° de série\nPC-1\tX1\n"), 2);
        assert_eq!(fields("Parc de l'agence, Lyon\nNom;N° de série\nPC-1;X1\n"), 2);
        assert_eq!(fields("Parc de l'agence, Lyon, 2026\nNom;N° de série;Lieu\nPC-1;X1;Lyon, 2e\nPC-2;X2;Lyon, 3e\n"), 3);
    }

    #[test]
    fn a_french_spreadsheet_of_thirty_years_is_read() {
        let old = b"nom;r\xf4le\r\nb\xe9b\x9cuf;l\x92accueil \x80\r\n";
        let rows = rows(&text(&old[..]).expect("memory can be read")).expect("rows");
        assert_eq!(rows[1].0, 2);
        assert_eq!(rows[1].1.iter().collect::<Vec<_>>(), ["bébœuf", "l’accueil €"]);
    }

    #[test]
    fn a_column_is_called_as_spreadsheets_do() {
        assert_eq!([1, 26, 27, 16_384].map(lettered), ["A", "Z", "AA", "XFD"]);
    }
}
