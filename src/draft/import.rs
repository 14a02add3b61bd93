//! The devices of a site as somebody's table has them, made a plan: what cannot be read is told row by row, and the rest is kept.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::Ipv4Addr;

use super::string;
use crate::fault::Why;
use crate::language::Language;
use crate::line::one_line;
use crate::net::Mac;
use crate::sheet::{self, FIELD, Field, place, workbook};
use crate::site::Fixed;

pub mod merge;

/// Devices of one site: none has more.
const DEVICES: usize = 10_000;

/// What a table holds.
#[derive(Debug, Default, PartialEq)]
pub struct Imported {
    /// The devices, in its order.
    pub devices: Vec<Fixed>,
    /// What could not be read, each with its place.
    pub complaints: Vec<Why>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Name,
    Role,
    System,
    Address,
    Mac,
}

/// How each column may be called, in English and in French.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Name,
        &["name", "host", "hostname", "device", "nom", "hôte", "hote", "machine", "équipement", "equipement", "appareil"],
    ),
    (Column::Role, &["role", "rôle", "function", "fonction", "usage"]),
    (Column::System, &["system", "os", "système", "systeme", "système d'exploitation"]),
    (Column::Address, &["address", "ip", "ip address", "ipv4", "adresse", "adresse ip", "@ip"]),
    (Column::Mac, &["mac", "mac address", "adresse mac", "@mac"]),
];

/// Reads a table: what Excel and others write (.xlsx), LibreOffice's (.ods), else text. The error is one line: there is no table
/// of devices in it.
pub fn read(bytes: Vec<u8>) -> std::result::Result<Imported, Why> {
    let mut imported = Imported::default();
    if workbook::is(&bytes) {
        read_workbook(bytes, &mut imported)?;
    } else {
        let text = sheet::text(&bytes[..]).map_err(|error| Why::from(&error))?;
        let rows = sheet::rows(&text)?.into_iter().map(|(line, record)| (line as u32, sheet::fields(&record)));
        table(None, rows.collect(), &mut imported);
    }
    if imported.devices.is_empty() {
        let first = imported.complaints.first().map(|why| (format!(": {}", why.english), format!(" : {}", why.french)));
        let (english, french) = first.unwrap_or_default();
        return Err(Why::new(format!("no device in it{english}"), format!("aucun appareil dedans{french}")));
    }
    Ok(imported)
}

/// Reads every sheet of a workbook that is shown.
fn read_workbook(bytes: Vec<u8>, imported: &mut Imported) -> std::result::Result<(), Why> {
    for sheet in workbook::sheets(bytes)? {
        imported.complaints.extend(sheet.complaint());
        if !sheet.hidden {
            table(Some(&sheet.name), sheet.rows, imported);
        }
    }
    Ok(())
}

/// Reads the rows of one table into what is known so far.
fn table(sheet: Option<&str>, rows: Vec<(u32, Vec<Field>)>, imported: &mut Imported) {
    let mut columns: Option<HashMap<u32, Column>> = None;
    for (row, fields) in rows {
        let fields: Vec<Field> =
            fields.into_iter().filter(|(_, text)| !matches!(text, Ok(text) if text.trim().is_empty())).collect();
        let Some(columns) = &columns else {
            let found = headed(&fields);
            // A title may stand above the headings.
            if found.values().any(|column| *column == Column::Address) {
                columns = Some(found);
            }
            continue;
        };
        if fields.is_empty() {
            continue;
        }
        match device(columns, &fields).and_then(|device| unlike(device, &imported.devices)) {
            Ok(device) if imported.devices.len() < DEVICES => imported.devices.push(device),
            Ok(_) => {
                let why = Why::new(format!("more than {DEVICES} devices"), format!("plus de {DEVICES} appareils"));
                imported.complaints.push(place(sheet, Some(row), None, why));
                return;
            }
            Err((column, why)) => imported.complaints.push(place(sheet, Some(row), column, why)),
        }
    }
    if columns.is_none() {
        let why = Why::new("no row of headings with \"address\"", "pas de ligne de titres avec « adresse »");
        imported.complaints.push(place(sheet, None, None, why));
    }
}

fn headed(fields: &[Field]) -> HashMap<u32, Column> {
    let known = |text: &str| {
        let name = one_line(text).to_lowercase().replace(['_', '-'], " ");
        HEADINGS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
    };
    let mut columns: HashMap<u32, Column> = HashMap::new();
    for (at, text) in fields {
        // Of two that are called alike the first.
        let column = text.as_deref().ok().and_then(known).filter(|column| !columns.values().any(|other| other == column));
        columns.extend(column.map(|column| (*at, column)));
    }
    columns
}

