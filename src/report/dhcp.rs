//! The DHCP servers of a report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::served;
use crate::observe::{DhcpServer, Inventory, Wish};
use crate::site::{Plan, Range};
use crate::wire::dhcp::Says;

/// One DHCP server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DhcpRow {
    /// What it said.
    #[serde(flatten)]
    pub server: DhcpServer,
    /// Who made the card of its answers; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// What it was shown to lease, at least, when it was asked for single addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges_found: Vec<Range>,
    /// Addresses that it was wished for, and how many of these it did not answer.
    #[serde(default, skip_serializing_if = "Asked::is_none")]
    pub wishes: Asked,
    /// Addresses that it was asked about by lease queries, and how many of these it did not answer.
    #[serde(default, skip_serializing_if = "Asked::is_none")]
    pub queries: Asked,
    /// The plan names it; `None` where the plan names no DHCP server, or this one gives no address.
    pub planned: Option<bool>,
}

/// How often a server was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asked {
    /// Questions.
    pub asked: u32,
    /// Those without an answer.
    pub silent: u32,
}

impl Asked {
    fn is_none(&self) -> bool {
        self.asked == 0
    }

    fn of(answers: impl Iterator<Item = bool>) -> Asked {
        answers.fold(Asked::default(), |Asked { asked, silent }, is_silent| Asked {
            asked: asked + 1,
            silent: silent + u32::from(is_silent),
        })
    }
}

/// A row for each server that was heard, in the order of their identifiers.
pub(super) fn rows(inventory: &Inventory, plan: &Plan) -> Vec<DhcpRow> {
    let row = |server: DhcpServer| DhcpRow {
        vendor: server.macs.first().and_then(|&mac| inventory.vendor(mac).name()).map(str::to_owned),
        ranges_found: inventory.told().ranges(server.id()),
        wishes: Asked::of(inventory.told().of(server.id()).filter_map(|(_, told)| told.wish).map(|wish| wish == Wish::Silent)),
        queries: Asked::of(inventory.told().of(server.id()).filter_map(|(_, told)| told.says).map(|says| says == Says::Silent)),
        planned: (!plan.dhcp.is_empty() && !server.boot_only).then(|| served::planned(plan, &server).is_some()),
        // The findings hold the evidence.
        server: DhcpServer { evidence: Vec::new(), offers: Default::default(), ..server },
    };
    inventory.dhcp_servers().into_iter().map(row).collect()
}
