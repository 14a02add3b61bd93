//! A program of Windows: PE (Microsoft's "PE Format"), and its version resource (Win32's `VS_VERSIONINFO`).

use object::endian::LittleEndian as LE;
use object::pe::{self, ImageDosHeader, ImageNtHeaders32, ImageNtHeaders64};
use object::read::pe::{ImageNtHeaders, ResourceDirectory, ResourceDirectoryEntryData, ResourceDirectoryTable, SectionTable};

use super::{About, Form, Source, bytes, cut_off, length, said};
use crate::fault::Why;

/// Bytes in which the headers stand: linkers put them into the first four thousand.
const HEADERS: u64 = 64 << 10;
/// Bytes at the beginning of the resources in which their tables stand.
const TABLES: u64 = 1 << 20;
/// Bytes of a version resource.
const VERSION: u64 = 64 << 10;
/// Texts of a version resource.
const TEXTS: usize = 1_000;

/// What the headers tell.
struct Headers<'a> {
    sections: SectionTable<'a>,
    /// Where the resources are, in memory.
    resources: Option<u32>,
    /// The least length of the whole file.
    end: u64,
}

/// Reads a program. One without a version resource is a program all the same.
pub(super) fn read(file: &mut impl Source) -> Result<About, Why> {
    let head = bytes(file, 0, HEADERS).map_err(|error| Why::from(&error))?;
    let headers = match object::read::pe::optional_header_magic(&head[..]) {
        Ok(pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC) => headers::<ImageNtHeaders64>(&head),
        Ok(_) => headers::<ImageNtHeaders32>(&head),
        Err(error) => Err(error),
    };
    let headers = headers.map_err(|error| Why::new(error.to_string(), error.to_string()))?;
    if length(file)? < headers.end {
        return Err(cut_off());
    }
    let about = About::of(Form::Exe);
    let Some(version) = version(file, &headers) else { return Ok(about) };
    let text = |wanted: &str| texts(&version).into_iter().find(|(key, _)| key == wanted).and_then(|(_, text)| said(&text));
    Ok(About {
        product: text("ProductName").or_else(|| text("FileDescription")),
        version: text("ProductVersion").or_else(|| text("FileVersion")).or_else(|| fixed(&version)),
        publisher: text("CompanyName"),
        ..about
    })
}

fn headers<'a, Pe: ImageNtHeaders>(head: &'a [u8]) -> object::read::Result<Headers<'a>> {
    let dos = ImageDosHeader::parse(head)?;
    let mut at = dos.nt_headers_offset().into();
    let (headers, directories) = Pe::parse(head, &mut at)?;
    let sections = headers.sections(head, at)?;
    let ends = sections.iter().map(|section| {
        let (offset, size) = section.pe_file_range();
        u64::from(offset) + u64::from(size)
    });
    // Unlike all others this one tells a place in the file; a signature stands at its end.
    let signature = directories.get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY).map(|directory| {
        let (offset, size) = directory.address_range();
        u64::from(offset) + u64::from(size)
    });
    let resources = directories.get(pe::IMAGE_DIRECTORY_ENTRY_RESOURCE).map(|directory| directory.address_range().0);
    Ok(Headers { sections, resources: resources.filter(|at| *at != 0), end: ends.chain(signature).max().unwrap_or(0) })
}

/// The bytes of the version resource.
fn version(file: &mut impl Source, headers: &Headers<'_>) -> Option<Vec<u8>> {
    let (at, size) = headers.sections.pe_file_range_at(headers.resources?)?;
    let tables = bytes(file, at.into(), TABLES.min(size.into())).ok()?;
    let directory = ResourceDirectory::new(&tables);
    let is_version = |entry: &&pe::ImageResourceDirectoryEntry| entry.name_or_id().id() == Some(pe::RT_VERSION);
    let kinds = directory.root().ok()?;
    let names = kinds.entries.iter().find(is_version)?.data(directory).ok()?.table()?;
    // By name, then by language: of each the first.
    let first = |table: ResourceDirectoryTable<'_>| table.entries.first()?.data(directory).ok();
    let ResourceDirectoryEntryData::Data(entry) = first(first(names)?.table()?)? else { return None };
    let (at, room) = headers.sections.pe_file_range_at(entry.offset_to_data.get(LE))?;
    bytes(file, at.into(), VERSION.min(entry.size.get(LE).into()).min(room.into())).ok()
}

