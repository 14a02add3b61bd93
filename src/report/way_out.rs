//! The link, the gateways and the DNS servers of a report.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::way_out::{NamedBy, dns_servers, gateways};
use crate::observe::{Inventory, Replies};
use crate::probe::Errand;
use crate::site::Plan;

/// One gateway or DNS server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WayOutRow {
    /// Its address.
    pub ip: IpAddr,
    /// Who names it.
    pub named_by: NamedBy,
    /// What came back; `None` where it was not asked.
    pub replies: Option<Replies>,
}

/// Whether a look asks gateways and DNS servers.
fn asked(errand: Errand) -> bool {
    matches!(errand, Errand::Dhcp | Errand::Diagnose)
}

/// The gateways, in the order of their addresses; none in a look that did not ask them.
pub(super) fn gateway_rows(errand: Errand, inventory: &Inventory, plan: &Plan) -> Vec<WayOutRow> {
    let row = |(ip, named_by)| WayOutRow { ip, named_by, replies: inventory.path().ping(ip).map(|(replies, _)| replies.clone()) };
    if asked(errand) { gateways(inventory, plan).into_iter().map(row).collect() } else { Vec::new() }
}

/// The DNS servers, likewise.
pub(super) fn dns_rows(errand: Errand, inventory: &Inventory, plan: &Plan) -> Vec<WayOutRow> {
    let row = |(ip, named_by)| WayOutRow { ip, named_by, replies: inventory.path().dns(ip).map(|(replies, _)| replies.clone()) };
    if asked(errand) { dns_servers(inventory, plan).into_iter().map(row).collect() } else { Vec::new() }
}
