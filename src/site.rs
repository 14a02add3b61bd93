//! The plan of a site: what should be there. People write it, in TOML; unknown keys are refused.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Result, Why};
use crate::net::{Ipv4Net, Mac, VlanId};
use crate::service::{Barrier, Service};
pub(crate) use cabling::same;
pub use cabling::{Outlet, Switch};
pub use cabling::{same_port, same_switch};
pub use dhcp::{Dhcp, Range};
pub use router6::Router6;
pub use snmp::{Access, Authentication, Privacy, Snmp, Version};

mod authority;
mod cabling;
mod dhcp;
mod remark;
mod router6;
mod service;
mod snmp;

/// What the site should be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The name of the site, as reports print it.
    pub site: Option<String>,
    /// The prefixes of the site. They may not overlap. A scan without targets asks those that the interface is in.
    #[serde(default, rename = "network")]
    pub networks: Vec<Network>,
    /// Addresses that belong to one device.
    #[serde(default)]
    pub fixed: Vec<Fixed>,
    /// Addresses that several devices hold on purpose: VRRP, CARP, clusters.
    #[serde(default)]
    pub shared: Vec<Shared>,
    /// The DHCP servers of the site, a failover pair both.
    #[serde(default)]
    pub dhcp: Vec<Dhcp>,
    /// The IPv6 routers of the site.
    #[serde(default, rename = "router6", skip_serializing_if = "Vec::is_empty")]
    pub routers6: Vec<Router6>,
    /// The managed switches of the site.
    #[serde(default, rename = "switch", skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
    /// The wall outlets, and where their cables should end.
    #[serde(default, rename = "outlet", skip_serializing_if = "Vec::is_empty")]
    pub outlets: Vec<Outlet>,
    /// The services of the site, and what they must answer.
    #[serde(default, rename = "service", skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// What must not be reached from where the laptop is.
    #[serde(default, rename = "must_not_reach", skip_serializing_if = "Vec::is_empty")]
    pub barriers: Vec<Barrier>,
    /// The private authorities of the site, by the name that services call them, each with its certificates (PEM). That of a file
    /// is kept here as well once it is read, so that a record needs no file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub authorities: BTreeMap<String, String>,
}

/// A prefix of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// What people call it.
    pub name: Option<String>,
    /// The prefix, as in `192.168.1.0/24`.
    #[schemars(with = "String")]
    pub prefix: Ipv4Net,
    /// The gateways out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<Ipv4Addr>,
    /// The DNS servers that its devices ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<IpAddr>,
    /// Its VLAN, as switches number it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u16>", range(min = 1, max = 4094))]
    pub vlan: Option<VlanId>,
    /// The plan names every device of it: whoever else is in it is a risk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub complete: bool,
    /// It must be reached from the other networks of the plan: `trousse diagnose` pings its gateways from there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub routed: bool,
}

/// An address that belongs to one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// The device, as people call it.
    pub name: String,
    /// Its address.
    pub address: Ipv4Addr,
    /// Its card, as in `b8:27:eb:00:00:01`.
    #[schemars(with = "Option<String>")]
    pub mac: Option<Mac>,
    /// What it is there for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The system that runs on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
}

/// An address that several devices hold on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// What it is for.
    pub name: Option<String>,
    /// The address.
    pub address: Ipv4Addr,
    /// The cards that may hold it; any card where the list is empty.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub macs: Vec<Mac>,
}

/// Gateways of routed networks that a plan may have: all are pinged at once.
pub const ROUTED: usize = 32;

impl Plan {
    /// Reads the plan in a file, and the certificates beside it that its services name.
    pub fn load(path: &Path) -> Result<Plan> {
        let mut plan = Plan::load_alone(path)?;
        plan.find_authorities(path.parent().unwrap_or(Path::new("")))?;
        Ok(plan)
    }

