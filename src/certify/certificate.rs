//! What a journal comes to: every outlet of the list with its last result, whether it was measured or not.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::journal::{Entry, Opened};
use super::{Compared, Measured, Neighbour, Outcome, Profile};
use crate::net::VlanId;
use crate::site::{Outlet, same};

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/certificate/1";

/// Every outlet, and what it came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The version of the program that measured last.
    pub version: String,
    /// The site, as its plan names it.
    pub site: Option<String>,
    /// The interface.
    pub interface: Option<String>,
    /// When the first outlet was walked to (RFC 3339).
    pub started: Option<String>,
    /// When the last one was measured or left out.
    pub finished: Option<String>,
    /// The profiles that outlets were measured against, by name.
    pub profiles: BTreeMap<String, Profile>,
    /// The outlets, in the order of the list.
    pub outlets: Vec<Certified>,
}

/// An outlet, and what it came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Certified {
    /// The outlet, as the list has it.
    pub outlet: Outlet,
    /// The profile that it was, or is to be, measured against.
    pub profile: String,
    /// What it came to.
    pub standing: Standing,
    /// When that was (RFC 3339).
    pub at: Option<String>,
    /// How often it was measured.
    pub tries: u32,
    /// What was measured last.
    pub measured: Option<Measured>,
    /// What the limits came to.
    pub rows: Vec<Compared>,
}

/// What an outlet came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// At least one limit failed.
    Fail,
    /// It was not measured yet.
    Left,
    /// It was left out.
    Skipped,
    /// No limit failed, but not every one could be measured.
    PassInPart,
    /// Every limit passed.
    Pass,
}

impl Standing {
    /// What rows come to.
    pub fn of(rows: &[Compared]) -> Standing {
        if rows.iter().any(|row| row.outcome == Outcome::Fail) {
            Standing::Fail
        } else if rows.iter().all(|row| row.outcome == Outcome::Pass) {
            Standing::Pass
        } else {
            Standing::PassInPart
        }
    }
}

impl Certified {
    fn new(outlet: Outlet, usual: &str) -> Certified {
        let profile = outlet.profile.clone().unwrap_or_else(|| usual.to_owned());
        Certified { outlet, profile, standing: Standing::Left, at: None, tries: 0, measured: None, rows: Vec::new() }
    }

    /// How many limits could not be measured.
    pub fn not_measured(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.outcome, Outcome::NotMeasurable { .. })).count()
    }

    /// Who was heard at the other end.
    pub fn neighbour(&self) -> Option<&Neighbour> {
        self.measured.as_ref()?.neighbour.as_ref()
    }

    /// The speed, in megabits a second.
    pub fn speed_mbps(&self) -> Option<u32> {
        self.measured.as_ref()?.card.as_ref()?.speed_mbps.known().copied()
    }

    /// The switch: as the list names it, else as it names itself.
    pub fn switch(&self) -> Option<&str> {
        self.outlet.switch.as_deref().or_else(|| self.neighbour()?.switch.as_deref())
    }

    /// The port, likewise.
    pub fn port(&self) -> Option<&str> {
        self.outlet.port.as_deref().or_else(|| self.neighbour()?.port.as_deref())
    }

    /// The VLAN of frames without a tag, likewise.
    pub fn vlan(&self) -> Option<VlanId> {
        self.outlet.vlan.or_else(|| self.neighbour()?.vlan)
    }

    /// The VLAN of telephones, likewise.
    pub fn voice_vlan(&self) -> Option<VlanId> {
        self.outlet.voice_vlan.or_else(|| self.neighbour()?.voice_vlan)
    }
}

impl Certificate {
    /// What a journal comes to. Of an outlet that was measured twice the later result stands.
    pub fn of(entries: &[Entry]) -> Certificate {
        let mut certificate = Certificate {
            schema: SCHEMA.to_owned(),
            version: String::new(),
            site: None,
            interface: None,
            started: None,
            finished: None,
            profiles: BTreeMap::new(),
            outlets: Vec::new(),
        };
        entries.iter().for_each(|entry| certificate.add(entry));
        certificate
    }

    /// Adds what happened next.
    pub fn add(&mut self, entry: &Entry) {
        match entry {
            Entry::Opened(opened) => self.opened(opened),
            Entry::Measured(result) => {
                let Some(outlet) = self.outlet_mut(&result.label) else { return };
                outlet.standing = Standing::of(&result.rows);
                outlet.at = Some(result.at.clone());
                outlet.tries += 1;
                outlet.profile = result.profile.clone();
                outlet.measured = Some(result.measured.clone());
                outlet.rows = result.rows.clone();
                self.finished = Some(result.at.clone());
            }
            Entry::Skipped { at, label } => {
                let Some(outlet) = self.outlet_mut(label) else { return };
                // What was measured before stands: leaving an outlet out takes nothing back.
                if outlet.measured.is_none() {
                    (outlet.standing, outlet.at) = (Standing::Skipped, Some(at.clone()));
                }
                self.finished = Some(at.clone());
            }
        }
    }

