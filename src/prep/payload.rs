//! What a payload is, read from the file itself: a package, an installer, an archive, and what it says of itself. A file whose
//! name promises one of these and that is not, or not to its end, is refused.

mod cab;
mod deb;
mod exe;
pub mod msi;

use std::io::{self, Read, Seek, SeekFrom};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Why;
use crate::line::one_line;

/// Bytes at the beginning of a file by which its form is known.
const MAGIC: usize = 8;
/// Characters of a text that a payload says of itself.
const TEXT: usize = 200;

/// The form of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// A package of Debian: deb(5).
    Deb,
    /// A package of Windows Installer.
    Msi,
    /// A program of Windows: an installer, mostly.
    Exe,
    /// A zip archive.
    Zip,
    /// A cabinet, as makers of PCs pack drivers.
    Cab,
    /// Anything else: bytes.
    Other,
}

/// What a payload says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// Its form.
    pub form: Form,
    /// What is in it: the name of the package or of the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who publishes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The code by which Windows Installer knows the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_code: Option<String>,
    /// The code that all versions of that product share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade_code: Option<String>,
}

impl About {
    fn of(form: Form) -> About {
        About { form, product: None, version: None, publisher: None, product_code: None, upgrade_code: None }
    }
}

/// A file that is read from anywhere.
pub trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

impl Form {
    /// The form, in the word that profiles and lists have for it.
    pub fn word(self) -> &'static str {
        match self {
            Form::Deb => "deb",
            Form::Msi => "msi",
            Form::Exe => "exe",
            Form::Zip => "zip",
            Form::Cab => "cab",
            Form::Other => "-",
        }
    }

    /// What the end of a name promises.
    fn promised(name: &str) -> Form {
        let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        match end.as_deref() {
            Some("deb") => Form::Deb,
            Some("msi") => Form::Msi,
            Some("exe") => Form::Exe,
            Some("zip") => Form::Zip,
            Some("cab") => Form::Cab,
            _ => Form::Other,
        }
    }

    /// How the file begins.
    fn of_magic(magic: &[u8]) -> Form {
        match magic {
            [b'!', b'<', b'a', b'r', b'c', b'h', b'>', b'\n'] => Form::Deb,
            // A compound file: MS-CFB, 2.2. Documents of Office are such files too.
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] => Form::Msi,
            [b'M', b'S', b'C', b'F', ..] => Form::Cab,
            // An archive with nothing in it has nothing but its end.
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Form::Zip,
            [b'M', b'Z', ..] => Form::Exe,
            _ => Form::Other,
        }
    }
}

/// What a file of this name says of itself. Refused is one whose name promises what it is not.
pub fn read(name: &str, file: &mut impl Source) -> Result<About, Why> {
    let magic = bytes(file, 0, MAGIC as u64).map_err(|error| Why::from(&error))?;
    let promised = Form::promised(name);
    let found = Form::of_magic(&magic);
    if promised != Form::Other && promised != found {
        return Err(no(promised, None));
    }
    let read = match found {
        Form::Deb => deb::read(file),
        Form::Msi => msi::read(file),
        Form::Exe => exe::read(file),
        Form::Zip => zip(file),
        Form::Cab => cab::read(file),
        Form::Other => Ok(About::of(Form::Other)),
    };
    match read {
        // Nobody has said that it is one.
        Err(_) if promised == Form::Other => Ok(About::of(Form::Other)),
        read => read.map_err(|why| no(promised, Some(why))),
    }
}

/// An archive is known by the list at its end, which one that is cut off does not have.
fn zip(file: &mut impl Source) -> Result<About, Why> {
    let archive = zip::ZipArchive::new(file).map_err(|error| Why::new(error.to_string(), error.to_string()))?;
    match archive.is_empty() {
        true => Err(Why::new("nothing is in it", "il n'y a rien dedans")),
        false => Ok(About::of(Form::Zip)),
    }
}

