//! What a Windows Installer package (.msi) says of itself: its product, read from its tables. A file is hostile, and so is one that
//! was cut off on its way.
//!
//! A package is a compound file (\[MS-CFB\]) whose streams are the tables of a database. The crate msi reads all of them and takes
//! what they say for granted; three streams are enough here.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;

use cfb::CompoundFile;

use super::{About, Form, Source, cut_off, said};
use crate::fault::Why;

/// Streams of a package: the largest have some thousands.
const STREAMS: usize = 100_000;

/// Bytes that are read of a package in all: the largest have tables of a few megabytes.
const MOST: u64 = 64 << 20;
/// Bytes of one of its tables.
const LONGEST_TABLE: u64 = 16 << 20;
/// Letters of what is kept of a value.
const LONGEST_VALUE: usize = 256;

/// A product that a package installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// The code under which Windows lists it: a GUID in braces, in capitals.
    pub code: String,
    /// The code that all its versions share, where it has one.
    pub upgrade_code: Option<String>,
    /// What it is called.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Who made it, where it says so.
    pub publisher: Option<String>,
}

/// Reads a package, whose streams are all there to their ends: what it installs is in those behind its tables.
pub(super) fn read(file: &mut impl Source) -> Result<About, Why> {
    let Product { code, upgrade_code, name, version, publisher } = product(&mut *file)?;
    let mut whole = CompoundFile::open(file).map_err(unreadable)?;
    let streams = whole.walk().filter(|entry| entry.is_stream() && !entry.is_empty()).take(STREAMS);
    let paths: Vec<PathBuf> = streams.map(|entry| entry.path().to_owned()).collect();
    for path in paths {
        let mut stream = whole.open_stream(path).map_err(unreadable)?;
        stream.seek(SeekFrom::End(-1)).and_then(|_| stream.read_exact(&mut [0])).map_err(|_| cut_off())?;
    }
    let (product, version, product_code) = (said(&name), said(&version), Some(code));
    let about = About { product, version, product_code, upgrade_code, ..About::of(Form::Msi) };
    Ok(About { publisher: publisher.as_deref().and_then(said), ..about })
}

fn unreadable(error: io::Error) -> Why {
    Why::new(error.to_string(), error.to_string())
}

/// The product of a package.
///
/// # Errors
/// It is no package of Windows Installer, is cut off, or does not tell its product.
pub fn product(file: impl Read + Seek) -> Result<Product, Why> {
    let mut streams = CompoundFile::open(Bounded { inner: file, left: MOST }).map_err(unreadable)?;
    let mut table = |name: &str| {
        let stream = streams.open_stream(stream_name(name))?;
        let mut bytes = Vec::new();
        stream.take(LONGEST_TABLE).read_to_end(&mut bytes)?;
        Ok::<Vec<u8>, io::Error>(bytes)
    };
    let pool = table("_StringPool").map_err(unreadable)?;
    let data = table("_StringData").map_err(unreadable)?;
    let properties = table("Property").map_err(unreadable)?;
    let lacks = |what: &str| Why::new(format!("it does not tell its {what}"), format!("il ne dit pas sa propriété {what}"));
    let strings = Strings::new(&pool, &data).ok_or_else(|| lacks("_StringPool"))?;
    let property = |name: &str| strings.property(&properties, name).filter(|value| !value.is_empty());
    let code = property("ProductCode").filter(|code| is_guid(code)).ok_or_else(|| lacks("ProductCode"))?;
    let version = property("ProductVersion").ok_or_else(|| lacks("ProductVersion"))?;
    Ok(Product {
        code: code.to_uppercase(),
        upgrade_code: property("UpgradeCode").filter(|code| is_guid(code)).map(|code| code.to_uppercase()),
        name: property("ProductName").ok_or_else(|| lacks("ProductName"))?,
        version,
        publisher: property("Manufacturer"),
    })
}

/// Whether a text is a GUID in braces.
pub fn is_guid(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    inner.is_some_and(|inner| {
        let lengths: Vec<usize> = inner.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && inner.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
    })
}

/// A file of which no more than so many bytes are read, wherever they stand.
struct Bounded<F> {
    inner: F,
    left: u64,
}

impl<F: Read> Read for Bounded<F> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| io::Error::other("its tables have no end"))?;
        Ok(read)
    }
}

