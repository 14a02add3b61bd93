//! The journal of a walk, a line of JSON for each thing that happened: it is written line by line, and read again after a power cut.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Compared, Measured, Profile};
use crate::fault::Why;
use crate::json::escaped;
use crate::site::Outlet;

/// The name and version of the form.
pub const SCHEMA: &str = "trousse/certify/1";
/// Lines that are read: no walk has more.
const LINES: usize = 1_000_000;

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Entry {
    /// Somebody set out.
    Opened(Box<Opened>),
    /// An outlet was measured.
    Measured(Box<Result>),
    /// An outlet was left out.
    Skipped {
        /// When (RFC 3339).
        at: String,
        /// Its label.
        label: String,
    },
}

/// The beginning of a walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The version of the program.
    pub version: String,
    /// When (RFC 3339).
    pub at: String,
    /// The site, as its plan names it.
    pub site: Option<String>,
    /// The interface.
    pub interface: String,
    /// The profile of outlets that name none.
    pub profile: String,
    /// The profiles, as they were then.
    pub profiles: BTreeMap<String, Profile>,
    /// Every outlet of the list.
    pub outlets: Vec<Outlet>,
}

/// What an outlet came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Result {
    /// When (RFC 3339).
    pub at: String,
    /// Its label.
    pub label: String,
    /// The profile that it was measured against.
    pub profile: String,
    /// What was measured.
    pub measured: Measured,
    /// What the limits came to.
    pub rows: Vec<Compared>,
}

/// What a journal holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// Its lines.
    pub entries: Vec<Entry>,
    /// How many bytes of it are whole lines: behind them stands what a power cut left of the last one.
    pub whole: usize,
    /// Lines in between that cannot be read, counted from 1. What they told is measured again.
    pub unread: Vec<usize>,
}

impl Entry {
    /// The line, ended.
    pub fn line(&self) -> String {
        // Escaped as every record of this program is: a terminal that it is printed on obeys none of it.
        escaped(&serde_json::to_string(self).unwrap_or_default()) + "\n"
    }
}