/// It is not what its name says.
fn no(form: Form, why: Option<Why>) -> Why {
    let (english, french) = match form {
        Form::Deb => ("no whole Debian package", "ce n'est pas un paquet Debian complet"),
        Form::Msi => ("no whole package of Windows Installer", "ce n'est pas un paquet Windows Installer complet"),
        Form::Exe => ("no whole program of Windows", "ce n'est pas un programme Windows complet"),
        Form::Zip => ("no whole zip archive", "ce n'est pas une archive zip complète"),
        Form::Cab => ("no whole cabinet", "ce n'est pas un fichier .cab complet"),
        Form::Other => ("no whole file", "ce n'est pas un fichier complet"),
    };
    let (more_en, more_fr) = why.map(|why| (format!(" ({})", why.english), format!(" ({})", why.french))).unwrap_or_default();
    Why::new(format!("{english}{more_en}"), format!("{french}{more_fr}"))
}

/// It ends before it should.
fn cut_off() -> Why {
    Why::new("it is cut off", "il est tronqué")
}

/// At most so many bytes from a place in a file.
fn bytes(file: &mut impl Source, at: u64, most: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How long a file is.
fn length(file: &mut impl Source) -> Result<u64, Why> {
    file.seek(SeekFrom::End(0)).map_err(|error| Why::from(&error))
}

/// A text of a payload on one line; nothing where there is none.
fn said(text: &str) -> Option<String> {
    let line: String = one_line(text).chars().take(TEXT).collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn refused(name: &str, bytes: &[u8]) -> String {
        super::read(name, &mut Cursor::new(bytes)).expect_err(name).english
    }

    #[test]
    fn what_its_name_promises_and_is_not_is_refused() {
        let page = b"<!DOCTYPE html><title>404 Not Found</title>".repeat(50);
        for name in ["setup.exe", "setup.MSI", "drivers.zip", "drivers.cab", "kioskd.deb"] {
            assert!(refused(name, &page).starts_with("no whole "), "{name}");
            assert!(refused(name, b"").starts_with("no whole "), "{name}");
            // The beginning is right, and nothing follows.
            for magic in [&b"MZ"[..], b"!<arch>\n", b"PK\x03\x04", b"MSCF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
                assert!(refused(name, magic).starts_with("no whole "), "{name}");
            }
        }
        let read = super::read("404.html", &mut Cursor::new(&page)).expect("bytes");
        assert_eq!(read, About::of(Form::Other));
        let document = super::read("letter.doc", &mut Cursor::new(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...")).expect("bytes");
        assert_eq!(document.form, Form::Other);
    }

    #[test]
    fn a_package_of_windows_installer_tells_its_product_and_not_where_it_is_cut_off() {
        let bytes = include_bytes!("../../tests/payloads/kiosk.msi");
        let about = super::read("kiosk.msi", &mut Cursor::new(bytes)).expect("a package");
        assert_eq!(about.product_code.as_deref(), Some("{9A1C2D34-5E6F-4A7B-8C9D-0123456789AB}"));
        assert_eq!((about.version.as_deref(), about.product.as_deref()), (Some("2.10.1"), Some("Borne d'accueil")));
        assert_eq!(about.publisher.as_deref(), Some("Société Exemple"));
        for cut in (0..bytes.len()).step_by(64) {
            refused("kiosk.msi", &bytes[..cut]);
        }
    }

    #[test]
    fn an_archive_that_is_cut_off_is_refused() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("net.inf", zip::write::SimpleFileOptions::default()).expect("a part");
        io::Write::write_all(&mut writer, b"[Version]").expect("memory takes it");
        let bytes = writer.finish().expect("an archive").into_inner();
        assert_eq!(super::read("drivers.zip", &mut Cursor::new(&bytes)).map(|about| about.form), Ok(Form::Zip));
        for cut in 0..bytes.len() {
            refused("drivers.zip", &bytes[..cut]);
        }
        let empty = zip::ZipWriter::new(Cursor::new(Vec::new())).finish().expect("an archive").into_inner();
        assert!(refused("drivers.zip", &empty).contains("nothing is in it"));
    }
}
