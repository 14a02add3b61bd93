//! The switches that a plan names, and the wall outlets that lead to their ports.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Plan, Snmp};
use crate::fault::Why;
use crate::net::VlanId;
use crate::poe::Class;

/// A managed switch of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Its name, as it names itself to its neighbours (sysName).
    pub name: String,
    /// Its address.
    pub address: Option<Ipv4Addr>,
    /// How it is asked over SNMP; a record and a report do not hold it.
    #[serde(default, skip_serializing)]
    pub snmp: Option<Snmp>,
}

/// A wall outlet, and where its cable should end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    /// The label on the wall, as in `B15`.
    pub label: String,
    /// The label on the patch panel.
    pub panel: Option<String>,
    /// The switch, by its name in the plan.
    pub switch: Option<String>,
    /// The port, as the switch names it: `Gi1/0/12`.
    pub port: Option<String>,
    /// The VLAN of frames without a tag.
    #[schemars(with = "Option<u16>", range(min = 1, max = 4094))]
    pub vlan: Option<VlanId>,
    /// The VLAN of telephones.
    #[schemars(with = "Option<u16>", range(min = 1, max = 4094))]
    pub voice_vlan: Option<VlanId>,
    /// What it must be good for: one of the link profiles.
    pub profile: Option<String>,
    /// The PoE class of the device that it feeds, 0 to 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 8))]
    pub power_class: Option<u8>,
}

impl Switch {
    /// Whether a device that calls itself so, and is managed at these addresses, is this switch. A name may come with its domain.
    pub fn is(&self, name: &str, addresses: impl IntoIterator<Item = IpAddr>) -> bool {
        same_switch(&self.name, name) || self.address.is_some_and(|own| addresses.into_iter().any(|ip| ip == IpAddr::V4(own)))
    }
}

impl Outlet {
    /// Whether it has that label; labels differ by more than capitals.
    pub fn is_called(&self, label: &str) -> bool {
        same(&self.label, label)
    }

    /// Whether its port is the one that a switch calls so: `Gi1/0/12` is `GigabitEthernet1/0/12`.
    pub fn is_port(&self, told: &str) -> Option<bool> {
        self.port.as_deref().map(|planned| same_port(planned, told))
    }
}

/// Whether a switch that calls itself so is the one of the list: some put their domain behind their name (`sw-1.example.org`).
pub fn same_switch(wanted: &str, is: &str) -> bool {
    let short = |name: &str| name.trim().split('.').next().unwrap_or_default().to_owned();
    same(wanted, is) || (!wanted.contains('.') && same(wanted, &short(is)))
}

/// Whether a port is the one of the list: `Gi1/0/12` is short for `GigabitEthernet1/0/12`, and on a list of one switch `12` says
/// it.
pub fn same_port(wanted: &str, is: &str) -> bool {
    let parts = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
        (name[..digits].trim_end_matches([' ', '-', '/']).to_owned(), name[digits..].to_owned())
    };
    let ((kind, number), (long, full)) = (parts(wanted), parts(is));
    if number.is_empty() || full.is_empty() {
        return same(wanted, is);
    }
    let last = full.rsplit(['/', '.', ':', '-']).next().unwrap_or_default();
    match kind.is_empty() {
        true => number == full || number == last,
        false => number == full && (long.starts_with(&kind) || kind.starts_with(&long) && !long.is_empty()),
    }
}

impl Plan {
    /// The outlet with a label; labels differ by more than capitals.
    pub fn outlet(&self, label: &str) -> Option<&Outlet> {
        self.outlets.iter().find(|outlet| outlet.is_called(label))
    }

    /// The outlet that leads to a port of a switch, which is known by its name or by its address.
    pub fn outlet_at(&self, switch: &str, address: IpAddr, port: &str) -> Option<&Outlet> {
        let is_it = |name: &str| {
            same(name, switch) || self.switch(name).and_then(|switch| switch.address).map(IpAddr::from) == Some(address)
        };
        let leads = |outlet: &&Outlet| {
            outlet.switch.as_deref().is_some_and(is_it) && outlet.port.as_deref().is_some_and(|name| same(name, port))
        };
        self.outlets.iter().find(leads)
    }

    /// The switch with a name.
    pub fn switch(&self, name: &str) -> Option<&Switch> {
        self.switches.iter().find(|switch| same(&switch.name, name))
    }
}

/// Whether two names are one: people write `a12` for `A12`.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.trim().eq_ignore_ascii_case(other.trim())
}

