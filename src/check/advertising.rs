//! An IPv6 router as findings and reports tell of it.

use std::net::{IpAddr, Ipv6Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::holder::Holder;
use crate::language::Language;
use crate::net::{Ipv6Net, Mac};
use crate::observe::{Inventory, Observation, Router};
use crate::site::{Plan, Router6};
use crate::wire::icmpv6::RouterAdvertisement;

/// A router and what it told last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Advertising {
    /// The address that it advertises itself by.
    pub router: Ipv6Addr,
    /// What is known of its card.
    pub holder: Holder,
    /// What it told.
    pub told: RouterAdvertisement,
    /// What the plan calls it, where the plan means it.
    pub planned: Option<String>,
    /// What the plan calls it, where the plan knows it and has other prefixes for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<String>,
}

impl Advertising {
    pub(super) fn of(inventory: &Inventory, plan: &Plan, router: &Router) -> Advertising {
        let heard = router.told();
        let (ip, mac) = (heard.router, heard.mac);
        let prefixes = || heard.told.prefixes.iter().map(|told| told.prefix);
        let planned = plan.routers6.iter().find(|planned| planned.means(ip, mac, prefixes()));
        let known = || plan.routers6.iter().find(|planned| planned.knows(ip, mac));
        let changed = if planned.is_none() { known() } else { None };
        Advertising {
            router: ip,
            holder: Holder::of(inventory, plan, IpAddr::V6(ip), mac),
            told: heard.told.clone(),
            planned: planned.map(Router6::called),
            changed: changed.map(Router6::called),
        }
    }

    /// The prefixes that it advertises, in order; those that it takes back are not among them.
    pub fn prefixes(&self) -> Vec<Ipv6Net> {
        let mut prefixes: Vec<Ipv6Net> =
            self.told.prefixes.iter().filter(|told| told.valid_s > 0).map(|told| told.prefix).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// Whether it is about this card's address.
    pub(super) fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == IpAddr::V6(self.router) && mac == self.holder.mac
    }

    /// The router in a few words and what it advertises.
    pub(super) fn describe(&self, language: Language) -> String {
        let (device, ip) = (self.holder.describe(language), self.router);
        let prefixes = match self.prefixes().as_slice() {
            [] => language.pick("no prefix", "aucun préfixe").to_owned(),
            some => super::holder::join(some, language),
        };
        language.pick(format!("{ip}, {device}, with {prefixes}"), format!("{ip}, {device}, avec {prefixes}"))
    }
}

/// Every router that was heard, with the sighting that proves it.
pub(super) fn routers(inventory: &Inventory, plan: &Plan) -> Vec<(Advertising, Observation)> {
    inventory.ipv6().routers().map(|router| (Advertising::of(inventory, plan, router), router.first.clone())).collect()
}

/// The routers as a sentence lists them.
pub(super) fn list(routers: &[Advertising], language: Language) -> String {
    let said: Vec<String> = routers.iter().map(|router| router.describe(language)).collect();
    said.join(language.pick("; ", " ; "))
}
