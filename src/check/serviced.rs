//! The services of the plan and what became of each: the ground of the checks of services.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::way_out::{Standing, gateways, is_near, is_shut, standing, unasked};
use crate::finding::{Finding, Reason, Subject, Verdict};
use crate::observe::{Became, Cut, Inventory, Observation, Part, ServiceTold};
use crate::service::{Kind, Measured, Service};
use crate::site::Plan;

/// A service, as a finding names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// What the plan calls it.
    pub service: String,
    /// What it speaks.
    pub kind: Kind,
    /// Its host, as the plan has it.
    pub host: String,
    /// The address that it was asked at.
    pub ip: Option<IpAddr>,
    /// Its port.
    #[serde(rename = "at_port")]
    pub port: Option<u16>,
}

impl Place {
    /// Where a service was asked.
    pub fn of(service: &Service, told: &ServiceTold) -> Place {
        let (name, host) = (service.name.clone(), service.host.clone());
        Place { service: name, kind: service.kind, host, ip: told.address, port: service.port() }
    }

    /// As in `intranet.example.net (10.0.0.7), port 443`.
    pub fn say(&self) -> String {
        let host = match self.ip.map(|ip| ip.to_string()) {
            Some(ip) if ip != self.host => format!("{} ({ip})", self.host),
            _ => self.host.clone(),
        };
        match self.port {
            Some(port) => format!("{host}, port {port}"),
            None => host,
        }
    }

    /// The case: this service, at this address.
    pub fn subject(&self) -> Subject {
        Subject { ip: self.ip, port: Some(self.service.clone()), ..Subject::default() }
    }

    /// Whether it is about an address.
    pub fn is_at(&self, ip: IpAddr) -> bool {
        self.ip == Some(ip)
    }
}

/// What a check says of one service.
pub enum Heard {
    /// It is as planned.
    Well,
    /// It is not.
    Wrong(Box<Finding>),
    /// It did not come so far; another check says why.
    Elsewhere,
    /// It could not be looked at, for this reason.
    Untested(Reason),
}

/// Whether a service answered and it is not known whether what it answered is as planned.
pub fn is_undecided(service: &Service, told: &ServiceTold) -> bool {
    let chain = told.tls.as_ref().is_some_and(|tls| tls.flaws(service).is_none());
    let cut = matches!(&told.measured, Some(Measured::Looked(answer)) if answer.as_planned(service).is_none());
    chain || cut
}

/// By which kind of address nothing behind the gateways can be reached.
struct ShutWays {
    ipv4: bool,
    ipv6: bool,
    /// By none of those that there is a gateway for.
    all: bool,
}

impl ShutWays {
    fn of(inventory: &Inventory, plan: &Plan) -> ShutWays {
        let shut = |behind: IpAddr| is_shut(inventory, plan, behind);
        let (ipv4, ipv6) = (shut(Ipv4Addr::UNSPECIFIED.into()), shut(Ipv6Addr::UNSPECIFIED.into()));
        let open = gateways(inventory, plan).keys().any(|ip| {
            let shut = if ip.is_ipv4() { ipv4 } else { ipv6 };
            !shut && standing(inventory, *ip) != Standing::NotAsked
        });
        ShutWays { ipv4, ipv6, all: (ipv4 || ipv6) && !open }
    }

    /// What has no address yet may have either.
    fn to(&self, ip: Option<IpAddr>) -> bool {
        match ip {
            Some(IpAddr::V4(_)) => self.ipv4,
            Some(IpAddr::V6(_)) => self.ipv6,
            None => self.all,
        }
    }
}

/// What the silence of a barrier may be beside the barrier itself.
pub struct OtherSilences<'a> {
    inventory: &'a Inventory,
    shut: ShutWays,
}

impl OtherSilences<'_> {
    /// Those of a look.
    pub fn of<'a>(inventory: &'a Inventory, plan: &Plan) -> OtherSilences<'a> {
        OtherSilences { inventory, shut: ShutWays::of(inventory, plan) }
    }

    /// Why nothing that came back from an address proves nothing.
    pub fn at(&self, ip: Option<IpAddr>) -> Option<Reason> {
        let far = ip.is_none_or(|ip| !is_near(self.inventory, ip));
        if self.inventory.coverage().cut.contains(&Cut::Link) {
            return Some(Reason::LinkLost);
        }
        (far && self.shut.to(ip)).then_some(Reason::GatewaySilent)
    }
}

/// Judges each service that a check is about. Behind a gateway that is silent nobody is to blame.
pub fn verdict(
    inventory: &Inventory,
    plan: &Plan,
    about: impl Fn(&Service) -> bool,
    look: impl Fn(&Service, &ServiceTold, &Observation) -> Heard,
) -> Verdict {
    let shut = ShutWays::of(inventory, plan);
    let (mut findings, mut untested, mut planned) = (Vec::new(), None, false);
    for service in plan.services.iter().filter(|service| about(service)) {
        planned = true;
        let name = || service.name.clone();
        let untested_by = match inventory.services().of(&service.name) {
            None if service.fills() => Some(not_filled(inventory, name())),
            None => Some(not_asked(inventory, name())),
            Some((told, _)) if told.became == Became::NotSent => Some(Reason::ServiceNotSent { service: name() }),
            Some((told, _)) if shut.to(told.address) && is_hindered(inventory, told) => Some(Reason::GatewaySilent),
            Some((told, seen)) => match look(service, told, seen) {
                Heard::Well => None,
                Heard::Wrong(finding) => {
                    findings.push(*finding);
                    None
                }
                Heard::Elsewhere => Some(Reason::ServiceUnreached { service: name() }),
                Heard::Untested(reason) => Some(reason),
            },
        };
        untested = untested.or(untested_by);
    }
    let otherwise = match untested {
        _ if !planned => Verdict::NotTested(Reason::NoService),
        Some(reason) => Verdict::NotTested(reason),
        None => Verdict::Clear,
    };
    Verdict::of(findings, otherwise)
}

