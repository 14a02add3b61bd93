//! The switches that a plan names, and the wall outlets that lead to their ports.

use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Plan;
use crate::fault::Why;
use crate::net::VlanId;

/// A managed switch of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    /// Its name, as it names itself to its neighbours (sysName).
    pub name: String,
    /// Its address.
    pub address: Option<Ipv4Addr>,
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
}

impl Outlet {
    /// Whether this is its label; labels differ by more than capitals.
    pub fn is_called(&self, label: &str) -> bool {
        same(&self.label, label)
    }
}

impl Plan {
    /// The outlet with a label; labels differ by more than capitals.
    pub fn outlet(&self, label: &str) -> Option<&Outlet> {
        self.outlets.iter().find(|outlet| outlet.is_called(label))
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
    }
    for (index, outlet) in plan.outlets.iter().enumerate() {
        let (before, label) = (&plan.outlets[..index], &outlet.label);
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
        assert!(said("[[outlet]]\nlabel = \"A13\"\nvlan = 4095").contains("4095 is not a VLAN"));
    }
}
