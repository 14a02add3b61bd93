//! What a finding keeps of a DHCP server, so that a reader tells it from the others.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Subject;
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Asked, DhcpServer, Inventory};
use crate::site::{Dhcp, Plan};
use crate::wire::dhcp::Settings;

/// A DHCP server and what it gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Served {
    /// What it is called by: its identifier, else the address that it answered from.
    pub server: Ipv4Addr,
    /// The card of its answers: its own, or a relay's.
    pub mac: Mac,
    /// Who made the card; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// The relays that its answers came by.
    pub relays: Vec<Ipv4Addr>,
    /// It is in the plan, under this name or its address.
    pub planned: Option<String>,
    /// The address that it offered to us.
    pub offered: Option<Ipv4Addr>,
    /// The settings that it gives.
    pub settings: Settings,
}

impl Served {
    /// What is known of a server.
    pub fn of(inventory: &Inventory, plan: &Plan, server: &DhcpServer) -> Served {
        let mac = server.macs.first().copied().unwrap_or_default();
        let name = |dhcp: &Dhcp| dhcp.name.clone().unwrap_or_else(|| dhcp.server.to_string());
        Served {
            server: server.id(),
            mac,
            vendor: inventory.vendor(mac).name().map(str::to_owned),
            relays: server.relays.iter().copied().collect(),
            planned: planned(plan, server).map(name),
            offered: server.offered,
            settings: server.settings.clone(),
        }
    }

    /// The server with what tells where it stands, as in `10.0.0.1 (MikroTik, 00:0c:42:00:00:01)`.
    pub fn say(&self, language: Language) -> String {
        let (server, mac) = (self.server, self.mac);
        let maker = self.vendor.as_ref().map(|vendor| format!("{vendor}, ")).unwrap_or_default();
        match self.relays.first() {
            Some(relay) => language.pick(format!("{server} (by the relay {relay})"), format!("{server} (par le relais {relay})")),
            None => format!("{server} ({maker}{mac})"),
        }
    }

    /// Whether it is about this card's claim of this address.
    pub fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == IpAddr::V4(self.server) && mac == self.mac
    }

    /// What it is known by in another visit: behind a relay, the card is any router's.
    pub fn subject(&self) -> Subject {
        if self.relays.is_empty() { Subject::holder(self.server, self.mac) } else { Subject::address(self.server) }
    }
}

/// What the plan says of a server that was heard.
pub fn planned<'a>(plan: &'a Plan, server: &DhcpServer) -> Option<&'a Dhcp> {
    plan.dhcp_server(server.server, &server.macs, !server.relays.is_empty())
}

/// The servers that give addresses, those that only help PCs to start left out.
pub fn serving(inventory: &Inventory) -> Vec<DhcpServer> {
    inventory.dhcp_servers().into_iter().filter(|server| !server.boot_only).collect()
}

/// Whether a server answered what every client asks, and not only somebody else.
pub fn answers_us(server: &DhcpServer) -> bool {
    server.answered.iter().any(|asked| matches!(asked, Asked::Discover | Asked::Inform))
}

/// Servers that a sentence names; a flood of forged ones does not make it longer.
const NAMED: usize = 4;

/// Several servers in one sentence; all of them stand in the table.
pub fn list(servers: &[Served], language: Language) -> String {
    let named = if servers.len() > NAMED { NAMED - 1 } else { servers.len() };
    let mut said: Vec<String> = servers[..named].iter().map(|server| server.say(language)).collect();
    if named < servers.len() {
        let others = servers.len() - named;
        said.push(language.pick(format!("{others} others"), format!("{others} autres")));
    }
    let and = language.pick(" and ", " et ");
    match said.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{}{and}{last}", first.join(", ")),
    }
}