/// The device of a row; else the column, counted from 1, and what is wrong there.
fn device(columns: &HashMap<u32, Column>, fields: &[Field]) -> std::result::Result<Fixed, (Option<u32>, Why)> {
    let mut texts: HashMap<Column, (u32, String)> = HashMap::new();
    for (at, text) in fields {
        let Some(column) = columns.get(at) else { continue };
        let text = one_line(text.as_deref().map_err(|why| (Some(*at), why.clone()))?);
        if text.chars().count() > FIELD {
            return Err((Some(*at), Why::new(format!("more than {FIELD} characters"), format!("plus de {FIELD} caractères"))));
        }
        texts.insert(*column, (*at, text));
    }
    let wrong = |at: u32, text: &str, english: &str, french: &str| {
        (Some(at), Why::new(format!("{text:?} is no {english}"), format!("{text:?} n'est pas {french}")))
    };
    let Some((at, address)) = texts.get(&Column::Address) else {
        return Err((None, Why::new("no address", "pas d'adresse")));
    };
    let address: Ipv4Addr = address.parse().map_err(|_| wrong(*at, address, "IPv4 address", "une adresse IPv4"))?;
    let mac = texts
        .get(&Column::Mac)
        .map(|(at, text)| text.parse::<Mac>().map_err(|_| wrong(*at, text, "MAC address", "une adresse MAC")));
    let text = |column| texts.get(&column).map(|(_, text)| text.clone());
    let name = text(Column::Name).unwrap_or_else(|| address.to_string());
    Ok(Fixed { name, address, mac: mac.transpose()?, role: text(Column::Role), system: text(Column::System) })
}

/// Refuses a device that has the name or the address of another one.
fn unlike(device: Fixed, others: &[Fixed]) -> std::result::Result<Fixed, (Option<u32>, Why)> {
    let (name, ip) = (&device.name, device.address);
    if let Some(other) = others.iter().find(|other| other.address == ip) {
        let other = &other.name;
        let why = Why::new(format!("{ip} is given to {other:?} already"), format!("{ip} est déjà attribuée à {other:?}"));
        return Err((None, why));
    }
    if let Some(other) = others.iter().find(|other| other.name.eq_ignore_ascii_case(name)) {
        let ip = other.address;
        let why = Why::new(format!("there is a {name:?} already, at {ip}"), format!("il y a déjà {name:?}, en {ip}"));
        return Err((None, why));
    }
    Ok(device)
}

