//! The parts of a look: each has an end of its own, and all are worked on together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;

/// What is asked about, apart from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The power that switches give.
    Power,
    /// What is heard without asking: the spanning tree, the neighbour, broadcasts. It lasts as long as something else is asked.
    Wire,
    /// What switches have learned, over SNMP.
    Switches,
    /// Who has which IPv4 address.
    Addresses,
    /// IPv6 neighbours and routers.
    Ipv6,
    /// What devices are called.
    Names,
    /// Who serves addresses, and which.
    Dhcp,
    /// Gateways and DNS servers.
    WayOut,
    /// How large a packet goes through.
    PathMtu,
    /// The services of the plan, and what must not be reached.
    Services,
}

impl Part {
    /// What a reader calls it.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Part::Power => language.pick("power over Ethernet", "PoE"),
            Part::Wire => language.pick("listening", "écoute"),
            Part::Switches => language.pick("switches", "commutateurs"),
            Part::Addresses => language.pick("addresses", "adresses"),
            Part::Ipv6 => "IPv6",
            Part::Names => language.pick("names", "noms"),
            Part::Dhcp => language.pick("DHCP servers", "serveurs DHCP"),
            Part::WayOut => language.pick("gateways and DNS servers", "passerelles et serveurs DNS"),
            Part::PathMtu => language.pick("path MTU", "MTU du chemin"),
            Part::Services => "services",
        }
    }
}