/// Reads a journal. The error is one line: it is none of ours.
pub fn read(bytes: &[u8]) -> std::result::Result<Read, Why> {
    let mut read = Read::default();
    let mut rest = bytes;
    let mut number = 0;
    // A line without an end is one that was not written to its end.
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        number += 1;
        if number > LINES {
            return Err(Why::new(format!("more than {LINES} lines"), format!("plus de {LINES} lignes")));
        }
        match serde_json::from_slice::<Entry>(line) {
            Ok(entry) => {
                read.entries.push(entry);
                read.whole += end + 1;
            }
            // A disk that lost its last block gives zeros for it, an end of line among them or not.
            Err(_) if !after.contains(&b'\n') && (read.entries.is_empty() || !line.starts_with(b"{\"is\"")) => break,
            Err(_) => {
                read.unread.push(number);
                read.whole += end + 1;
            }
        }
        rest = after;
    }
    let begins = b"{\"is\":\"opened\"";
    let written = bytes.iter().rposition(|byte| !matches!(byte, 0 | b'\n')).map_or(0, |last| last + 1);
    let shorter = written.min(begins.len());
    let ours = match read.entries.first() {
        Some(Entry::Opened(opened)) => opened.schema == SCHEMA,
        Some(_) => read.unread.contains(&1),
        // Nothing whole yet: the beginning of a first line, or nothing, or the zeros of a lost block.
        None => read.unread.is_empty() && bytes[..shorter] == begins[..shorter],
    };
    if ours {
        Ok(read)
    } else {
        Err(Why::new(format!("it is no journal ({SCHEMA})"), format!("ce n'est pas un journal ({SCHEMA})")))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::judge::tests::{good, outlet};
    use super::*;

    /// A walk to three outlets, the second of which was left out.
    pub(crate) fn entries() -> Vec<Entry> {
        let profile = Profile::find("gigabit-office").expect("a profile");
        let outlets = ["A12", "A13", "é\u{1b}14"].map(|label| Outlet { label: label.into(), ..outlet() });
        let rows = super::super::judge::judge(&outlets[0], &profile, &good(), None);
        let at = || "2026-11-21T09:00:00.000Z".to_owned();
        let result = |label: &str| Result {
            at: at(),
            label: label.into(),
            profile: "gigabit-office".into(),
            measured: good(),
            rows: rows.clone(),
        };
        let opened = Opened {
            schema: SCHEMA.into(),
            version: "0.1.0".into(),
            at: at(),
            site: Some("Hôtel".into()),
            interface: "eth0".into(),
            profile: "gigabit-office".into(),
            profiles: BTreeMap::from([("gigabit-office".into(), profile)]),
            outlets: outlets.to_vec(),
        };
        vec![
            Entry::Opened(Box::new(opened)),
            Entry::Measured(Box::new(result("A12"))),
            Entry::Skipped { at: at(), label: "A13".into() },
            Entry::Measured(Box::new(result("é\u{1b}14"))),
        ]
    }

    #[test]
    fn a_journal_torn_at_any_byte_keeps_every_line_that_was_whole_and_goes_on_from_there() {
        let mut entries = entries();
        // Shorter, for there is a test at every byte.
        for entry in &mut entries {
            match entry {
                Entry::Opened(opened) => opened.outlets.truncate(1),
                Entry::Measured(result) => {
                    result.measured = Measured::default();
                    result.rows.truncate(1);
                }
                Entry::Skipped { .. } => {}
            }
        }
        let lines: Vec<String> = entries.iter().map(Entry::line).collect();
        let ends: Vec<usize> =
            lines.iter().scan(0, |sum, line| Some(std::mem::replace(sum, *sum + line.len()) + line.len())).collect();
        let whole = lines.concat();
        for cut in 0..=whole.len() {
            let kept = ends.iter().filter(|end| **end <= cut).count();
            // What a disk adds to a block that it did not write to its end.
            for garbage in [&b""[..], &[0; 7], &[0, 0, b'\n']] {
                let torn = [&whole.as_bytes()[..cut], garbage].concat();
                let read = super::read(&torn).unwrap_or_else(|why| panic!("cut at {cut} with {garbage:?}: {why:?}"));
                assert_eq!(read.entries, entries[..kept], "cut at {cut}");
                // What follows after the repair is read with what was whole.
                let repaired = [&torn[..read.whole], lines[3].as_bytes()].concat();
                if kept > 0 {
                    let again = super::read(&repaired).expect("a journal");
                    assert_eq!(again.entries.len(), kept + 1, "cut at {cut} with {garbage:?}");
                }
            }
        }
    }

    #[test]
    fn a_line_that_a_disk_spoilt_costs_its_own_outlet_and_no_other() {
        let lines: Vec<String> = entries().iter().map(Entry::line).collect();
        let spoilt = format!("{}{}{}{}", lines[0], "{\"is\":\"measured\",\n", lines[2], lines[3]);
        let read = super::read(spoilt.as_bytes()).expect("a journal");
        assert_eq!((read.entries.len(), read.unread, read.whole), (3, vec![2], spoilt.len()));
    }

    #[test]
    fn what_is_no_journal_is_refused_and_nothing_of_a_name_is_obeyed() {
        for other in ["label;panel\nA1;P1\n", "{\"schema\":\"trousse/report/1\"}\n", "{}\n{}\n", "x"] {
            assert!(super::read(other.as_bytes()).is_err(), "{other}");
        }
        let newer = entries()[0].line().replace(SCHEMA, "trousse/certify/2");
        assert!(super::read(newer.as_bytes()).is_err());
        assert!(entries().iter().all(|entry| !entry.line().trim_end().contains(char::is_control)));
    }
}