/// Every switch, every outlet and every port of a switch stands once.
pub(super) fn check(plan: &Plan) -> Result<(), Why> {
    for (index, switch) in plan.switches.iter().enumerate() {
        if plan.switches[..index].iter().any(|other| same(&other.name, &switch.name)) {
            let name = &switch.name;
            return Err(Why::new(
                format!("the switch {name:?} stands twice"),
                format!("le commutateur {name:?} figure deux fois"),
            ));
        }
        if let Some(Err(why)) = switch.snmp.as_ref().map(Snmp::check) {
            let name = &switch.name;
            return Err(Why::new(
                format!("the switch {name:?}: {}", why.english),
                format!("le commutateur {name:?} : {}", why.french),
            ));
        }
    }
    for (index, outlet) in plan.outlets.iter().enumerate() {
        let (before, label) = (&plan.outlets[..index], &outlet.label);
        if let Some(class) = outlet.power_class.filter(|class| Class::new(*class).is_none()) {
            return Err(Why::new(
                format!("the outlet {label:?} has PoE class {class}: there are 0 to 8"),
                format!("la prise {label:?} a la classe PoE {class} : il y en a de 0 à 8"),
            ));
        }
        if before.iter().any(|other| other.is_called(label)) {
            return Err(Why::new(format!("the outlet {label:?} stands twice"), format!("la prise {label:?} figure deux fois")));
        }
        if let Some(name) = outlet.switch.as_deref().filter(|name| !plan.switches.is_empty() && plan.switch(name).is_none()) {
            return Err(Why::new(
                format!("the outlet {label:?} leads to {name:?}, which is no switch of the plan"),
                format!("la prise {label:?} mène à {name:?}, qui n'est pas un commutateur du plan"),
            ));
        }
        let Some((switch, port)) = outlet.switch.as_ref().zip(outlet.port.as_ref()) else { continue };
        let there = |other: &&Outlet| {
            other.switch.as_ref().is_some_and(|name| same(name, switch))
                && other.port.as_ref().is_some_and(|name| same(name, port))
        };
        if let Some(other) = before.iter().find(there) {
            let one = &other.label;
            return Err(Why::new(
                format!("the outlets {one:?} and {label:?} lead to the same port {port} of {switch}"),
                format!("les prises {one:?} et {label:?} mènent au même port {port} de {switch}"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"
        [[network]]
        prefix = "10.0.20.0/24"
        vlan = 20
        [[switch]]
        name = "sw-etage-1"
        address = "10.0.20.2"
        [[outlet]]
        label = "A12"
        panel = "P1-12"
        switch = "SW-etage-1"
        port = "Gi1/0/12"
        vlan = 20
        voice_vlan = 30
    "#;

    #[test]
    fn an_outlet_is_found_by_its_label_however_it_is_written() {
        let plan = Plan::parse(PLAN).expect("a plan");
        let outlet = plan.outlet(" a12 ").expect("the outlet");
        assert_eq!(outlet.voice_vlan, VlanId::new(30));
        assert_eq!(
            plan.switch(outlet.switch.as_deref().expect("a switch")).and_then(|switch| switch.address),
            "10.0.20.2".parse().ok()
        );
        assert_eq!(plan.networks[0].vlan, outlet.vlan);
        let text = toml::to_string(&plan).expect("a plan is TOML");
        assert_eq!(Plan::parse(&text), Ok(plan));
    }

    #[test]
    fn what_stands_twice_or_leads_nowhere_is_refused() {
        let said = |more: &str| Plan::parse(&format!("{PLAN}{more}")).expect_err("a refusal").english;
        assert_eq!(said("[[switch]]\nname = \"SW-ETAGE-1\""), "the switch \"SW-ETAGE-1\" stands twice");
        assert_eq!(said("[[outlet]]\nlabel = \"a12\""), "the outlet \"a12\" stands twice");
        assert!(said("[[outlet]]\nlabel = \"A13\"\nswitch = \"sw-2\"").contains("no switch of the plan"));
        let port = "[[outlet]]\nlabel = \"A13\"\nswitch = \"sw-etage-1\"\nport = \"gi1/0/12\"";
        assert_eq!(said(port), "the outlets \"A12\" and \"A13\" lead to the same port gi1/0/12 of sw-etage-1");
        assert!(said("[[outlet]]\nlabel = \"A13\"\npower_class = 9").ends_with("has PoE class 9: there are 0 to 8"));
        assert!(said("[[outlet]]\nlabel = \"A13\"\nvlan = 4095").contains("4095 is not a VLAN"));
    }

    #[test]
    fn a_switch_and_its_port_are_known_however_they_are_written() {
        let switch = Switch { name: "SW-1".to_owned(), address: "10.0.0.2".parse().ok(), snmp: None };
        let at: IpAddr = "10.0.0.2".parse().expect("an address");
        assert!(switch.is("sw-1", []) && switch.is("sw-1.example.net", []) && switch.is("core", [at]));
        assert!(!switch.is("sw-11", []) && !switch.is("core", []));
        let port = |told| Outlet { port: Some("Gi1/0/12".to_owned()), ..Outlet::default() }.is_port(told);
        assert!(["gi1/0/12", "GigabitEthernet1/0/12", "Gi 1/0/12"].iter().all(|told| port(told) == Some(true)));
        assert!(["Gi1/0/1", "Gi1/0/120", "Te1/0/12", "1/0/12"].iter().all(|told| port(told) == Some(false)));
        assert_eq!(Outlet::default().is_port("Gi1"), None);
    }

    #[test]
    fn ports_and_switches_are_known_by_their_usual_short_names() {
        for (wanted, is) in [
            ("12", "GigabitEthernet1/0/12"),
            ("1/0/12", "gi1/0/12"),
            ("Gi1/0/12", "GigabitEthernet1/0/12"),
            ("GigabitEthernet1/0/12", "Gi1/0/12"),
            ("port 12", "Port 12"),
            ("g12", "g12"),
            ("uplink", "UPLINK"),
        ] {
            assert!(same_port(wanted, is), "{wanted} {is}");
        }
        for (wanted, is) in [("12", "gi1/0/2"), ("Gi1/0/1", "Gi1/0/12"), ("Te1/0/12", "Gi1/0/12"), ("gi12", "12"), ("a", "b")] {
            assert!(!same_port(wanted, is), "{wanted} {is}");
        }
        assert!(
            same_switch("sw-1", "SW-1.example.org") && !same_switch("sw-1.a.org", "sw-1.b.org") && !same_switch("sw-1", "sw-10")
        );
    }
}
