//! The plan, line by line: each of its devices, and what was seen of it.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::planned::{At, Roll, Standing};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::probe::Errand;
use crate::site::{Fixed, Plan};

/// A device of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedRow {
    /// What the plan calls it.
    pub name: String,
    /// What it is there for.
    pub role: Option<String>,
    /// The address that the plan gives it.
    pub address: Ipv4Addr,
    /// Its card, where the plan tells.
    pub mac: Option<Mac>,
    /// Who holds its address, or where it is instead.
    pub seen: Vec<At>,
    /// What became of it.
    pub verdict: PlannedSaid,
}

/// What became of a device of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlannedSaid {
    /// It is at its address.
    Present,
    /// Its address is held by another card than the plan says.
    OtherCard,
    /// It is at another address.
    Elsewhere,
    /// Nobody holds its address.
    Missing,
    /// Its address was not asked, or not to the end.
    NotTested,
}

impl PlannedSaid {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            PlannedSaid::Present => language.pick("present", "présent"),
            PlannedSaid::OtherCard => language.pick("another card", "autre carte"),
            PlannedSaid::Elsewhere => language.pick("elsewhere", "ailleurs"),
            PlannedSaid::Missing => language.pick("missing", "absent"),
            PlannedSaid::NotTested => language.pick("not tested", "non testé"),
        }
    }
}

/// The devices, in the order of the plan; none in a look that does not ask for addresses.
pub(super) fn rows(errand: Errand, inventory: &Inventory, plan: &Plan) -> Vec<PlannedRow> {
    if !matches!(errand, Errand::Scan | Errand::Diagnose) {
        return Vec::new();
    }
    let roll = Roll::of(inventory, plan);
    let row = |fixed: &Fixed| {
        let at_home = |macs: Vec<Mac>| macs.into_iter().map(|mac| At { ip: IpAddr::V4(fixed.address), mac }).collect();
        let (seen, verdict) = match roll.standing(fixed) {
            Standing::Present(macs) => (at_home(macs), PlannedSaid::Present),
            Standing::OtherCard(macs) => (at_home(macs), PlannedSaid::OtherCard),
            Standing::Elsewhere(places) => (places, PlannedSaid::Elsewhere),
            Standing::Missing => (Vec::new(), PlannedSaid::Missing),
            Standing::NotAsked => (Vec::new(), PlannedSaid::NotTested),
        };
        let (name, role) = (fixed.name.clone(), fixed.role.clone());
        PlannedRow { name, role, address: fixed.address, mac: fixed.mac, seen, verdict }
    };
    plan.fixed.iter().map(row).collect()
}
