//! Names that others have given: from the table of a directory or of a remote-help tool, and from what answered on a network.

use std::collections::HashMap;

use super::{How, LABEL, Names, Taken, is_host_name};
use crate::fault::Why;
use crate::line::one_line;
use crate::prep::look::{Identity, filled_in};
use crate::sheet::{self, FIELD, Field, place, workbook};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Name,
    Serial,
}

/// How each column may be called, in English and in French: of two that would do, the one that stands first here. Active
/// Directory, Intune, and the common remote-help and inventory tools call them so.
const HEADINGS: &[(Column, &[&str])] = &[
    (
        Column::Name,
        &[
            "computer name",
            "computername",
            "device name",
            "devicename",
            "hostname",
            "host name",
            "machine name",
            "system name",
            "netbios name",
            "computer",
            "endpoint",
            "machine",
            "device",
            "host",
            "pc",
            "nom de l'ordinateur",
            "nom d'ordinateur",
            "nom du poste",
            "nom de poste",
            "nom du pc",
            "nom de la machine",
            "nom machine",
            "nom de l'appareil",
            "nom d'hôte",
            "nom d'hote",
            "nom netbios",
            "ordinateur",
            "poste",
            "appareil",
            "hôte",
            "hote",
            "name",
            "nom",
            "cn",
            "dnshostname",
            "dns host name",
            "dns name",
            "nom dns",
            "samaccountname",
        ],
    ),
    (
        Column::Serial,
        &[
            "serial number",
            "serialnumber",
            "serial no",
            "serial no.",
            "serial",
            "bios serial number",
            "bios serial",
            "service tag",
            "servicetag",
            "s/n",
            "sn",
            "numéro de série",
            "numero de serie",
            "n° de série",
            "n° série",
            "no de série",
            "numéro série",
        ],
    ),
];

/// A name that a table gives, and what it says of the PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name.
    pub name: String,
    /// The PC, as far as the table tells.
    pub pc: Option<Identity>,
}

/// What a table holds.
#[derive(Debug, Default, PartialEq)]
pub struct Table {
    /// The names, in its order.
    pub rows: Vec<Row>,
    /// What could not be read, each with its line.
    pub complaints: Vec<Why>,
}

/// Reads a table: what Excel writes (.xlsx), LibreOffice's (.ods), else text (CSV). The error is one line: no names stand in it.
pub fn read(bytes: Vec<u8>) -> Result<Table, Why> {
    let mut table = Table::default();
    if workbook::is(&bytes) {
        for sheet in workbook::sheets(bytes)? {
            table.complaints.extend(sheet.complaint());
            if !sheet.hidden
                && let Err(why) = table.take(Some(&sheet.name), sheet.rows)
            {
                table.complaints.push(place(Some(&sheet.name), None, None, why));
            }
        }
    } else {
        let text = sheet::text(&bytes[..]).map_err(|error| Why::from(&error))?;
        // PowerShell's Export-Csv says first what it wrote; then the line numbers go on from there.
        let told = text.starts_with("#TYPE ").then(|| text.find('\n')).flatten();
        let rows = sheet::rows(&text[told.unwrap_or(0)..])?.into_iter();
        table.take(None, rows.map(|(line, record)| (line as u32, sheet::fields(&record))).collect())?;
    }
    match (table.rows.is_empty(), table.complaints.first()) {
        (true, Some(why)) => Err(why.clone()),
        (true, None) => Err(Why::new("no name stands in it", "il ne contient aucun nom")),
        (false, _) => Ok(table),
    }
}

impl Table {
    /// Takes the rows of one table, or of one sheet of a workbook. The error: it says nowhere which column holds the names.
    fn take(&mut self, sheet: Option<&str>, rows: Vec<(u32, Vec<Field>)>) -> Result<(), Why> {
        let is_empty = |(_, text): &Field| matches!(text, Ok(text) if text.trim().is_empty());
        let rows: Vec<(u32, Vec<Field>)> = rows
            .into_iter()
            .map(|(at, fields)| (at, fields.into_iter().filter(|field| !is_empty(field)).collect::<Vec<_>>()))
            .filter(|(_, fields)| !fields.is_empty())
            .collect();
        // New workbooks come with sheets that nobody uses.
        if rows.is_empty() {
            return Ok(());
        }
        // The headings come first, or below titles of one cell: further down, "PC" is what some row says of a PC.
        let wide = rows.iter().position(|(_, fields)| fields.len() > 1);
        let is_headed = |at: &usize| columns(&rows[*at].1).contains_key(&Column::Name);
        let headed = [Some(0), wide].into_iter().flatten().find(is_headed);
        // A list of names and nothing else has no headings. What only looks like one is a table that says otherwise what it holds.
        let list = rows.first().and_then(|(_, fields)| fields.first()).map(|(column, _)| *column);
        let is_name = |text: &Result<String, Why>| text.as_ref().is_ok_and(|text| label(text).is_some());
        let list = list
            .filter(|column| rows.iter().all(|(_, fields)| fields.len() == 1 && fields[0].0 == *column && is_name(&fields[0].1)));
        let (columns, first) = match (headed, list) {
            (Some(at), _) => (columns(&rows[at].1), at + 1),
            (None, Some(column)) => (HashMap::from([(Column::Name, column)]), 0),
            (None, None) => {
                return Err(Why::new(
                    "no row of headings with the names of PCs, as in \"Computer name\"",
                    "pas de ligne de titres avec les noms des PC, comme « Nom de l'ordinateur »",
                ));
            }
        };
        for (at, fields) in &rows[first..] {
            match row(&columns, fields) {
                Ok(row) => self.rows.push(row),
                Err(why) => self.complaints.push(place(sheet, Some(*at), None, why)),
            }
        }
        Ok(())
    }
}

