//! A registry from a file of the user's, in whichever of the usual formats it is.

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use super::pack::Assignment;
use super::table::{Table, mask};
use super::{Vendors, name, pack, start};
use crate::fault::{Fault, Result};

/// What is wrong with one line, in both languages.
type Wrong = (String, String);

/// The columns of the two CSV formats that hold the digits and the holder's name.
const CSV_COLUMNS: [(&str, &str); 2] = [("Assignment", "Organization Name"), ("oui", "companyName")];

/// How long written prefixes are, in bits: those of the registries, and whole bytes (arp-scan has `02:bf`).
/// Five digits or eleven are a slip.
const LENGTHS: [u8; 7] = [16, 24, 28, 32, 36, 40, 48];

impl Vendors {
    /// The registry in a file: one of the IEEE's CSV files, the CSV that `mac_oui` reads, Wireshark's `manuf`
    /// or arp-scan's `ieee-oui.txt` and `mac-vendor.txt`; which one is seen from its first line.
    ///
    /// # Errors
    /// The file cannot be read, is in none of these formats, or has a malformed line, which the fault names.
    pub fn from_file(path: &Path) -> Result<Vendors> {
        let bytes = fs::read(path).map_err(|error| {
            Fault::because(format!("cannot read {}", path.display()), format!("impossible de lire {}", path.display()), &error)
        })?;
        Vendors::from_text(&path.display().to_string(), &String::from_utf8_lossy(&bytes))
    }

    /// The registry in a text; `origin` is what faults call it.
    ///
    /// # Errors
    /// As [`Vendors::from_file`].
    pub fn from_text(origin: &str, text: &str) -> Result<Vendors> {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let first = lines.next().unwrap_or_default();
        let blocks = match csv_columns(first) {
            Some(columns) => from_csv(origin, text, columns)?,
            None if assignment_of_line(first).is_ok() => from_lines(origin, text)?,
            None => return Err(unknown_format(origin)),
        };
        let packed = pack::pack(&blocks).map_err(|_| {
            Fault::new(
                format!("cannot use {origin}: its names take more than 16 MiB"),
                format!("impossible d'utiliser {origin} : ses noms dépassent 16 Mio"),
            )
        })?;
        let tables = packed.tables.into_iter().map(|(bits, rows)| Table { bits, rows: Cow::Owned(rows) });
        Ok(Vendors { names: Cow::Owned(packed.names), tables: tables.collect(), date: || None })
    }
}

/// Where a CSV's header has the digits and the name.
fn csv_columns(header: &str) -> Option<(usize, usize)> {
    let columns: Vec<&str> = header.split(',').map(|column| column.trim().trim_matches('"')).collect();
    let at = |name: &str| columns.iter().position(|column| *column == name);
    CSV_COLUMNS.iter().find_map(|(digits, holder)| Some((at(digits)?, at(holder)?)))
}

fn from_csv(origin: &str, text: &str, (digits, holder): (usize, usize)) -> Result<Vec<Assignment>> {
    let mut blocks = Vec::new();
    for row in csv::ReaderBuilder::new().flexible(true).comment(Some(b'#')).from_reader(text.as_bytes()).records() {
        let row = row.map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            malformed(origin, line, (error.to_string(), error.to_string()))
        })?;
        let line = row.position().map_or(0, csv::Position::line);
        let field = |at: usize, english: &str, french: &str| {
            row.get(at).ok_or_else(|| malformed(origin, line, (format!("no {english}"), format!("{french} absent"))))
        };
        let name = field(holder, "name", "nom")?;
        blocks.push(assignment(field(digits, "prefix", "préfixe")?, name).map_err(|wrong| malformed(origin, line, wrong))?);
    }
    Ok(blocks)
}

/// Reads `manuf` (`00:55:DA:00:00:00/28<TAB>Short<TAB>Long name`) and `ieee-oui.txt` (`0055DA0<TAB>Name`).
fn from_lines(origin: &str, text: &str) -> Result<Vec<Assignment>> {
    let mut blocks = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            blocks.push(assignment_of_line(line).map_err(|wrong| malformed(origin, number, wrong))?);
        }
    }
    Ok(blocks)
}