impl<F: Seek> Seek for Bounded<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// The name of the stream that holds a table: a mark, then letters in twos, so that long names fit into a directory entry.
fn stream_name(table: &str) -> String {
    /// It marks a table (as Windows Installer, libmsi and the crate msi write it).
    const TABLE: char = '\u{4840}';
    const TWO: u32 = 0x3800;
    const ONE: u32 = 0x4800;
    let number = |letter: u8| match letter {
        b'0'..=b'9' => Some(u32::from(letter - b'0')),
        b'A'..=b'Z' => Some(u32::from(letter - b'A') + 10),
        b'a'..=b'z' => Some(u32::from(letter - b'a') + 36),
        b'.' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    let encoded = table.as_bytes().chunks(2).filter_map(|letters| match *letters {
        [one, two] => char::from_u32(TWO + number(one)? + (number(two)? << 6)),
        [one] => char::from_u32(ONE + number(one)?),
        _ => None,
    });
    [TABLE].into_iter().chain(encoded).collect()
}

/// The texts of the database, which its tables refer to by number.
struct Strings<'a> {
    /// Where each begins and ends, the first of them being number 1.
    places: Vec<(usize, usize)>,
    data: &'a [u8],
    /// Bytes of a reference.
    width: usize,
}

impl<'a> Strings<'a> {
    /// From the streams of lengths and of letters.
    fn new(pool: &[u8], data: &'a [u8]) -> Option<Strings<'a>> {
        /// In the first number, beside the code page: references have three bytes.
        const LONG: u32 = 0x8000_0000;
        let (head, mut rest) = pool.split_first_chunk::<4>()?;
        let width = if u32::from_le_bytes(*head) & LONG == 0 { 2 } else { 3 };
        let (mut places, mut at) = (Vec::new(), 0_usize);
        while let Some((entry, after)) = rest.split_first_chunk::<4>() {
            rest = after;
            let mut length = usize::from(u16::from_le_bytes([entry[0], entry[1]]));
            let uses = u16::from_le_bytes([entry[2], entry[3]]);
            if length == 0 && uses > 0 {
                // One that is longer than 16 bits can say has its length in the next entry.
                let (long, after) = rest.split_first_chunk::<4>()?;
                length = usize::try_from(u32::from_le_bytes(*long)).ok()?;
                rest = after;
            }
            let end = at.checked_add(length).filter(|&end| end <= data.len())?;
            places.push((at, end));
            at = end;
        }
        Some(Strings { places, data, width })
    }

    /// The bytes of a text by its number.
    fn bytes(&self, number: usize) -> Option<&'a [u8]> {
        let (from, to) = *self.places.get(number.checked_sub(1)?)?;
        self.data.get(from..to)
    }

