//! The sets of tables that a switch is asked for, each in one go.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arp;
use super::forwarding::{self, Forwarding};
use super::interfaces::{self, Interface};
use super::neighbours::{self, Neighbour};
use super::pse::{self, Feeding};
use super::system::{self, System};
use super::{Column, Refusals, Varbind, rows};
use crate::language::Language;
use crate::net::Mac;

/// What a switch is asked for in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tables {
    /// Who it is.
    System,
    /// Its ports.
    Interfaces,
    /// Which card it has learned on which port.
    Forwarding,
    /// Who hangs on its ports.
    Neighbours,
    /// Which card has which address, as a switch that routes has asked by ARP.
    Arp,
    /// What its ports give in power.
    Power,
}

/// What it said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// Who it is.
    System(System),
    /// Its ports, by ifIndex.
    Interfaces(
        #[serde(with = "rows")]
        #[schemars(with = "Vec<(u32, Interface)>")]
        BTreeMap<u32, Interface>,
    ),
    /// Which card it has learned on which port.
    Forwarding(Forwarding),
    /// Who hangs on its ports.
    Neighbours(Vec<Neighbour>),
    /// Which card has which address.
    Arp(
        #[serde(with = "rows")]
        #[schemars(with = "Vec<(Ipv4Addr, BTreeSet<Mac>)>")]
        BTreeMap<Ipv4Addr, BTreeSet<Mac>>,
    ),
    /// What its ports give in power.
    Power(Feeding),
}

impl Tables {
    /// Each of them.
    pub const ALL: [Tables; 6] =
        [Tables::System, Tables::Interfaces, Tables::Forwarding, Tables::Neighbours, Tables::Arp, Tables::Power];

    /// What is walked.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Tables::System => system::COLUMNS,
            Tables::Interfaces => interfaces::COLUMNS,
            Tables::Forwarding => forwarding::COLUMNS,
            Tables::Neighbours => neighbours::COLUMNS,
            Tables::Arp => arp::COLUMNS,
            Tables::Power => &pse::COLUMNS,
        }
    }

    /// In words.
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Tables::System => language.pick("who it is", "son identité"),
            Tables::Interfaces => language.pick("its ports", "ses ports"),
            Tables::Forwarding => language.pick("the cards it has learned", "les cartes qu'il a apprises"),
            Tables::Neighbours => language.pick("its neighbours", "ses voisins"),
            Tables::Arp => language.pick("the addresses it knows", "les adresses qu'il connaît"),
            Tables::Power => language.pick("its PoE", "son PoE"),
        }
    }

    /// What a walk of them says.
    pub fn read(self, walk: &[Varbind], refused: &mut Refusals) -> Said {
        match self {
            Tables::System => Said::System(system::system(walk, refused)),
            Tables::Interfaces => Said::Interfaces(interfaces::interfaces(walk, refused)),
            Tables::Forwarding => Said::Forwarding(forwarding::forwarding(walk, refused)),
            Tables::Neighbours => Said::Neighbours(neighbours::neighbours(walk, refused)),
            Tables::Arp => Said::Arp(arp::owners(walk, refused)),
            Tables::Power => Said::Power(pse::feeding(walk, refused)),
        }
    }
}
