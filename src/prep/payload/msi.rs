//! A package of Windows Installer: its table of properties (Windows Installer's documentation, "Property Table").

use std::io::{Read as _, Seek as _, SeekFrom};
use std::panic::{self, AssertUnwindSafe};

use msi::{Package, Select};

use super::{About, Form, Source, cut_off, said};
use crate::fault::Why;

/// Rows of the table that are looked at: the largest installers have some hundreds.
const ROWS: usize = 10_000;

/// What a package of Windows Installer says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Msi {
    /// The code of the product, in braces, in capitals: the name of its key under Uninstall.
    pub product_code: String,
    /// Its version.
    pub version: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Who publishes it.
    pub manufacturer: Option<String>,
}

impl From<Msi> for About {
    fn from(msi: Msi) -> About {
        let Msi { product_code, version, name, manufacturer } = msi;
        About { product: name, version, publisher: manufacturer, product_code: Some(product_code), ..About::of(Form::Msi) }
    }
}

/// Reads a package. The crate that does trusts what stands in it and may panic on a damaged one: that is a refusal like any other.
pub fn read(file: &mut impl Source) -> Result<Msi, Why> {
    panic::catch_unwind(AssertUnwindSafe(|| properties(file)))
        .unwrap_or_else(|_| Err(Why::new("its tables are damaged", "ses tables sont abîmées")))
}

fn properties(file: &mut impl Source) -> Result<Msi, Why> {
    let unreadable = |error: std::io::Error| Why::new(error.to_string(), error.to_string());
    let mut package = Package::open(file).map_err(unreadable)?;
    let table = Select::table("Property").columns(&["Property", "Value"]);
    let (mut code, mut version, mut name, mut manufacturer) = (None, None, None, None);
    for row in package.select_rows(table).map_err(unreadable)?.take(ROWS) {
        let (Some(property), Some(value)) = (row[0].as_str(), row[1].as_str()) else { continue };
        match property {
            "ProductCode" => code = said(value),
            "ProductVersion" => version = said(value),
            "ProductName" => name = said(value),
            "Manufacturer" => manufacturer = said(value),
            _ => {}
        }
    }
    // What it installs is in streams of its own, behind the tables.
    let streams: Vec<String> = package.streams().take(ROWS).collect();
    for name in streams {
        let mut stream = package.read_stream(&name).map_err(unreadable)?;
        if stream.seek(SeekFrom::End(0)).map_err(unreadable)? > 0 {
            let last = stream.seek(SeekFrom::End(-1)).and_then(|_| stream.read_exact(&mut [0]));
            last.map_err(|_| cut_off())?;
        }
    }
    let product_code = code.map(|code| code.to_uppercase()).filter(|code| is_code(code));
    let product_code = product_code.ok_or_else(|| Why::new("it has no product code", "il n'a pas de code produit"))?;
    Ok(Msi { product_code, version, name, manufacturer })
}

/// Whether a text is a GUID in braces: `{9A1C2D34-…}`.
fn is_code(text: &str) -> bool {
    /// Digits of each part.
    const PARTS: [usize; 5] = [8, 4, 4, 4, 12];
    let Some(inside) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else { return false };
    let parts: Vec<&str> = inside.split('-').collect();
    let right = |(part, digits): (&&str, &usize)| part.len() == *digits && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.len() == PARTS.len() && parts.iter().zip(&PARTS).all(right)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Cursor;

    use msi::{Column, Insert, PackageType, Value};

    use super::*;

    /// A package with these properties.
    pub(crate) fn package(properties: &[(&str, &str)]) -> Vec<u8> {
        let mut package = Package::create(PackageType::Installer, Cursor::new(Vec::new())).expect("a package");
        let columns =
            vec![Column::build("Property").primary_key().id_string(72), Column::build("Value").localizable().text_string(0)];
        package.create_table("Property", columns).expect("a table");
        let rows = properties.iter().map(|(key, value)| vec![Value::from(*key), Value::from(*value)]).collect();
        package.insert_rows(Insert::into("Property").rows(rows)).expect("rows");
        package.flush().expect("written");
        package.into_inner().expect("bytes").into_inner()
    }

    const CODE: &str = "{9A1C2D34-0000-4000-8000-0123456789AB}";

    #[test]
    fn a_package_tells_its_product_code_and_version() {
        let bytes = package(&[
            ("ProductCode", &CODE.to_lowercase()),
            ("ProductVersion", "24.9.0"),
            ("ProductName", "Kiosk\u{1b}[2J"),
            ("Manufacturer", "Société Exemple"),
        ]);
        let read = read(&mut Cursor::new(&bytes)).expect("a package");
        assert_eq!((read.product_code.as_str(), read.version.as_deref()), (CODE, Some("24.9.0")));
        assert_eq!((read.name.as_deref(), read.manufacturer.as_deref()), (Some("Kiosk [2J"), Some("Société Exemple")));
    }

    #[test]
    fn a_package_of_another_maker_is_read_and_not_where_it_is_cut_off() {
        let bytes = include_bytes!("../../../tests/payloads/kiosk.msi");
        let read = read(&mut Cursor::new(bytes)).expect("a package");
        assert_eq!(read.product_code, "{9A1C2D34-5E6F-4A7B-8C9D-0123456789AB}");
        assert_eq!((read.version.as_deref(), read.name.as_deref()), (Some("2.10.1"), Some("Borne d'accueil")));
        assert_eq!(read.manufacturer.as_deref(), Some("Societe Exemple"));
        for cut in (0..bytes.len()).step_by(64) {
            assert!(super::read(&mut Cursor::new(&bytes[..cut])).is_err(), "cut at {cut} of {}", bytes.len());
        }
    }

    #[test]
    fn a_package_without_a_product_code_is_none() {
        for code in ["", "7-Zip", "{}", "{9A1C2D34-0000-4000-8000-0123456789AG}", "9A1C2D34-0000-4000-8000-0123456789AB"] {
            let bytes = package(&[("ProductCode", code), ("ProductVersion", "1")]);
            assert!(read(&mut Cursor::new(&bytes)).is_err(), "{code:?}");
        }
    }
}
