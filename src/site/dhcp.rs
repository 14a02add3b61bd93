//! The DHCP servers that a plan names, and the ranges that they lease from.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::fault::Why;
use crate::net::Mac;

/// A DHCP server of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dhcp {
    /// What people call it.
    pub name: Option<String>,
    /// Its address, by which it names itself (option 54).
    pub server: Ipv4Addr,
    /// Its card; any card where it is left out. Not for a server behind a relay, whose card is not seen.
    #[schemars(with = "Option<String>")]
    pub mac: Option<Mac>,
    /// The addresses that it leases, as in `10.0.0.100-10.0.0.199`. The two of a failover pair may name the same ones.
    #[serde(default)]
    pub ranges: Vec<Range>,
}

/// Addresses from one to another, both among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Range {
    /// The first.
    pub first: Ipv4Addr,
    /// The last.
    pub last: Ipv4Addr,
}

impl Range {
    /// Whether it holds an address.
    pub fn contains(&self, ip: Ipv4Addr) -> bool {
        (self.first..=self.last).contains(&ip)
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Range, String> {
        let ends = text.split_once('-').and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
        match ends {
            Some((first, last)) if first <= last => Ok(Range { first, last }),
            _ => Err(format!("{text:?} is not a range: as in 10.0.0.100-10.0.0.199")),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl TryFrom<String> for Range {
    type Error = String;

    fn try_from(text: String) -> Result<Range, String> {
        text.parse()
    }
}

impl From<Range> for String {
    fn from(range: Range) -> String {
        range.to_string()
    }
}

impl JsonSchema for Range {
    fn schema_name() -> Cow<'static, str> {
        "Range".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9.]+ *- *[0-9.]+$" })
    }
}

impl Plan {
    /// What the plan says of a DHCP server that names itself so and answers from these cards; those of a relay tell nothing of
    /// it.
    pub fn dhcp_server(&self, id: Option<Ipv4Addr>, macs: &BTreeSet<Mac>, relayed: bool) -> Option<&Dhcp> {
        let card = |dhcp: &Dhcp| relayed || dhcp.mac.is_none_or(|mac| macs.contains(&mac));
        self.dhcp.iter().find(|dhcp| Some(dhcp.server) == id && card(dhcp))
    }
}

/// Every server stands once; its ranges lie each in a network, where networks are named, and do not overlap each other's. Between
/// servers, ranges are the same or apart.
pub(super) fn check(plan: &Plan) -> Result<(), Why> {
    for (index, dhcp) in plan.dhcp.iter().enumerate() {
        let (before, server) = (&plan.dhcp[..index], dhcp.server);
        if before.iter().any(|other| other.server == server && (other.mac == dhcp.mac || other.mac.is_none())) {
            let said = format!("the DHCP server {server} stands twice");
            return Err(Why::new(said, format!("le serveur DHCP {server} figure deux fois")));
        }
        for (place, range) in dhcp.ranges.iter().enumerate() {
            let mut networks = plan.networks.iter().map(|network| network.prefix);
            let inside = networks.any(|net| net.contains(&range.first) && net.contains(&range.last));
            if !plan.networks.is_empty() && !inside {
                return Err(Why::new(
                    format!("the range {range} of the DHCP server {server} is in no network of the plan"),
                    format!("la plage {range} du serveur DHCP {server} n'est dans aucun réseau du plan"),
                ));
            }
            let others = before.iter().flat_map(|other| &other.ranges).filter(|other| *other != range);
            let over = |other: &&Range| other.first <= range.last && range.first <= other.last;
            if let Some(other) = dhcp.ranges[..place].iter().chain(others).find(over) {
                return Err(Why::new(
                    format!("the ranges {other} and {range} overlap"),
                    format!("les plages {other} et {range} se chevauchent"),
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(ranges: &str, more: &str) -> Result<Plan, Why> {
        Plan::parse(&format!(
            "[[network]]\nprefix = \"10.0.0.0/24\"\n[[dhcp]]\nserver = \"10.0.0.1\"\nranges = [{ranges}]\n{more}"
        ))
    }

    #[test]
    fn a_failover_pair_may_share_its_range() {
        let pair = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.199\"]\nmac = \"02:00:00:00:00:02\"";
        let plan = plan("\"10.0.0.100 - 10.0.0.199\"", pair).expect("a plan");
        assert!(plan.dhcp[1].ranges[0].contains(Ipv4Addr::new(10, 0, 0, 199)));
        let text = toml::to_string(&plan).expect("a plan is TOML");
        assert_eq!(Plan::parse(&text), Ok(plan));
    }

    #[test]
    fn ranges_backwards_outside_every_network_or_over_each_other_are_refused() {
        let said = |ranges: &str, more: &str| plan(ranges, more).expect_err("a refusal").english;
        assert!(said("\"10.0.0.9-10.0.0.1\"", "").contains("is not a range"));
        assert!(said("\"10.0.1.1-10.0.1.9\"", "").contains("in no network"));
        assert!(said("\"10.0.0.1-10.0.0.9\", \"10.0.0.9-10.0.0.12\"", "").contains("overlap"));
        let other = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.5-10.0.0.20\"]";
        assert!(said("\"10.0.0.1-10.0.0.9\"", other).contains("overlap"));
        assert_eq!(said("", "[[dhcp]]\nserver = \"10.0.0.1\""), "the DHCP server 10.0.0.1 stands twice");
    }
}
