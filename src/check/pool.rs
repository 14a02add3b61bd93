//! Today's pool: the ranges that addresses are leased from, by the plan and by the servers' own configurations.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::holder::join;
use crate::language::Language;
use crate::net::Ipv4Net;
use crate::observe::{Inventory, Observation};
use crate::site::{Plan, Range};

/// Where a range is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// In the plan.
    Plan,
    /// In the configuration of a server: the name of the file.
    File(String),
}

/// A range, where it is written, and the lines of configurations that prove it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Where, in order.
    pub by: Vec<Source>,
    /// The lines.
    pub evidence: Vec<Observation>,
}

/// Today's pool of one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool(BTreeMap<Range, Written>);

/// Today's pool of the network that an address is in: empty where no range is of that network.
pub fn today(inventory: &Inventory, plan: &Plan, ip: Ipv4Addr) -> Pool {
    let own = inventory.card().into_iter().flat_map(|card| card.addresses.iter().copied());
    let mut networks: Vec<Ipv4Net> = plan.networks.iter().map(|network| network.prefix).chain(own).collect();
    networks.retain(|network| network.contains(&ip));
    let mut pool = all(inventory, plan);
    pool.0.retain(|range, _| range.contains(ip) || networks.iter().any(|network| network.contains(&range.first)));
    pool
}

/// Every range that is known, of whatever network.
pub fn all(inventory: &Inventory, plan: &Plan) -> Pool {
    let mut ranges: BTreeMap<Range, Written> = BTreeMap::new();
    for range in plan.dhcp.iter().flat_map(|server| &server.ranges) {
        ranges.entry(*range).or_default().add(Source::Plan);
    }
    for (file, pool, seen) in inventory.pools().ranges() {
        let written = ranges.entry(pool.range).or_default();
        written.add(Source::File(file.to_owned()));
        written.evidence.push(seen.clone());
    }
    Pool(ranges)
}

impl Written {
    fn add(&mut self, source: Source) {
        if let Err(place) = self.by.binary_search(&source) {
            self.by.insert(place, source);
        }
    }
}

impl Pool {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its ranges, the lowest first.
    pub fn ranges(&self) -> Vec<Range> {
        self.0.keys().copied().collect()
    }

    /// Where they are written, each place once.
    pub fn by(&self) -> Vec<Source> {
        let mut by: Vec<Source> = self.0.values().flat_map(|written| written.by.iter().cloned()).collect();
        by.sort();
        by.dedup();
        by
    }

    /// The lines that prove them.
    pub fn evidence(&self) -> impl Iterator<Item = Observation> {
        self.0.values().flat_map(|written| written.evidence.iter().cloned())
    }

    /// The range that holds an address.
    pub fn of(&self, ip: Ipv4Addr) -> Option<(Range, &Written)> {
        self.0.iter().find(|(range, _)| range.contains(ip)).map(|(range, written)| (*range, written))
    }
}

/// Ranges as a sentence lists them.
pub fn list(ranges: &[Range]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Where ranges are written, in brackets behind them: ` (by the plan and dnsmasq.conf)`.
pub fn by(sources: &[Source], language: Language) -> String {
    let names: Vec<&str> = sources.iter().map(|source| source.name(language)).collect();
    let names = join(&names, language);
    match names.as_str() {
        // A record of an earlier version does not tell.
        "" => String::new(),
        names => language.pick(format!(" (by {names})"), format!(" (d'après {names})")),
    }
}

impl Source {
    /// What a sentence calls it.
    pub fn name(&self, language: Language) -> &str {
        match self {
            Source::Plan => language.pick("the plan", "le plan"),
            Source::File(file) => file,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    #[test]
    fn the_plan_and_the_configurations_are_one_pool_and_each_range_knows_where_it_is_written() {
        let plan = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n";
        let conf = "dhcp-range=10.0.0.100,10.0.0.150,1h\ndhcp-range=10.0.0.20,10.0.0.30\ndhcp-range=10.9.0.20,10.9.0.30\n";
        let (inventory, plan) = (Scene::swept().pool("dnsmasq.conf", conf).seen().0, Plan::parse(plan).expect("a plan"));
        let pool = today(&inventory, &plan, Ipv4Addr::new(10, 0, 0, 7));
        assert_eq!(list(&pool.ranges()), "10.0.0.20-10.0.0.30, 10.0.0.100-10.0.0.150");
        assert_eq!(by(&pool.by(), Language::En), " (by the plan and dnsmasq.conf)");
        let (_, written) = pool.of(Ipv4Addr::new(10, 0, 0, 25)).expect("it is in a range");
        assert_eq!(by(&written.by, Language::Fr), " (d'après dnsmasq.conf)");
        assert_eq!(written.evidence.len(), 1);
        assert!(today(&inventory, &plan, Ipv4Addr::new(10, 5, 0, 1)).is_empty());
    }
}