    /// A text by its number, of which no more is looked at than is kept. Those of other code pages than UTF-8 are Western in
    /// nearly all packages; of a name only is that seen.
    fn text(&self, number: usize) -> Option<String> {
        let whole = self.bytes(number)?;
        let bytes = whole.get(..4 * LONGEST_VALUE).unwrap_or(whole);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            // The cut went through a letter.
            Err(error) if bytes.len() < whole.len() && error.error_len().is_none() => String::from_utf8_lossy(bytes).into_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        };
        Some(text.chars().take(LONGEST_VALUE).collect())
    }

    /// The value of a property: the table has all names first, then all values.
    fn property(&self, table: &[u8], name: &str) -> Option<String> {
        let rows = table.len() / (2 * self.width);
        let reference = |at: usize| {
            let bytes = table.get(at * self.width..(at + 1) * self.width)?;
            Some(bytes.iter().rev().fold(0_usize, |number, &byte| number << 8 | usize::from(byte)))
        };
        let is_it = |row: &usize| reference(*row).and_then(|number| self.bytes(number)) == Some(name.as_bytes());
        let row = (0..rows).find(is_it)?;
        self.text(reference(rows + row)?)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::{Cursor, Write};
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// A package with these properties and nothing else.
    pub(crate) fn package(properties: &[(&str, &str)]) -> Vec<u8> {
        let texts: Vec<&str> = properties.iter().flat_map(|(name, value)| [*name, *value]).collect();
        let references = |offset: usize| {
            (0..properties.len())
                .flat_map(move |row| u16::try_from(2 * row + offset).expect("few").to_le_bytes())
                .collect::<Vec<u8>>()
        };
        with_table(&texts, &[references(1), references(2)].concat())
    }

    /// A package with these texts, and this table of properties that refers to them.
    fn with_table(texts: &[&str], table: &[u8]) -> Vec<u8> {
        let mut pool = 65001_u32.to_le_bytes().to_vec();
        for text in texts {
            match u16::try_from(text.len()) {
                Ok(length) => pool.extend(length.to_le_bytes()),
                // Its length does not fit, and stands in the next entry.
                Err(_) => pool.extend([0, 0]),
            }
            pool.extend(1_u16.to_le_bytes());
            if text.len() > usize::from(u16::MAX) {
                pool.extend(u32::try_from(text.len()).expect("not that long").to_le_bytes());
            }
        }
        let mut file = CompoundFile::create(Cursor::new(Vec::new())).expect("a compound file");
        for (name, bytes) in [("_StringPool", pool), ("_StringData", texts.concat().into_bytes()), ("Property", table.to_vec())] {
            file.create_stream(stream_name(name)).and_then(|mut stream| stream.write_all(&bytes)).expect("a stream");
        }
        file.flush().expect("flushed");
        file.into_inner().into_inner()
    }

    const KIOSK: &[(&str, &str)] = &[
        ("ProductCode", "{0e7b7f5d-2f0a-4b53-9d0a-5a3c0a3d1f11}"),
        ("ProductName", "Kiosk"),
        ("ProductVersion", "2.10.0"),
        ("Manufacturer", "Papeterie"),
    ];

    #[test]
    fn a_package_tells_its_product() {
        let product = product(Cursor::new(package(KIOSK))).expect("a package");
        assert_eq!(product.code, "{0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11}");
        assert_eq!((product.name.as_str(), product.version.as_str()), ("Kiosk", "2.10.0"));
        assert_eq!((product.publisher.as_deref(), product.upgrade_code), (Some("Papeterie"), None));
        let with = |code: &str| package(&[KIOSK, &[("UpgradeCode", code)]].concat());
        let upgrade_code = |code: &str| super::product(Cursor::new(with(code))).expect("a package").upgrade_code;
        let code = "{6b2c1a90-7d35-4e0c-8a4f-1e2d3c4b5a69}";
        assert_eq!((upgrade_code(code), upgrade_code("none")), (Some(code.to_uppercase()), None));
    }

    #[test]
    fn a_text_without_an_end_to_which_every_row_refers_is_looked_at_once() {
        let (long, rows) = ("x".repeat(1 << 20), 100_000);
        let table = 1_u16.to_le_bytes().repeat(2 * rows);
        let began = Instant::now();
        let why = product(Cursor::new(with_table(&[&long], &table))).expect_err("refused").english;
        assert!(why.contains("ProductCode"), "{why}");
        // To copy all of it for each row takes minutes.
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    }

    #[test]
    fn of_a_long_text_the_beginning_is_kept_and_no_letter_is_cut_in_two() {
        for letter in ["x", "é", "€", "𝄞"] {
            let long = format!("Kiosk {}", letter.repeat(70_000));
            let mut texts: Vec<&str> = KIOSK.iter().flat_map(|(name, value)| [*name, *value]).collect();
            texts[3] = &long;
            let numbers = |from: usize| (0..KIOSK.len()).flat_map(move |row| ((2 * row + from) as u16).to_le_bytes());
            let bytes = with_table(&texts, &numbers(1).chain(numbers(2)).collect::<Vec<u8>>());
            let name = product(Cursor::new(bytes)).expect("a package").name;
            assert_eq!(name, long.chars().take(LONGEST_VALUE).collect::<String>());
        }
    }

    #[test]
    fn a_package_as_it_is_built_is_read_too() {
        // By wixl from tests/windows/prep/kiosk.wxs.
        let product = product(Cursor::new(include_bytes!("../../../tests/packages/kiosk.msi"))).expect("a package");
        assert_eq!((product.name.as_str(), product.version.as_str()), ("Kiosk Shell", "2.10.0"));
        assert_eq!(product.code, "{0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11}");
    }

    #[test]
    fn a_stream_is_called_as_windows_installer_calls_it() {
        // From the directory of a package made by wixl.
        assert_eq!(stream_name("_StringPool"), "\u{4840}\u{3f3f}\u{4577}\u{446c}\u{3e6a}\u{44b2}\u{482f}");
        assert_eq!(stream_name("Property"), "\u{4840}\u{4559}\u{44f2}\u{4568}\u{4737}");
    }

    #[test]
    fn what_is_no_package_or_does_not_tell_its_product_is_refused() {
        let why = |bytes: &[u8]| product(Cursor::new(bytes)).expect_err("refused").english;
        assert!(!why(&[0; 2048]).is_empty() && !why(b"").is_empty());
        assert!(why(&package(&KIOSK[1..])).contains("ProductCode"));
        assert!(why(&package(&[("ProductCode", "x"), KIOSK[1], KIOSK[2]])).contains("ProductCode"));
        assert!(why(&package(&KIOSK[..2])).contains("ProductVersion"));
        let whole = package(KIOSK);
        assert!(!why(&whole[..2048]).is_empty());
    }

    proptest! {
        #[test]
        fn a_package_that_is_cut_off_or_damaged_harms_nobody(cut in 0_usize..6000, at in 0_usize..6000, byte: u8, two in 0_usize..6000) {
            let mut bytes = package(KIOSK);
            let size = bytes.len();
            bytes[at % size] = byte;
            bytes[two % size] ^= byte;
            let _ = product(Cursor::new(&bytes));
            bytes.truncate(cut);
            let _ = product(Cursor::new(&bytes));
        }
    }
}
