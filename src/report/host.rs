//! A card that was heard to claim an address: a row of a report.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::Inferred;
use crate::lease::{Lease, State};
use crate::net::{Mac, Moment};
use crate::observe::{Inventory, Name};

/// One card that claims one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// The address.
    pub ip: IpAddr,
    /// The card.
    pub mac: Mac,
    /// Who made the card; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// The card's address is administered locally: random or virtual.
    pub local: bool,
    /// What it is called, and by which protocol that was told.
    pub names: Vec<Name>,
    /// The kind of device, by its id (`printer`); `None` where nothing tells.
    pub kind: Option<String>,
    /// What the kind was inferred from, and how surely.
    pub kind_from: Option<Inferred>,
    /// When it was first heard, in milliseconds since the start.
    #[serde(rename = "first_ms")]
    pub first: Moment,
    /// When it was last heard.
    #[serde(rename = "last_ms")]
    pub last: Moment,
    /// How many claims were heard.
    pub answers: u32,
    /// Microseconds from request to reply, the shortest.
    pub rtt_us: Option<u32>,
    /// What a lease file says of the address: the entry of this card, else that of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

impl Host {
    /// Its names, each once, whatever the number of protocols that told it.
    pub fn called(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in &self.names {
            if !names.contains(&name.name.as_str()) {
                names.push(&name.name);
            }
        }
        names
    }
}

/// The rows of a report: every card but ours.
pub(super) fn rows(inventory: &Inventory) -> Vec<Host> {
    inventory
        .claimed()
        .flat_map(|(ip, owners)| owners.into_iter().map(move |(mac, _)| (ip, mac)))
        .filter(|&(ip, mac)| !(inventory.is_ours(ip) && inventory.is_our_card(mac)))
        .map(|(ip, mac)| row(inventory, ip, mac))
        .collect()
}

fn row(inventory: &Inventory, ip: IpAddr, mac: Mac) -> Host {
    let owner = inventory.claim(ip, mac).cloned().unwrap_or_default();
    let kind = inventory.kind(ip, mac);
    Host {
        ip,
        mac,
        vendor: inventory.vendor(mac).name().map(str::to_owned),
        local: mac.is_local(),
        names: inventory.names(ip, mac),
        kind: kind.as_ref().map(|inferred| inferred.kind.id().to_owned()),
        kind_from: kind,
        first: owner.first,
        last: owner.last,
        answers: owner.answers,
        rtt_us: owner.rtt_us,
        lease: inventory.lease_of(ip, mac).or_else(|| others_lease(inventory, ip)).cloned(),
    }
}

/// The entry of an address that is somebody's, or was found in use.
fn others_lease(inventory: &Inventory, ip: IpAddr) -> Option<&Lease> {
    inventory
        .leases()
        .of(ip)
        .map(|(_, lease, _)| lease)
        .filter(|lease| lease.state != State::Expired)
        .min_by_key(|lease| lease.state)
}