/// Whether a service has a say in the checks that are about every kind: that a line was not to be filled, or could not be, is
/// said once, by the check of throughput.
pub fn is_tried(inventory: &Inventory, service: &Service) -> bool {
    !service.fills() || inventory.services().of(&service.name).is_some_and(|(told, _)| told.became.was_asked())
}

/// Why a line was not filled. In a look that went to its end nobody had agreed to that.
fn not_filled(inventory: &Inventory, service: String) -> Reason {
    match unasked(inventory, Part::Services) {
        Reason::NotSent => Reason::ThroughputNotAgreed { service },
        reason => reason,
    }
}

/// Why a service, or a barrier, has no answer.
pub fn not_asked(inventory: &Inventory, service: String) -> Reason {
    match unasked(inventory, Part::Services) {
        Reason::NotSent | Reason::OutOfTime { .. } => Reason::ServiceNotAsked { service },
        reason => reason,
    }
}

/// Whether the silence of a service may be the way to it.
pub fn is_hindered(inventory: &Inventory, told: &ServiceTold) -> bool {
    let far = told.address.is_none_or(|ip| !is_near(inventory, ip));
    far && matches!(told.became, Became::Silent | Became::Unresolved)
}

/// The addresses at which nothing of what was asked answered, with how much that was: two services or more, or one where nobody
/// answers ARP either. The answer to ARP is the third.
pub fn dead_hosts(inventory: &Inventory, plan: &Plan) -> Vec<(IpAddr, Vec<String>, bool)> {
    let mut hosts: std::collections::BTreeMap<IpAddr, (Vec<String>, bool)> = Default::default();
    for service in &plan.services {
        let Some((told, _)) = inventory.services().of(&service.name) else { continue };
        let Some(ip) = told.address else { continue };
        let host = hosts.entry(ip).or_insert((Vec::new(), true));
        match told.became {
            became if !became.was_asked() => {}
            Became::Silent => host.0.push(service.name.clone()),
            _ => host.1 = false,
        }
    }
    let shut = ShutWays::of(inventory, plan);
    let dead = |(ip, (services, dead)): (IpAddr, (Vec<String>, bool))| {
        let near = is_near(inventory, ip);
        let arp = near && !inventory.claims_of(ip).is_empty();
        let enough = services.len() > 1 || services.len() == 1 && near && !arp;
        (dead && enough && (near || !shut.to(Some(ip)))).then_some((ip, services, arp))
    };
    hosts.into_iter().filter_map(dead).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    #[test]
    fn a_place_is_named_once() {
        let place = |host: &str, port| Place {
            service: "x".to_owned(),
            kind: Kind::Tcp,
            host: host.to_owned(),
            ip: "10.0.0.7".parse().ok(),
            port,
        };
        assert_eq!(place("10.0.0.7", Some(22)).say(), "10.0.0.7, port 22");
        assert_eq!(place("nas", None).say(), "nas (10.0.0.7)");
    }

    #[test]
    fn what_is_planned_and_was_not_asked_is_not_tested_and_without_a_plan_there_is_no_check() {
        let verdict = |scene: &Scene| {
            let (inventory, plan) = scene.seen();
            verdict(&inventory, plan, |_| true, |_, _, _| Heard::Well)
        };
        assert_eq!(verdict(&Scene::swept()), Verdict::NotTested(Reason::NoService));
        let planned = Scene::swept().plan("[[service]]\nname = \"nas\"\nhost = \"10.9.0.7\"\nkind = \"tcp\"\nport = 445");
        let service = || "nas".to_owned();
        assert_eq!(verdict(&planned), Verdict::NotTested(Reason::ServiceNotAsked { service: service() }));
        let hurried = planned.clone().out_of_time(&[Part::Services]);
        assert_eq!(verdict(&hurried), Verdict::NotTested(Reason::ServiceNotAsked { service: service() }));
        let told = |became| planned.clone().told("nas", "10.9.0.7", became, None);
        assert_eq!(verdict(&told(Became::NotSent)), Verdict::NotTested(Reason::ServiceNotSent { service: service() }));
        assert_eq!(verdict(&told(Became::Answered)), Verdict::Clear);
        let shut = told(Became::Silent).routed("10.0.0.254").pinged("10.0.0.254", 20, &[]);
        assert_eq!(verdict(&shut), Verdict::NotTested(Reason::GatewaySilent));
        // A name may have an address of the other kind, whose gateway answers.
        let lost = |scene: Scene| scene.told("nas", "-", Became::Unresolved, None);
        let shut = planned.clone().own6(&["2001:db8::1/64"]).routed("fe80::a").pinged("fe80::a", 20, &[]);
        assert_eq!(verdict(&lost(shut.clone())), Verdict::NotTested(Reason::GatewaySilent));
        let open = shut.routed("10.0.0.254").pinged("10.0.0.254", 20, &[300; 20]);
        assert_eq!(verdict(&lost(open)), Verdict::Clear);
    }
}