    /// A list that was corrected meanwhile corrects what it says; an outlet that is no more in it, and was measured, stays.
    fn opened(&mut self, opened: &Opened) {
        self.version.clone_from(&opened.version);
        self.interface = Some(opened.interface.clone());
        self.site = opened.site.clone().or(self.site.take());
        self.started.get_or_insert_with(|| opened.at.clone());
        self.profiles.extend(opened.profiles.iter().map(|(name, profile)| (name.clone(), profile.clone())));
        let mut before = std::mem::take(&mut self.outlets);
        for outlet in &opened.outlets {
            let known = before.iter().position(|one| one.outlet.is_called(&outlet.label)).map(|at| before.remove(at));
            let new = Certified::new(outlet.clone(), &opened.profile);
            self.outlets.push(match known {
                Some(known) if known.tries > 0 => Certified { outlet: outlet.clone(), ..known },
                _ => new,
            });
        }
        self.outlets.extend(before.into_iter().filter(|one| one.tries > 0));
    }

    /// The outlet with a label.
    pub fn outlet(&self, label: &str) -> Option<&Certified> {
        self.outlets.iter().find(|one| one.outlet.is_called(label))
    }

    fn outlet_mut(&mut self, label: &str) -> Option<&mut Certified> {
        self.outlets.iter_mut().find(|one| one.outlet.is_called(label))
    }

    /// Another outlet that led to the port that was heard.
    pub fn also_at(&self, label: &str, measured: &Measured) -> Option<&str> {
        let place = |measured: &Measured| {
            let neighbour = measured.neighbour.as_ref()?;
            Some((neighbour.switch.clone().unwrap_or_default(), neighbour.port.clone()?))
        };
        let (switch, port) = place(measured)?;
        let there = |one: &&Certified| {
            let other = one.measured.as_ref().and_then(place);
            !one.outlet.is_called(label) && other.is_some_and(|other| same(&other.0, &switch) && same(&other.1, &port))
        };
        self.outlets.iter().find(there).map(|one| one.outlet.label.as_str())
    }

    /// How many outlets came to that.
    pub fn count(&self, standing: Standing) -> usize {
        self.outlets.iter().filter(|one| one.standing == standing).count()
    }

    /// The exit code of the house: 0 every outlet passes, 1 one fails, 3 none fails, but not everything was measured.
    pub fn exit_code(&self) -> u8 {
        if self.count(Standing::Fail) > 0 {
            1
        } else if self.count(Standing::Pass) < self.outlets.len() {
            3
        } else {
            0
        }
    }
}

/// The JSON Schema of the record, for `trousse schema certificate`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Certificate).into()
}

#[cfg(test)]
mod tests {
    use super::super::journal;
    use super::super::judge::tests::good;
    use super::*;

    #[test]
    fn of_an_outlet_that_was_measured_twice_the_later_result_stands() {
        let mut entries = journal::tests::entries();
        let mut certificate = Certificate::of(&entries);
        let standings: Vec<Standing> = certificate.outlets.iter().map(|one| one.standing).collect();
        assert_eq!(standings, [Standing::Pass, Standing::Skipped, Standing::Pass]);
        assert_eq!(certificate.exit_code(), 3);
        if let Entry::Measured(result) = &mut entries[1] {
            result.rows[0].outcome = Outcome::Fail;
        }
        certificate.add(&entries[1]);
        let first = certificate.outlet("a12").expect("the outlet");
        assert_eq!((first.standing, first.tries, certificate.exit_code()), (Standing::Fail, 2, 1));
    }

    #[test]
    fn a_list_that_was_corrected_keeps_what_was_measured() {
        let entries = journal::tests::entries();
        let Entry::Opened(opened) = &entries[0] else { panic!("it begins so") };
        let mut corrected = opened.clone();
        corrected.outlets.remove(0);
        corrected.outlets[0].panel = Some("P9".into());
        let mut certificate = Certificate::of(&entries);
        certificate.add(&Entry::Opened(corrected));
        let labels: Vec<(&str, Standing)> =
            certificate.outlets.iter().map(|one| (one.outlet.label.as_str(), one.standing)).collect();
        assert_eq!(labels, [("A13", Standing::Left), ("é\u{1b}14", Standing::Pass), ("A12", Standing::Pass)]);
        assert_eq!(certificate.outlets[0].outlet.panel.as_deref(), Some("P9"));
    }

    #[test]
    fn two_outlets_at_one_port_are_seen() {
        let certificate = Certificate::of(&journal::tests::entries());
        assert_eq!(certificate.also_at("A13", &good()), Some("A12"));
        let mut elsewhere = good();
        elsewhere.neighbour.iter_mut().for_each(|neighbour| neighbour.port = Some("Gi1/0/13".into()));
        assert_eq!(certificate.also_at("A13", &elsewhere), None);
    }
}