    /// Reads the plan in a file and nothing beside it: a replay asks no service.
    pub fn load_alone(path: &Path) -> Result<Plan> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Fault::because(format!("cannot read the plan {shown}"), format!("plan {shown} illisible"), &error).hint(
                "name a file in TOML; trousse schema plan prints what it may hold",
                "indiquez un fichier TOML ; trousse schema plan affiche ce qu'il peut contenir",
            )
        })?;
        Plan::parse(&text).map_err(|why| {
            Fault::because(format!("the plan {shown} is refused"), format!("plan {shown} refusé"), why).hint(
                "trousse schema plan prints what a plan may hold",
                "trousse schema plan affiche ce qu'un plan peut contenir",
            )
        })
    }

    /// Reads the certificates of the authorities that services name and the plan does not hold yet, from files in a folder.
    pub fn find_authorities(&mut self, folder: &Path) -> Result<()> {
        authority::find(self, folder)
    }

    /// Reads a plan; the error is one line with the place in the text.
    pub fn parse(text: &str) -> std::result::Result<Plan, Why> {
        let plan: Plan = toml::from_str(text).map_err(|error| one_line(text, &error))?;
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> std::result::Result<(), Why> {
        for (index, network) in self.networks.iter().enumerate() {
            let clash = self.networks[..index]
                .iter()
                .find(|other| other.prefix.contains(&network.prefix) || network.prefix.contains(&other.prefix));
            if let Some(other) = clash {
                let (one, two) = (other.prefix, network.prefix);
                return Err(Why::new(
                    format!("the networks {one} and {two} overlap"),
                    format!("les réseaux {one} et {two} se chevauchent"),
                ));
            }
            if let Some(ip) = network.gateways.iter().find(|ip| !network.prefix.contains(*ip)) {
                let prefix = network.prefix;
                return Err(Why::new(
                    format!("the gateway {ip} is outside its network {prefix}"),
                    format!("la passerelle {ip} est hors de son réseau {prefix}"),
                ));
            }
            if network.routed && network.gateways.is_empty() {
                let prefix = network.prefix;
                return Err(Why::new(
                    format!("the network {prefix} is routed and has no gateways to ping"),
                    format!("le réseau {prefix} est routé (routed) et n'a pas de passerelles (gateways) à qui envoyer un ping"),
                ));
            }
        }
        let routed: usize = self.networks.iter().filter(|network| network.routed).map(|network| network.gateways.len()).sum();
        if routed > ROUTED {
            return Err(Why::new(
                format!("the routed networks have {routed} gateways, and {ROUTED} at most are pinged"),
                format!("les réseaux routés (routed) ont {routed} passerelles, et {ROUTED} au plus reçoivent un ping"),
            ));
        }
        for (index, fixed) in self.fixed.iter().enumerate() {
            if let Some(other) = self.fixed[..index].iter().find(|other| other.address == fixed.address) {
                let (ip, one, two) = (fixed.address, &other.name, &fixed.name);
                return Err(Why::new(
                    format!("{ip} is given to {one:?} and to {two:?}"),
                    format!("{ip} est attribuée à {one:?} et à {two:?}"),
                ));
            }
            if self.shared(fixed.address).is_some() {
                let ip = fixed.address;
                return Err(Why::new(format!("{ip} is both fixed and shared"), format!("{ip} est à la fois fixe et partagée")));
            }
        }
        dhcp::check(self)?;
        service::check(self)?;
        authority::check(self)?;
        router6::check(self)?;
        cabling::check(self)
    }

    /// The networks that a card with these addresses is in.
    pub fn networks_of<'a>(&'a self, own: &'a [Ipv4Net]) -> impl Iterator<Item = &'a Network> {
        self.networks.iter().filter(|network| own.iter().any(|net| network.prefix.contains(&net.addr())))
    }

    /// The networks that must be reached and that no prefix of a card with these addresses touches.
    pub fn networks_elsewhere<'a>(&'a self, own: &'a [Ipv4Net]) -> impl Iterator<Item = &'a Network> {
        let touches = |net: &Ipv4Net, prefix: &Ipv4Net| prefix.contains(&net.addr()) || net.contains(&prefix.addr());
        self.networks.iter().filter(move |network| network.routed && !own.iter().any(|net| touches(net, &network.prefix)))
    }

    /// The device that an address belongs to.
    pub fn fixed(&self, ip: Ipv4Addr) -> Option<&Fixed> {
        self.fixed.iter().find(|fixed| fixed.address == ip)
    }

    /// What is said of an address that several devices hold.
    pub fn shared(&self, ip: Ipv4Addr) -> Option<&Shared> {
        self.shared.iter().find(|shared| shared.address == ip)
    }
}

