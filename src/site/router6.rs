//! The IPv6 routers of the site, as a plan names them: by address, by card, or by what they advertise.

use std::net::Ipv6Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::fault::Why;
use crate::net::{Ipv6Net, Mac};

/// An IPv6 router of the site. Of several things that are said of it, all must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Router6 {
    /// What people call it.
    pub name: Option<String>,
    /// The address that it advertises itself by, as in `fe80::1`: always a link-local one.
    pub address: Option<Ipv6Addr>,
    /// Its card, as in `b8:27:eb:00:00:01`.
    #[schemars(with = "Option<String>")]
    pub mac: Option<Mac>,
    /// The prefixes that it advertises, as in `2001:db8:1::/64`: no other than these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub prefixes: Vec<Ipv6Net>,
}

impl Router6 {
    /// Whether the plan means this router.
    pub fn means(&self, address: Ipv6Addr, mac: Mac, prefixes: impl Iterator<Item = Ipv6Net>) -> bool {
        let mut prefixes = prefixes.peekable();
        // Who is known by its prefixes alone and advertises none is anybody.
        let is_known = self.address.is_some() || self.mac.is_some() || prefixes.peek().is_some();
        is_known
            && self.address.is_none_or(|planned| planned == address)
            && self.mac.is_none_or(|planned| planned == mac)
            && (self.prefixes.is_empty() || prefixes.all(|prefix| self.prefixes.iter().any(|planned| planned.trunc() == prefix)))
    }

    /// Whether the plan knows this router by its address or card, whatever it advertises.
    pub fn knows(&self, address: Ipv6Addr, mac: Mac) -> bool {
        let known = self.address.is_some() || self.mac.is_some();
        known && self.address.is_none_or(|planned| planned == address) && self.mac.is_none_or(|planned| planned == mac)
    }

    /// What it is called, else what it is known by.
    pub fn called(&self) -> String {
        let known = self.address.map(|address| address.to_string()).or(self.mac.map(|mac| mac.to_string()));
        let prefixes = || self.prefixes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        self.name.clone().or(known).unwrap_or_else(prefixes)
    }
}

pub(super) fn check(plan: &Plan) -> Result<(), Why> {
    for router in &plan.routers6 {
        if router.address.is_none() && router.mac.is_none() && router.prefixes.is_empty() {
            return Err(Why::new(
                "[[router6]] says neither address, nor mac, nor prefixes",
                "[[router6]] ne donne ni address, ni mac, ni prefixes",
            ));
        }
        if let Some(ip) = router.address.filter(|ip| !ip.is_unicast_link_local()) {
            return Err(Why::new(
                format!("[[router6]] {ip}: a router is known by its link-local address, as in fe80::1"),
                format!("[[router6]] {ip} : un routeur se reconnaît à son adresse de lien local, par exemple fe80::1"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC: Mac = Mac([2; 6]);

    fn net(text: &str) -> Ipv6Net {
        text.parse().expect("a prefix")
    }

    #[test]
    fn all_that_is_said_of_a_router_must_hold() {
        let ip: Ipv6Addr = "fe80::1".parse().expect("an address");
        let prefix = net("2001:db8:1::/64");
        let means = |text: &str| {
            let plan = Plan::parse(&format!("[[router6]]\n{text}")).expect("a plan");
            plan.routers6[0].means(ip, MAC, [prefix].into_iter())
        };
        assert!(means("address = \"fe80::1\""));
        assert!(!means("address = \"fe80::2\""));
        assert!(means("address = \"fe80::1\"\nmac = \"02:02:02:02:02:02\"\nprefixes = [\"2001:db8:1::/64\", \"fd00::/64\"]"));
        assert!(!means("address = \"fe80::1\"\nmac = \"02:02:02:02:02:03\""));
        assert!(!means("mac = \"02:02:02:02:02:02\"\nprefixes = [\"fd00::/64\"]"));
        let silent = |text: &str| {
            let plan = Plan::parse(&format!("[[router6]]\n{text}prefixes = [\"2001:db8:1::/64\"]")).expect("a plan");
            plan.routers6[0].means(ip, MAC, [].into_iter())
        };
        assert!(silent("address = \"fe80::1\"\n") && !silent(""));
    }

    #[test]
    fn a_router_that_nothing_is_said_of_is_refused_and_so_is_another_address() {
        let refused = |text: &str| Plan::parse(text).expect_err("refused").english;
        assert_eq!(refused("[[router6]]\nname = \"box\""), "[[router6]] says neither address, nor mac, nor prefixes");
        let said = refused("[[router6]]\naddress = \"2001:db8::1\"");
        assert_eq!(said, "[[router6]] 2001:db8::1: a router is known by its link-local address, as in fe80::1");
    }
}