/// The devices as a plan.
pub fn plan(devices: &[Fixed], from: &str, language: Language) -> String {
    let from = one_line(from);
    let opening = language.pick(
        format!("# Imported from {from}. Then run: trousse site check FILE\n"),
        format!("# Importé de {from}. Lancez ensuite : trousse site check FICHIER\n"),
    );
    let mut text = opening;
    for device in devices {
        let _ = write!(text, "\n[[fixed]]\nname = {}\naddress = \"{}\"\n", string(&device.name), device.address);
        for (key, value) in [("role", &device.role), ("system", &device.system), ("mac", &device.mac.map(|mac| mac.to_string()))]
        {
            if let Some(value) = value {
                let _ = writeln!(text, "{key} = {}", string(value));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use std::io::Cursor;

    use super::*;
    use crate::site::Plan;

    fn told(imported: &Imported) -> Vec<&str> {
        imported.complaints.iter().map(|why| why.english.as_str()).collect()
    }

    #[test]
    fn a_french_table_becomes_a_plan_with_role_and_system() {
        let table = b"Nom;R\xf4le;Syst\xe8me;Adresse IP;Adresse MAC\r\n\
            ad-1;annuaire;Debian 12;10.0.0.2;02-00-00-00-00-02\r\n;;;;\r\n\"a\"\"\nb\";;;10.0.0.3;\r\n";
        let imported = read(table.to_vec()).expect("a table");
        assert_eq!(told(&imported), [""; 0]);
        let text = plan(&imported.devices, "h\u{1b}.csv", Language::Fr);
        let read = Plan::parse(&text).expect("a plan");
        assert_eq!(read.fixed, imported.devices);
        assert_eq!((read.fixed[0].role.as_deref(), read.fixed[0].system.as_deref()), (Some("annuaire"), Some("Debian 12")));
        assert_eq!(read.fixed[1].name, "a\" b");
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn a_row_that_cannot_be_read_costs_itself_only() {
        let table = "\u{feff}name,address,mac\nbox,10.0.0.1,\nbad,10.0.0.300,\ncard,10.0.0.4,xyz\nBOX,10.0.0.5,\ntwice,10.0.0.1,\nlast,10.0.0.9,\n";
        let imported = read(table.as_bytes().to_vec()).expect("a table");
        assert_eq!(imported.devices.iter().map(|device| device.name.as_str()).collect::<Vec<_>>(), ["box", "last"]);
        let expected = [
            "line 3, column B: \"10.0.0.300\" is no IPv4 address",
            "line 4, column C: \"xyz\" is no MAC address",
            "line 5: there is a \"BOX\" already, at 10.0.0.1",
            "line 6: 10.0.0.1 is given to \"box\" already",
        ];
        assert_eq!(told(&imported), expected);
        assert_eq!(imported.complaints[0].french, "ligne 3, colonne B : \"10.0.0.300\" n'est pas une adresse IPv4");
    }

    /// Title above the headings, merged cells, formulas, dates, a cell at the far corner, a hidden sheet.
    #[test]
    fn a_workbook_is_read_cell_by_cell() {
        let imported = read(include_bytes!("../../tests/tables/hosts.xlsx").to_vec()).expect("a table");
        let devices: Vec<String> =
            imported.devices.iter().map(|device| format!("{} {} {:?}", device.name, device.address, device.role)).collect();
        assert_eq!(devices, ["ad-1 10.0.0.2 Some(\"annuaire\")", "ad-2 10.0.0.3 None", "12 10.0.0.12 None"]);
        let expected = [
            "sheet \"Machines\", row 6, column D: the formula came to #REF!",
            "sheet \"Machines\", row 7, column D: a date is no text: set the cell to text",
            "sheet \"Machines\", row 10: there is a \"ad-1\" already, at 10.0.0.2",
            "sheet \"Machines\", row 11: 10.0.0.2 is given to \"ad-1\" already",
            "sheet \"Machines\", row 12: no address",
            "sheet \"Machines\", row 1048576: no address",
            "sheet \"Secret\": hidden, and left out",
        ];
        assert_eq!(told(&imported), expected);
    }

    /// The same as LibreOffice writes it: what is alike side by side or below each other stands there once, with its number.
    #[test]
    fn a_workbook_of_libreoffice_is_read_cell_by_cell() {
        let imported = read(include_bytes!("../../tests/tables/hosts.ods").to_vec()).expect("a table");
        let devices: Vec<String> = imported
            .devices
            .iter()
            .map(|device| format!("{} {} {:?} {:?}", device.name, device.address, device.role, device.system))
            .collect();
        let expected = [
            "ad-1 10.0.0.2 Some(\"annuaire\") Some(\"Debian 12\")",
            "ad-2 10.0.0.3 None Some(\"Debian 12\")",
            "12 10.0.0.12 None None",
            "nas 10.0.0.13 Some(\"nas\") Some(\"Debian 12\")",
        ];
        assert_eq!(devices, expected);
        let expected = [
            "sheet \"Machines\", row 6, column D: the formula came to #REF!",
            "sheet \"Machines\", row 7, column D: a date is no text: set the cell to text",
            "sheet \"Machines\", row 12: there is a \"ad-1\" already, at 10.0.0.2",
            "sheet \"Machines\", row 13: no address",
            "sheet \"Machines\", row 1048576: no address",
            "sheet \"Secret\": hidden, and left out",
        ];
        assert_eq!(told(&imported), expected);
    }

    /// A workbook of these parts.
    fn zipped(parts: &[(&str, &[&str], usize)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, texts, times) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a part");
            let [before, again, after] = texts else { panic!("what comes before, again and again, and after") };
            writer.write_all(before.as_bytes()).expect("memory takes it");
            let many = again.repeat(1024);
            (0..times / 1024).for_each(|_| writer.write_all(many.as_bytes()).expect("memory takes it"));
            writer.write_all(after.as_bytes()).expect("memory takes it");
        }
        writer.finish().expect("a workbook").into_inner()
    }

    const SHEET: &str = "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"A\">";

    #[test]
    fn a_workbook_that_unpacks_to_more_than_any_site_has_is_refused() {
        let refused = |bytes: Vec<u8>| read(bytes).expect_err("refused").french;
        let large = zipped(&[("xl/workbook.xml", &["<a>", "          ", ""], 4 << 20)]);
        assert!(large.len() < 1 << 20);
        assert_eq!(refused(large), "une fois décompressé, il dépasse 32 Mio");
        let font = format!("<styleSheet><fonts><font><name val=\"{}\"/></font></fonts><cellXfs>", "x".repeat(1 << 20));
        let styles = zipped(&[("xl/styles.xml", &[&font, "<xf fontId=\"0\"/>", "</cellXfs></styleSheet>"], 100 << 10)]);
        assert_eq!(refused(styles), "il contient plus de styles qu'Excel n'en connaît");
    }

    #[test]
    fn what_a_workbook_repeats_takes_no_memory() {
        let heading =
            format!("{SHEET}<table:table-row><table:table-cell><text:p>IP</text:p></table:table-cell></table:table-row>");
        let wide = "<table:table-row table:number-rows-repeated=\"4000000000\"><table:table-cell table:number-columns-repeated=\"4000000000\"><text:p>10.0.0.9<text:s text:c=\"4000000000\"/></text:p></table:table-cell></table:table-row>";
        let bytes = zipped(&[("content.xml", &[&heading, wide, "</table:table>"], 4096)]);
        let imported = read(bytes).expect("a table");
        assert_eq!(imported.devices.len(), 1);
        let first = imported.complaints.first().map(|why| why.english.as_str());
        assert_eq!(first, Some("sheet \"A\", row 2: more than 200000 cells"));
    }

    #[test]
    fn a_workbook_of_libreoffice_that_is_cut_or_locked() {
        let row = "<table:table-row><table:table-cell><text:p>ip &amp; &#61;</text:p></table:table-cell></table:table-row>";
        let address = "<table:table-row><table:table-cell><text:p>ip</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>10.0.0.<text:span>9</text:span></text:p></table:table-cell></table:table-row><x></y>";
        let cut = zipped(&[("content.xml", &[&format!("{SHEET}{row}{address}"), "", ""], 0)]);
        let imported = read(cut).expect("a table");
        assert_eq!(imported.devices[0].address, Ipv4Addr::new(10, 0, 0, 9));
        assert!(told(&imported)[0].starts_with("sheet \"A\", row 3: "), "{:?}", told(&imported));
        let locked = zipped(&[
            ("content.xml", &["\u{1}\u{2}", "", ""], 0),
            ("META-INF/manifest.xml", &["<manifest:encryption-data>", "", ""], 0),
        ]);
        assert_eq!(read(locked).expect_err("refused").french, "il est protégé par un mot de passe");
    }

    #[test]
    fn what_is_no_table_of_devices_is_refused() {
        for (bytes, english) in
            [(&b"PK\x03\x04"[..], ""), (b"", "no device in it"), (b"label;panel\nA1;P1\n", "no row of headings")]
        {
            let why = read(bytes.to_vec()).expect_err("refused");
            assert!(why.english.contains(english), "{why:?}");
        }
    }

    #[test]
    fn a_workbook_over_which_its_reader_stumbles_is_refused() {
        let mut bytes = include_bytes!("../../tests/tables/hosts.xlsx").to_vec();
        bytes[1404] = 90;
        // Where arithmetic is not watched over, its reader goes on with what it has.
        assert!(read(bytes).is_err() || !cfg!(debug_assertions));
    }

    proptest! {
        #[test]
        fn whatever_a_table_holds_what_is_imported_is_a_plan(table in "(name|nom)[;,]address[;,]role\n((?s).{0,20}[;,]10\\.0\\.0\\.[0-9]{1,2}[;,](?s).{0,20}\n){0,6}") {
            if let Ok(imported) = read(table.into_bytes()) {
                let read = Plan::parse(&plan(&imported.devices, "x", Language::En));
                prop_assert_eq!(read.map(|plan| plan.fixed.len()), Ok(imported.devices.len()));
            }
        }

        #[test]
        fn a_damaged_workbook_is_refused_or_read_in_part(at in 0usize..2_500, byte in any::<u8>()) {
            let mut bytes = include_bytes!("../../tests/tables/hosts.xlsx").to_vec();
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = read(bytes);
        }

        #[test]
        fn a_damaged_workbook_of_libreoffice_is_refused_or_read_in_part(cut in 0usize..5_000, damage in "[<>/\"=a-z:&;0-9]{0,12}") {
            let archive = zip::ZipArchive::new(Cursor::new(include_bytes!("../../tests/tables/hosts.ods")));
            let text = std::io::read_to_string(archive.expect("a zip").by_name("content.xml").expect("cells")).expect("text");
            let cut = (0..=cut.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
            let (before, after) = text.split_at(cut);
            let _ = read(zipped(&[("content.xml", &[before, "", &format!("{damage}{after}")], 0)]));
        }
    }
}