/// A part of a version resource: its key, its value, and the parts in it.
struct Part<'a> {
    key: String,
    /// In bytes.
    value: &'a [u8],
    inside: &'a [u8],
    /// What follows it.
    after: &'a [u8],
}

/// Each begins with its length, that of its value, its type and its key; value and parts begin at places that 4 divides, counted
/// from the beginning of the resource, as every part itself does.
fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let word = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let (length, value_length, is_text) = (usize::from(word(0)?), usize::from(word(2)?), word(4)? == 1);
    let whole = bytes.get(..length.min(bytes.len())).filter(|whole| whole.len() > 6)?;
    let units = whole[6..].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let key: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
    let value_at = (6 + 2 * (key.len() + 1)).next_multiple_of(4);
    // Of a text the length is told in characters.
    let value_end = value_at + value_length * if is_text { 2 } else { 1 };
    Some(Part {
        key: String::from_utf16_lossy(&key),
        value: whole.get(value_at..value_end.min(whole.len())).unwrap_or_default(),
        inside: whole.get(value_end.next_multiple_of(4)..).unwrap_or_default(),
        after: bytes.get(length.next_multiple_of(4)..).unwrap_or_default(),
    })
}

/// The parts that follow each other, as far as they can be read.
fn parts(bytes: &[u8]) -> impl Iterator<Item = Part<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let part = part(rest)?;
        rest = part.after;
        Some(part)
    })
    .take(TEXTS)
}

/// The texts in the first language that has some.
fn texts(version: &[u8]) -> Vec<(String, String)> {
    let Some(whole) = part(version) else { return Vec::new() };
    let of_files = parts(whole.inside).find(|part| part.key == "StringFileInfo");
    let table = of_files.and_then(|of_files| parts(of_files.inside).find(|table| !table.inside.is_empty()));
    let text = |part: Part<'_>| {
        let units = part.value.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
        let units: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        (part.key, String::from_utf16_lossy(&units))
    };
    table.map(|table| parts(table.inside).map(text).collect()).unwrap_or_default()
}

/// The version of the file in numbers: `VS_FIXEDFILEINFO`.
fn fixed(version: &[u8]) -> Option<String> {
    /// Its mark.
    const SIGNATURE: u32 = 0xfeef_04bd;
    let value = part(version)?.value;
    let long = |at: usize| Some(u32::from_le_bytes(value.get(at..at + 4)?.try_into().ok()?));
    let (high, low) = (long(8)?, long(12)?);
    (long(0)? == SIGNATURE).then(|| format!("{}.{}.{}.{}", high >> 16, high & 0xffff, low >> 16, low & 0xffff))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const PROGRAM: &[u8] = include_bytes!("../../../tests/payloads/kiosk.exe");

    #[test]
    fn a_program_tells_its_version_and_who_made_it() {
        let about = read(&mut Cursor::new(PROGRAM)).expect("a program");
        assert_eq!((about.product.as_deref(), about.version.as_deref()), (Some("Kiosque"), Some("24.9")));
        assert_eq!(about.publisher.as_deref(), Some("Societe Exemple"));
        let read = read(&mut Cursor::new(PROGRAM));
        assert_eq!(read, Ok(about));
    }

    #[test]
    fn where_no_text_tells_the_version_its_numbers_do() {
        // The key of each text that tells it, in other letters.
        let mut bytes = PROGRAM.to_vec();
        for key in ["ProductVersion", "FileVersion"] {
            let units: Vec<u8> = key.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let at = bytes.windows(units.len()).position(|window| window == units).expect("its key");
            bytes[at] = b'X';
        }
        assert_eq!(read(&mut Cursor::new(bytes)).expect("a program").version.as_deref(), Some("24.9.0.1"));
    }

    #[test]
    fn a_program_that_is_cut_off_is_refused_wherever_it_is() {
        // Behind the last section a linker fills up to a whole block.
        let end = PROGRAM.iter().rposition(|byte| *byte != 0).expect("bytes");
        for cut in 0..end {
            assert!(read(&mut Cursor::new(&PROGRAM[..cut])).is_err(), "cut at {cut} of {end}");
        }
    }

    #[test]
    fn a_version_resource_that_leads_nowhere_is_none() {
        for length in 0..=255u8 {
            let bytes = [length, 0, length, 0, 1, 0, b'S', 0, 0, 0, 0, 0, 4, 0, 0, 0];
            assert_eq!((texts(&bytes), fixed(&bytes)), (Vec::new(), None), "{length}");
        }
    }
}
