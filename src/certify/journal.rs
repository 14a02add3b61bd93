//! The journal of a walk, a line of JSON for each thing that happened: it is written line by line, and read again after a power
//! cut.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Compared, Measured, Profile};
use crate::journal;
use crate::site::Outlet;

/// The name and version of the form.
pub const SCHEMA: &str = "trousse/certify/1";

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

/// What a journal holds. What a line that cannot be read told is measured again.
pub type Read = journal::Read<Entry>;

impl journal::Line for Entry {
    const SCHEMA: &'static str = SCHEMA;

    fn schema(&self) -> Option<&str> {
        match self {
            Entry::Opened(opened) => Some(&opened.schema),
            Entry::Measured(_) | Entry::Skipped { .. } => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::judge::tests::{good, outlet};
    use super::*;
    use crate::journal::tests::survives_a_power_cut_at_every_byte;
    use crate::journal::{Line, read};

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
        survives_a_power_cut_at_every_byte(&entries);
    }

    #[test]
    fn a_line_that_a_disk_spoilt_costs_its_own_outlet_and_no_other() {
        let lines: Vec<String> = entries().iter().map(Entry::line).collect();
        let spoilt = format!("{}{}{}{}", lines[0], "{\"is\":\"measured\",\n", lines[2], lines[3]);
        let read = read::<Entry>(spoilt.as_bytes()).expect("a journal");
        assert_eq!((read.entries.len(), read.unread, read.whole), (3, vec![2], spoilt.len()));
    }

    #[test]
    fn what_is_no_journal_is_refused_and_nothing_of_a_name_is_obeyed() {
        for other in ["label;panel\nA1;P1\n", "{\"schema\":\"trousse/report/1\"}\n", "{}\n{}\n", "x"] {
            assert!(read::<Entry>(other.as_bytes()).is_err(), "{other}");
        }
        let newer = entries()[0].line().replace(SCHEMA, "trousse/certify/2");
        assert!(read::<Entry>(newer.as_bytes()).expect_err("newer").english.contains("another version of trousse"));
        assert!(entries().iter().all(|entry| !entry.line().trim_end().contains(char::is_control)));
    }
}