/// Which column holds what, by its heading.
fn columns(fields: &[Field]) -> HashMap<Column, u32> {
    let called = |text: &str| one_line(text).to_lowercase().replace('’', "'").replace(['_', '-'], " ");
    let fields: Vec<(u32, String)> =
        fields.iter().filter_map(|(column, text)| Some((*column, called(text.as_ref().ok()?)))).collect();
    let place = |names: &[&str]| names.iter().find_map(|name| fields.iter().find(|(_, field)| field == name));
    HEADINGS.iter().filter_map(|(column, names)| Some((*column, place(names)?.0))).collect()
}

fn row(columns: &HashMap<Column, u32>, fields: &[Field]) -> Result<Row, Why> {
    let field = |column: Column| {
        let found = columns.get(&column).and_then(|at| fields.iter().find(|(column, _)| column == at));
        found.map_or(Ok(None), |(_, text)| match text {
            Ok(text) if text.chars().count() > FIELD => {
                Err(Why::new(format!("more than {FIELD} characters"), format!("plus de {FIELD} caractères")))
            }
            Ok(text) => Ok(Some(one_line(text)).filter(|text| !text.is_empty())),
            Err(why) => Err(why.clone()),
        })
    };
    let told = field(Column::Name)?.ok_or_else(|| Why::new("no name", "pas de nom"))?;
    let name = label(&told)
        .ok_or_else(|| Why::new(format!("{told:?} is no name for a PC"), format!("{told:?} n'est pas un nom de PC")))?;
    let serial = field(Column::Serial)?.and_then(|serial| filled_in(&serial));
    // The model is left out: a table has its own words for it, and the same PC would be another.
    let pc = serial.map(|serial| Identity { serial: Some(serial), ..Identity::default() });
    Ok(Row { name, pc })
}

/// The name of a PC in what a directory or a network calls it: without the domain, and without the `$` of an account.
pub fn label(told: &str) -> Option<String> {
    let first = told.trim().split('.').next().unwrap_or_default();
    let name = first.strip_suffix('$').unwrap_or(first);
    is_host_name(name, LABEL).then(|| name.to_owned())
}

/// What taking names over came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Came {
    /// Names that are new.
    pub added: usize,
    /// Names of which more is known now.
    pub bound: usize,
    /// Names that were there.
    pub same: usize,
}

