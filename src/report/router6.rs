//! The IPv6 routers of a report.

use std::net::Ipv6Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::Mac;
use crate::observe::{Inventory, Router};
use crate::site::Plan;
use crate::wire::icmpv6::RouterAdvertisement;

/// One IPv6 router.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Router6Row {
    /// The address that it advertises itself by.
    pub ip: Ipv6Addr,
    /// Its card.
    pub mac: Mac,
    /// Who made the card; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// What it told last.
    #[serde(flatten)]
    pub told: RouterAdvertisement,
    /// The plan names it; `None` where the plan names no IPv6 router.
    pub planned: Option<bool>,
}

/// A row for each router that was heard, in the order of their addresses.
pub(super) fn rows(inventory: &Inventory, plan: &Plan) -> Vec<Router6Row> {
    let row = |router: &Router| {
        let heard = router.told();
        let (ip, mac) = (heard.router, heard.mac);
        let prefixes = || heard.told.prefixes.iter().map(|told| told.prefix);
        Router6Row {
            ip,
            mac,
            vendor: inventory.vendor(mac).name().map(str::to_owned),
            told: heard.told.clone(),
            planned: (!plan.routers6.is_empty()).then(|| plan.routers6.iter().any(|planned| planned.means(ip, mac, prefixes()))),
        }
    };
    inventory.ipv6().routers().map(row).collect()
}