/// A TOML error as one line: where, and what.
pub fn one_line(text: &str, error: &toml::de::Error) -> Why {
    let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let said = error.message().replace('\n', ", ");
    Why::new(format!("line {line}: {said}"), format!("ligne {line} : {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"
        site = "Domaine des Tilleuls"
        [[network]]
        prefix = "10.0.0.0/24"
        [[fixed]]
        name = "caisse"
        address = "10.0.0.9"
        mac = "02:00:00:00:00:0a"
        [[shared]]
        address = "10.0.0.1"
    "#;

    #[test]
    fn a_plan_says_what_belongs_to_whom() {
        let plan = Plan::parse(PLAN).expect("a plan");
        assert_eq!(plan.fixed(Ipv4Addr::new(10, 0, 0, 9)).map(|fixed| fixed.name.as_str()), Some("caisse"));
        assert!(plan.shared(Ipv4Addr::new(10, 0, 0, 1)).is_some());
        assert!(plan.shared(Ipv4Addr::new(10, 0, 0, 9)).is_none());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let said = Plan::parse("site = \"x\"\ncolour = 3\n").expect_err("unknown key");
        assert!(said.english.starts_with("line 2: unknown field `colour`"), "{said:?}");
        assert!(said.french.starts_with("ligne 2 : "), "{said:?}");
    }

    #[test]
    fn a_gateway_outside_its_network_is_refused() {
        let plan = |gateway: &str| Plan::parse(&format!("[[network]]\nprefix = \"10.0.0.0/24\"\ngateways = [\"{gateway}\"]"));
        let near = plan("10.0.0.254").expect("a plan");
        let own = ["10.0.0.7/24".parse().expect("a prefix")];
        assert_eq!(near.networks_of(&own).flat_map(|network| &network.gateways).count(), 1);
        let said = plan("10.0.1.254").expect_err("a refusal");
        assert_eq!(said.english, "the gateway 10.0.1.254 is outside its network 10.0.0.0/24");
    }

    #[test]
    fn a_network_that_must_be_reached_is_pinged_from_elsewhere_alone_and_has_somebody_to_ping() {
        let routed = |prefix: &str, gateways: &str| {
            format!("[[network]]\nprefix = \"{prefix}\"\nrouted = true\ngateways = [{gateways}]\n")
        };
        let plan = Plan::parse(&routed("10.2.0.0/24", "\"10.2.0.1\"")).expect("a plan");
        let elsewhere = |own: &str| plan.networks_elsewhere(&[own.parse().expect("a prefix")]).count();
        assert_eq!([elsewhere("10.1.0.7/24"), elsewhere("10.2.0.7/24"), elsewhere("10.0.0.7/8")], [1, 0, 0]);
        let refused = |text: &str| Plan::parse(text).expect_err("refused").english;
        assert_eq!(refused(&routed("10.2.0.0/24", "")), "the network 10.2.0.0/24 is routed and has no gateways to ping");
        let gateways: Vec<String> = (1..=33).map(|last| format!("\"10.2.0.{last}\"")).collect();
        let many = refused(&routed("10.2.0.0/24", &gateways.join(", ")));
        assert_eq!(many, "the routed networks have 33 gateways, and 32 at most are pinged");
    }

    #[test]
    fn overlapping_prefixes_and_an_address_given_twice_are_refused() {
        let said = Plan::parse("[[network]]\nprefix = \"10.0.0.0/8\"\n[[network]]\nprefix = \"10.1.0.0/16\"\n");
        let refused = |text: &str| Plan::parse(text).expect_err("refused").french;
        assert_eq!(said.map_err(|why| why.english), Err("the networks 10.0.0.0/8 and 10.1.0.0/16 overlap".to_owned()));
        let twice = format!("{PLAN}\n[[fixed]]\nname = \"bureau\"\naddress = \"10.0.0.9\"\n");
        assert_eq!(refused(&twice), "10.0.0.9 est attribuée à \"caisse\" et à \"bureau\"");
        let both = format!("{PLAN}\n[[shared]]\naddress = \"10.0.0.9\"\n");
        assert_eq!(refused(&both), "10.0.0.9 est à la fois fixe et partagée");
    }
}