impl Names {
    /// Takes over names that others have given. What is reserved for a PC stays so: a table that says otherwise is told.
    pub fn take(&mut self, rows: Vec<Row>, how: How, from: &str, since: &str) -> (Came, Vec<Why>) {
        let (mut came, mut conflicts) = (Came::default(), Vec::new());
        let serial = |pc: &Option<Identity>| pc.as_ref().and_then(|pc| pc.serial.clone());
        let mut places: HashMap<String, usize> = self.names.iter().map(|taken| taken.name.to_lowercase()).zip(0..).collect();
        let mut holders: HashMap<String, String> = HashMap::new();
        // What was reserved comes last here, and stays.
        let (reserved, others): (Vec<&Taken>, Vec<&Taken>) = self.names.iter().partition(|taken| taken.how == How::Reserved);
        for taken in others.into_iter().chain(reserved) {
            holders.extend(serial(&taken.pc).map(|serial| (serial.to_lowercase(), taken.name.clone())));
        }
        for Row { name, mut pc } in rows {
            let at = places.get(&name.to_lowercase()).copied();
            let told = serial(&pc);
            match (at.and_then(|at| serial(&self.names[at].pc)), &told) {
                (Some(ours), Some(theirs)) if !ours.eq_ignore_ascii_case(theirs) => {
                    conflicts.push(Why::new(
                        format!("{name} belongs to serial number {ours} here, and to {theirs} there"),
                        format!("{name} appartient ici au numéro de série {ours}, et là-bas à {theirs}"),
                    ));
                    continue;
                }
                (Some(_), _) => {
                    came.same += 1;
                    continue;
                }
                (None, _) => {}
            }
            // A name that a PC had once is still given to no other, and takes nothing from that PC.
            if let Some(told) = told
                && let Some(has) = holders.get(&told.to_lowercase())
            {
                conflicts.push(Why::new(
                    format!("serial number {told} has the name {has} here, and {name} there"),
                    format!("le numéro de série {told} a ici le nom {has}, et là-bas {name}"),
                ));
                pc = None;
            }
            let holder = serial(&pc).map(|serial| (serial.to_lowercase(), name.clone()));
            match at {
                None => {
                    places.insert(name.to_lowercase(), self.names.len());
                    self.names.push(Taken { name, how, pc, from: Some(from.to_owned()), since: since.to_owned() });
                    holders.extend(holder);
                    came.added += 1;
                }
                // A name that a PC of this kit has is bound by more than a table knows.
                Some(at) if pc.is_some() && self.names[at].pc.is_none() => {
                    self.names[at].pc = pc;
                    holders.extend(holder);
                    came.bound += 1;
                }
                Some(_) => came.same += 1,
            }
        }
        (came, conflicts)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::Given;
    use super::super::pattern::Pattern;
    use super::*;

    fn read(text: &str) -> Result<Table, Why> {
        super::read(text.as_bytes().to_vec())
    }

    fn names(text: &str) -> Vec<String> {
        let table = read(text).unwrap_or_else(|why| panic!("{why:?}"));
        let serial =
            |row: &Row| row.pc.as_ref().and_then(|pc| pc.serial.clone()).map(|serial| format!(" {serial}")).unwrap_or_default();
        table.rows.iter().map(|row| format!("{}{}", row.name, serial(row))).collect()
    }

    #[test]
    fn the_column_is_guessed_whoever_wrote_the_table() {
        // PowerShell's Get-ADComputer | Export-Csv.
        let directory = "#TYPE Microsoft.ActiveDirectory.Management.ADComputer\n\"DistinguishedName\",\"DNSHostName\",\"Enabled\",\"Name\",\"SamAccountName\"\n\"CN=ACME-PC-01,OU=PC\",\"acme-pc-01.acme.lan\",\"True\",\"ACME-PC-01\",\"ACME-PC-01$\"\n";
        assert_eq!(names(directory), ["ACME-PC-01"]);
        assert_eq!(names("SamAccountName;OS\nACME-PC-02$;Windows 11\n"), ["ACME-PC-02"]);
        assert_eq!(
            names(
                "Device name,Manufacturer,Model,Serial number\nlt-7,Dell,Latitude,ABC123\nlt-8,Dell,Latitude,To be filled by O.E.M.\n"
            ),
            ["lt-7 ABC123", "lt-8"]
        );
        assert_eq!(names("Parc de l'agence\nNom de l’ordinateur;N° de série\nposte-1.agence.lan;X1\n"), ["poste-1 X1"]);
        assert_eq!(names("acme-1\nacme-2\n"), ["acme-1", "acme-2"], "a list");
        assert_eq!(names("Inventory\nComputer Name,Serial Number\nPC-1,X1\n"), ["PC-1 X1"], "a title above the table");
        assert!(read("Inventory\nPC-1|X1\n").is_err_and(|why| why.english.contains("headings")), "no list");
    }

    #[test]
    fn a_row_that_only_looks_like_headings_takes_no_names_away() {
        let typed = "Asset name;Type;Serial number\nACME-01;PC;S1\nACME-02;PC;S2\nACME-03;Laptop;S3\n";
        assert!(read(typed).expect_err("no column of names").english.contains("headings"));
        assert_eq!(names("acme-1\nacme-2\nPC\nacme-9\n"), ["acme-1", "acme-2", "PC", "acme-9"], "a list");
        assert_eq!(names("Name\nacme-1\nPC;spare\n"), ["acme-1", "PC"], "a column of remarks without a heading");
        assert_eq!(names("PC\nacme-1\n"), ["acme-1"], "a list with a heading");
    }

    #[test]
    fn what_is_no_name_is_told_with_its_line_and_costs_itself_only() {
        let table = read("name;serial\npc-1;\n;S\nZoé's PC;\n1234;\npc-2;00000000\n").expect("a table");
        assert_eq!(table.rows.len(), 2);
        let told: Vec<&str> = table.complaints.iter().map(|why| why.english.as_str()).collect();
        assert_eq!(told, ["line 3: no name", "line 4: \"Zoé's PC\" is no name for a PC", "line 5: \"1234\" is no name for a PC"]);
        assert!(read("a;b\n1;2\n").expect_err("no names").english.contains("headings"));
        assert!(read("").is_err() && read("name\n").is_err());
        assert!(read("name\n!\n").expect_err("none").english.contains("line 2"));
    }

    /// The same workbooks as for the devices of a site.
    #[test]
    fn a_workbook_is_read_as_a_table_is() {
        for bytes in [&include_bytes!("../../../tests/tables/hosts.xlsx")[..], include_bytes!("../../../tests/tables/hosts.ods")]
        {
            let table = super::read(bytes.to_vec()).expect("a table");
            let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
            assert_eq!(names[..2], ["ad-1", "ad-2"]);
            let told: Vec<&str> = table.complaints.iter().map(|why| why.english.as_str()).collect();
            assert!(
                told.iter().any(|why| why.starts_with("sheet \"Machines\", row ") && why.contains("\"12\" is no name")),
                "{told:?}"
            );
            assert_eq!(told.last(), Some(&"sheet \"Secret\": hidden, and left out"));
        }
        let torn = super::read(b"PK\x03\x04torn".to_vec()).expect_err("refused");
        assert!(!torn.english.contains('\n'), "{torn:?}");
    }

    #[test]
    fn names_are_taken_over_once_and_a_table_does_not_unbind_a_pc() {
        let rows = |text: &str| read(text).expect("a table").rows;
        let mut names = Names::default();
        let (came, _) = names.take(rows("name;serial\npc-1;A\npc-2;\n"), How::Imported, "ad.csv", "2026");
        assert_eq!(came, Came { added: 2, bound: 0, same: 0 });
        let (came, conflicts) = names.take(rows("name;serial\nPC-1;B\npc-2;C\nPC-2;C\n"), How::Imported, "rmm.csv", "2027");
        assert_eq!(came, Came { added: 0, bound: 1, same: 1 });
        assert_eq!(conflicts[0].english, "PC-1 belongs to serial number A here, and to B there");
        assert_eq!((names.names.len(), names.names[0].since.as_str()), (2, "2026"));
    }

    fn pc(serial: &str) -> Identity {
        Identity { serial: Some(serial.into()), product: Some("20XW0055FR".into()), ..Identity::default() }
    }

    #[test]
    fn a_stale_row_takes_no_pcs_name_from_it() {
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        let mut names = Names::default();
        names.take(read("name\npc-01\n").expect("a table").rows, How::Imported, "ad.csv", "2026");
        let own = names.reserve(&pattern, &pc("SERIAL-1"), "2026").expect("a name").name().to_owned();
        assert_eq!(own, "pc-02");
        let old = "name;serial\npc-01;serial-1\npc-09;SERIAL-1\npc-02;SERIAL-1\n";
        let (came, conflicts) = names.take(read(old).expect("a table").rows, How::Imported, "rmm.csv", "2027");
        assert_eq!(came, Came { added: 1, bound: 0, same: 2 });
        let told: Vec<&str> = conflicts.iter().map(|why| why.english.as_str()).collect();
        assert_eq!(
            told,
            [
                "serial number serial-1 has the name pc-02 here, and pc-01 there",
                "serial number SERIAL-1 has the name pc-02 here, and pc-09 there"
            ]
        );
        assert_eq!(names.give(&pattern, &pc("SERIAL-1")), Ok(Given::Again(own)));
        assert_eq!(names.give(&pattern, &pc("SERIAL-2")), Ok(Given::New("pc-03".into())), "the old names stay taken");
        // Two names of one PC in a table: the first is its own.
        let mut names = Names::default();
        let (_, conflicts) =
            names.take(read("name;serial\npc-5;SN-77\npc-4;sn-77\n").expect("a table").rows, How::Imported, "a", "2026");
        assert_eq!(conflicts.len(), 1);
        assert_eq!((names.names[0].pc.is_some(), names.names[1].pc.is_some()), (true, false));
    }

    #[test]
    fn a_pc_is_known_by_its_serial_number_whatever_a_table_calls_its_model() {
        let table = "Device name,Model,Serial number\npc-07,ThinkPad X1 Carbon Gen 9,PF3ABCDE\n";
        let mut names = Names::default();
        names.take(read(table).expect("a table").rows, How::Imported, "intune.csv", "2026");
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        assert_eq!(names.give(&pattern, &pc("PF3ABCDE")), Ok(Given::Again("pc-07".into())));
    }
}