/// The prefix up to the first white space; the holder is the last of the fields after it, the long name where there are two.
fn assignment_of_line(line: &str) -> std::result::Result<Assignment, Wrong> {
    let (prefix, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let holder = rest.rsplit('\t').map(str::trim).find(|field| !field.is_empty()).unwrap_or_default();
    assignment(prefix, holder.trim_start_matches("# "))
}

/// A block from its written prefix, with or without `/bits`, and its holder.
fn assignment(prefix: &str, holder: &str) -> std::result::Result<Assignment, Wrong> {
    let no_prefix = || {
        let shown = name::clean(prefix);
        (
            format!("'{shown}' is not the start of a MAC address (6, 7 or 9 digits as a rule)"),
            format!("« {shown} » n'est pas le début d'une adresse MAC (6, 7 ou 9 chiffres d'ordinaire)"),
        )
    };
    let (digits, length) = prefix.split_once('/').map_or((prefix, None), |(digits, length)| (digits, Some(length)));
    let (first, given) = start(digits).filter(|(_, bits)| LENGTHS.contains(bits)).ok_or_else(no_prefix)?;
    let bits = match length {
        Some(length) => length.parse().ok().filter(|bits| (8..=48).contains(bits)).ok_or_else(no_prefix)?,
        None => given,
    };
    let clean = name::clean(holder);
    if clean.is_empty() {
        return Err(("no name after the prefix".into(), "aucun nom après le préfixe".into()));
    }
    let holder = if name::is_the_registry(&clean) { pack::SHARED.to_owned() } else { clean };
    Ok((first.to_bits() & mask(bits), bits, holder))
}

fn malformed(origin: &str, line: u64, (english, french): Wrong) -> Fault {
    Fault::new(
        format!("cannot use {origin}: line {line}: {english}"),
        format!("impossible d'utiliser {origin} : ligne {line} : {french}"),
    )
    .hint("correct the line, or put # before it to leave it out", "corrigez la ligne, ou placez un # devant pour l'ignorer")
}

fn unknown_format(origin: &str) -> Fault {
    Fault::new(
        format!("cannot use {origin}: its first line is of no known vendor file"),
        format!("impossible d'utiliser {origin} : sa première ligne n'est celle d'aucun fichier de constructeurs connu"),
    )
    .hint(
        "give a CSV of the IEEE (Registry,Assignment,Organization Name,…), a CSV for mac_oui (oui,…,companyName,…), Wireshark's manuf or arp-scan's ieee-oui.txt",
        "donnez un CSV de l'IEEE (Registry,Assignment,Organization Name,…), un CSV pour mac_oui (oui,…,companyName,…), le manuf de Wireshark ou le ieee-oui.txt d'arp-scan",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::net::Mac;
    use crate::oui::{Registry, Vendor};

    fn names(text: &str, macs: [&str; 3]) -> Vec<String> {
        let vendors = Vendors::from_text("test", text).expect("a sound file");
        let name = |mac: &str| vendors.lookup(mac.parse().expect("a MAC")).name().unwrap_or("-").to_owned();
        macs.into_iter().map(name).collect()
    }

    const MACS: [&str; 3] = ["00:00:00:00:00:01", "00:55:da:01:00:00", "00:50:c2:7d:50:01"];
    const NAMES: [&str; 3] = ["XEROX CORPORATION", "Shinko Technos co.,ltd.", "DEUTA-WERKE GmbH"];

    #[test]
    fn the_usual_files_give_the_same_answers() {
        let ieee = "Registry,Assignment,Organization Name,Organization Address\r\nMA-L,000000,XEROX CORPORATION,\"M/S 105-50C\nWEBSTER\"\r\n\
                    MA-M,0055DA0,\"Shinko Technos co.,ltd.\",Japan\r\nIAB,0050C27D5,DEUTA-WERKE GmbH,Paffrather\r\n";
        let mac_oui = "oui,isPrivate,companyName,companyAddress,countryCode,assignmentBlockSize,dateCreated,dateUpdated\n\
                       00:00:00,0,XEROX CORPORATION,,US,MA-L,,\n00:55:DA:0,0,\"Shinko Technos co.,ltd.\",,JP,MA-M,,\n\
                       00:50:C2:7D:5,0,DEUTA-WERKE GmbH,,DE,IAB,,\n";
        let manuf = "# a comment\n00:00:00\tXerox\tXEROX CORPORATION\n\n00:55:DA:00:00:00/28\tShinkoTechno\tShinko Technos co.,ltd.\n\
                     00-50-C2-7D-50-00/36\tDEUTA-WERKE GmbH\n";
        let arp_scan =
            "# ieee-oui.txt\n000000\tXEROX CORPORATION\n0055DA0\tShinko Technos co.,ltd.\n0050C27D5\tDEUTA-WERKE GmbH\n";
        for text in [ieee, mac_oui, manuf, arp_scan] {
            assert_eq!(names(text, MACS), NAMES, "{text}");
        }
    }

    #[test]
    fn a_malformed_line_is_named() {
        for (text, said) in [
            (
                "000000\tXerox\n00000g\tNobody\n",
                "cannot use f: line 2: '00000g' is not the start of a MAC address (6, 7 or 9 digits as a rule)",
            ),
            ("000000\tXerox\n\n#\n000001\n", "cannot use f: line 4: no name after the prefix"),
            ("00:00:00/99\tX\n", "cannot use f: its first line is of no known vendor file"),
            (
                "Registry,Assignment,Organization Name\nMA-L,000000,X\nMA-L,00000,Y\n",
                "cannot use f: line 3: '00000' is not the start",
            ),
            ("Registry,Assignment,Organization Name\nMA-L\n", "cannot use f: line 2: no name"),
            ("<html>", "cannot use f: its first line is of no known vendor file"),
            ("", "cannot use f: its first line is of no known vendor file"),
        ] {
            let fault = Vendors::from_text("f", text).expect_err(text).to_string();
            assert!(fault.starts_with(said) && fault.contains("\nhint: "), "{fault}");
        }
    }

    #[test]
    fn a_missing_file_is_a_fault() {
        let fault = Vendors::from_file(Path::new("no/such/file")).expect_err("no such file");
        assert!(fault.to_string().starts_with("cannot read no/such/file: "), "{fault}");
    }

    #[test]
    fn other_lengths_and_the_registry_itself_are_understood() {
        let text = "00-00-0C-07-AD-00/40\tAll routers\n70:B3:D5\tIEEERegistra\tIEEE Registration Authority\n";
        let vendors = Vendors::from_text("f", text).expect("a sound file");
        let lookup = |mac: &str| vendors.lookup(mac.parse().expect("a MAC"));
        assert!(
            matches!(lookup("00:00:0c:07:ad:01"), Vendor::Known { name: "All routers", block } if block.registry == Registry::Convention)
        );
        assert!(matches!(lookup("70:b3:d5:00:00:01"), Vendor::Unassigned(block) if block.bits == 24));
        assert_eq!(vendors.date(), None);
    }

    #[test]
    fn names_from_a_file_hold_no_control_characters() {
        let text = "000000\tEvil\u{1b}]0;title\u{7}\u{202e}Corp\n";
        assert_eq!(names(text, MACS)[0], "Evil ]0;title Corp");
    }

    proptest! {
        #[test]
        fn no_file_ends_the_run(head in "(oui,companyName\n|Assignment,Organization Name\n|000000\tX\n)?", rest in "[0-9a-fé:/\t\n#,\" -]{0,80}") {
            if let Ok(vendors) = Vendors::from_text("f", &(head + &rest)) {
                vendors.lookup(Mac([0; 6]));
                vendors.search("x");
            }
        }
    }
}
