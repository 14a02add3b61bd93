//! DHCP servers that came, went, or give other settings.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::Mac;
use crate::report::{DhcpRow, Report};
use crate::wire::dhcp::Settings;

/// A DHCP server and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerRow {
    /// What became of it.
    pub is: ServerChange,
    /// Its identifier, else the address that it answered from.
    pub server: Ipv4Addr,
    /// The cards of its answers.
    pub macs: BTreeSet<Mac>,
    /// Who made the card.
    pub vendor: Option<String>,
    /// What it gave in the first visit.
    pub before: Option<Settings>,
    /// What it gives in the second.
    pub after: Option<Settings>,
}

/// What became of a DHCP server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServerChange {
    /// It did not answer before.
    Appeared,
    /// It does not answer any more.
    Vanished,
    /// It gives other settings.
    GivesOther,
    /// It was heard in the second visit; the first one did not ask.
    NotAskedBefore,
    /// It was heard in the first visit; the second one did not ask.
    NotAskedAgain,
}

/// Every server that is not as it was.
pub(super) fn compare(before: &Report, after: &Report) -> Vec<ServerRow> {
    let is_same = |one: &DhcpRow, other: &DhcpRow| {
        let far = !one.server.relays.is_empty() || !other.server.relays.is_empty();
        one.server.id() == other.server.id() && (far || !one.server.macs.is_disjoint(&other.server.macs))
    };
    // A server that only somebody else's questions showed may as well have been silent.
    let asked = |report: &Report| report.coverage.dhcp.discovers > 0 && report.coverage.dhcp.listened_ms > 0;
    let mut rows = Vec::new();
    for old in &before.dhcp_servers {
        match after.dhcp_servers.iter().find(|new| is_same(old, new)) {
            Some(new) if lasting(&old.server.settings) != lasting(&new.server.settings) => {
                let row = ServerRow::of(ServerChange::GivesOther, new);
                rows.push(ServerRow {
                    before: Some(old.server.settings.clone()),
                    after: Some(new.server.settings.clone()),
                    ..row
                });
            }
            Some(_) => {}
            None => {
                let is = if asked(after) { ServerChange::Vanished } else { ServerChange::NotAskedAgain };
                rows.push(ServerRow { before: Some(old.server.settings.clone()), ..ServerRow::of(is, old) });
            }
        }
    }
    for new in after.dhcp_servers.iter().filter(|new| !before.dhcp_servers.iter().any(|old| is_same(old, new))) {
        let is = if asked(before) { ServerChange::Appeared } else { ServerChange::NotAskedBefore };
        rows.push(ServerRow { after: Some(new.server.settings.clone()), ..ServerRow::of(is, new) });
    }
    rows.sort_by_key(|row| (row.is, row.server));
    rows
}

/// The settings without the times of renewal, which some servers vary from answer to answer (RFC 2131, 4.4.5).
fn lasting(settings: &Settings) -> Settings {
    Settings { renew_s: None, rebind_s: None, ..settings.clone() }
}

impl ServerRow {
    fn of(is: ServerChange, row: &DhcpRow) -> ServerRow {
        let (server, macs, vendor) = (row.server.id(), row.server.macs.clone(), row.vendor.clone());
        ServerRow { is, server, macs, vendor, before: None, after: None }
    }
}
