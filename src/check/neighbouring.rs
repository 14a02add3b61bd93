//! What the checks of a neighbour have in common.

use crate::finding::Reason;
use crate::observe::{Advertised, Discovery, Inventory, Observation};
use crate::site::{Outlet, Plan};

/// What every switch at the other end says, each with its sighting; else why nothing can be said of any.
pub fn switches(inventory: &Inventory) -> Result<Vec<(Advertised, &Observation)>, Reason> {
    let no_link = inventory.path().link().is_some_and(|link| !link.carrier);
    let all: Vec<_> = inventory.neighbours().present().collect();
    if all.is_empty() {
        let listened_ms = inventory.neighbours().listened_ms().unwrap_or_default();
        return Err(if no_link { Reason::NoLink } else { Reason::NoNeighbour { listened_ms } });
    }
    // Who says nothing of its kind, and is alone, is taken for a switch: many small ones do not.
    let sure: Vec<_> = all.iter().filter(|(told, _)| told.is_switch()).cloned().collect();
    let unsure = |told: &Advertised| told.roles.is_empty();
    let switches = if sure.is_empty() { all.into_iter().filter(|(told, _)| unsure(told)).collect() } else { sure };
    if switches.is_empty() { Err(Reason::NeighbourSilent) } else { Ok(switches) }
}

/// The switch itself, where only one is at the other end: two mean that something between hands on what they say, and the cable
/// ends there. One that speaks two protocols is one; LLDP is the first of them.
pub fn one_switch(inventory: &Inventory) -> Result<Vec<(Advertised, &Observation)>, Reason> {
    let mut switches = switches(inventory)?;
    switches.sort_by_key(|(told, _)| told.protocol != Discovery::Lldp);
    let alike = |other: &Advertised| {
        let first = &switches[0].0;
        other.source == first.source || other.called().eq_ignore_ascii_case(first.called())
    };
    if switches.iter().all(|(told, _)| alike(told)) { Ok(switches) } else { Err(Reason::SeveralNeighbours) }
}

/// The outlet of the plan that the laptop is said to be at.
pub fn outlet<'a>(inventory: &Inventory, plan: &'a Plan) -> Option<&'a Outlet> {
    plan.outlet(inventory.neighbours().outlet()?)
}

/// Messages of neighbours for the tests of the checks.
#[cfg(test)]
pub(crate) mod testing {
    use crate::check::testing::Scene;
    use crate::net::{Mac, VlanId};
    use crate::observe::{Advertised, Discovery, Fact, Role};

    /// A port of a switch that speaks LLDP.
    pub(crate) fn advertised() -> Advertised {
        Advertised {
            protocol: Discovery::Lldp,
            source: Mac([2, 0, 0, 0, 9, 12]),
            ttl_s: 120,
            chassis: "02:00:00:00:09:00".to_owned(),
            port: "Gi1/0/12".to_owned(),
            port_description: None,
            name: Some("sw-1.example.net".to_owned()),
            description: None,
            roles: [Role::Bridge].into(),
            addresses: ["10.0.0.2".parse().expect("an address")].into(),
            vlan: VlanId::new(20),
            policies: vec![],
            full_duplex: Some(true),
            speed_mbps: Some(1000),
            max_frame: None,
            power: None,
            faults: vec![],
        }
    }

    /// The laptop at an outlet, and what it heard there.
    pub(crate) fn at(label: &str, told: impl IntoIterator<Item = Advertised>) -> Scene {
        let scene = Scene::default().fact(Fact::AtOutlet { label: label.to_owned() });
        let scene = scene.fact(Fact::NeighboursListened { ms: 60_000 });
        told.into_iter().fold(scene, |scene, told| scene.fact(Fact::NeighbourAdvertised(Box::new(told))))
    }

    /// A plan with one switch and one outlet.
    pub(crate) const PLAN: &str = r#"
        [[network]]
        prefix = "10.0.0.0/24"
        vlan = 20
        [[switch]]
        name = "sw-1"
        address = "10.0.0.2"
        [[outlet]]
        label = "A12"
        switch = "sw-1"
        port = "Gi1/0/12"
        vlan = 20
        voice_vlan = 30
        power_class = 4
    "#;
}
