//! The DHCP servers of a report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::served;
use crate::observe::{DhcpServer, Inventory};
use crate::site::Plan;

/// One DHCP server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DhcpRow {
    /// What it said.
    #[serde(flatten)]
    pub server: DhcpServer,
    /// Who made the card of its answers; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// The plan names it; `None` where the plan names no DHCP server, or this one gives no address.
    pub planned: Option<bool>,
}

/// A row for each server that was heard, in the order of their identifiers.
pub(super) fn rows(inventory: &Inventory, plan: &Plan) -> Vec<DhcpRow> {
    let row = |server: DhcpServer| DhcpRow {
        vendor: server.macs.first().and_then(|&mac| inventory.vendor(mac).name()).map(str::to_owned),
        planned: (!plan.dhcp.is_empty() && !server.boot_only).then(|| served::planned(plan, &server).is_some()),
        // The findings hold the evidence.
        server: DhcpServer { evidence: Vec::new(), ..server },
    };
    inventory.dhcp_servers().into_iter().map(row).collect()
}
