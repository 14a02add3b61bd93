//! One look at a network from this machine: the interface, the sockets, the loop.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use super::clock::{Budget, VisitClock};
use super::drive::{Follower, drive};
use super::linux::ethtool::Card;
use super::linux::interface::{self, Interface};
use super::linux::iperf3;
use super::linux::packet_socket::PacketSocket;
use super::record::{Circumstances, SCHEMA};
use super::{Clock, Link, snmp};
use crate::fault::{Fault, Result};
use crate::net::{Ipv4Net, Moment, Targets};
use crate::observe::{Fact, Inventory, Silence, Sought, SwitchTested};
use crate::probe::listen::Listener;
use crate::probe::services::UNTIL_MS;
use crate::probe::switch_test::our_port;
use crate::probe::{Asking, Errand, PowerWanted, Rate, ServicesWanted, Sounding, Surroundings, Survey, Switching};
use crate::service::Named;
use crate::site::{Access, Plan, Snmp};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What for.
    pub errand: Errand,
    /// The interface; that of the default route where none is named.
    pub interface: Option<String>,
    /// Whom to ask; the interface's own prefixes where nobody is named.
    pub targets: Option<Targets>,
    /// Broadcast requests a second.
    pub rate: Rate,
    /// Do not listen for late second owners.
    pub quick: bool,
    /// The time that all of it may take; as long as it needs where none is given.
    pub budget: Option<Budget>,
    /// The user has agreed to a look that takes long.
    pub agreed: bool,
    /// Test the cable, whereby the link drops.
    pub cable_test: Option<Tester>,
    /// The user has agreed that the lines of the plan are filled, to measure them.
    pub fills: bool,
    /// What DHCP servers are asked on demand only.
    pub asking: Asking,
    /// What the site should be.
    pub plan: Plan,
    /// The label of the wall outlet that the laptop is plugged into.
    pub outlet: Option<String>,
    /// For how long a neighbour is listened to that does not speak, in milliseconds.
    pub listen_ms: u32,
    /// Which switches are asked, and for what.
    pub switching: Switching,
    /// How switches are asked that the plan does not say it of.
    pub snmp: Option<Snmp>,
    /// What switches are asked about power.
    pub power: PowerWanted,
}

/// Who tests the cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tester {
    /// Our card, from our end.
    Card,
    /// The switch that our card is plugged into, from its end, if it is one of those that are asked.
    Switch,
}

/// A look that is ready to go: everything that can be refused was.
pub struct Look {
    /// The circumstances, as a record keeps them.
    pub circumstances: Circumstances,
    /// When its time has run out.
    pub until: Option<Moment>,
    link: PacketSocket,
    clock: VisitClock,
    card: Option<Card>,
    cable_test: Option<Tester>,
    fills: bool,
    /// How a switch that tests is asked.
    access: Access,
}

/// Addresses that are asked without a word: those of a /16.
const MANY: u64 = 1 << 16;

impl Look {
    /// Opens what the request needs, or says in one line why it cannot.
    pub fn prepare(mut request: Request) -> Result<Look> {
        let diagnose = request.errand == Errand::Diagnose;
        if diagnose {
            // A plan that was loaded has them; that of an old record may not.
            request.plan.find_authorities(Path::new(""))?;
        }
        let card_asked = request.errand == Errand::Link || request.cable_test == Some(Tester::Card);
        if let Some(label) =
            request.outlet.as_deref().filter(|label| !request.plan.outlets.is_empty() && request.plan.outlet(label).is_none())
        {
            return Err(unknown_outlet(label, &request.plan));
        }
        // A switch is asked by the kernel's way to it, whatever the interface.
        let choose = if diagnose || card_asked || request.errand == Errand::Power {
            Interface::choose_whatever_its_link
        } else {
            Interface::choose
        };
        let interface = choose(request.interface.as_deref())?;
        let name = interface.inner.name.clone();
        let own = &interface.identity.addresses;
        if own.is_empty() && (request.asking.pool || request.asking.leases) {
            return Err(Fault::new(
                format!("{name} has no IPv4 address: --ask-pool and --ask-leases need one"),
                format!("{name} n'a pas d'adresse IPv4 : --ask-pool et --ask-leases en ont besoin"),
            )
            .hint(
                "run trousse dhcp without them; it shows what address to take",
                "lancez trousse dhcp sans elles ; il montre quelle adresse prendre",
            ));
        }
        let targets = match request.targets {
            Some(targets) => targets,
            // Servers are asked by broadcast, whatever our address.
            None if request.errand == Errand::Dhcp => asked_with_servers(own, &request.asking),
            None if request.errand == Errand::Locate => match request.switching.sought {
                Some(Sought::Address(ip)) if own.iter().any(|net| net.contains(&ip)) => Targets::of_prefix(Ipv4Net::from(ip)),
                _ => Targets::default(),
            },
            None if diagnose => {
                // Without a given address nobody can be asked.
                let given = given(own);
                if given.is_empty() { Targets::default() } else { usual_targets(&given, &request.plan) }
            }
            // IPv6 neighbours are asked all together, whoever they are.
            None if own.is_empty() && !interface.identity.addresses6.is_empty() => Targets::default(),
            None => default_targets(&name, own, &request.plan)?,
        };
        within_reach(&name, own, &targets)?;
        if targets.count() > Targets::MOST {
            return Err(too_many(&targets, request.rate, "name a smaller prefix", "indiquez un préfixe plus petit"));
        }
        if targets.count() > MANY && !request.agreed {
            let (english, french) = ("name a smaller prefix, or add --yes", "indiquez un préfixe plus petit, ou ajoutez --yes");
            return Err(too_many(&targets, request.rate, english, french));
        }
        let resolvers: Vec<SocketAddr> = interface::resolvers();
        let clock = VisitClock::start();
        let access = Access::new(&request.plan, request.snmp);
        let asked = request.plan.services.iter().filter(|service| !service.fills());
        let named = Named {
            services: asked.cloned().collect(),
            barriers: request.plan.barriers.clone(),
            authorities: request.plan.authorities.clone(),
        };
        let link = PacketSocket::open(&interface, &resolvers, access.clone(), named, clock)?;
        let surroundings = match request.errand {
            Errand::Diagnose => {
                let known = surroundings(&interface, &request.plan, request.budget);
                let planned = [known.planned, elsewhere(own, &request.plan)].concat();
                Surroundings { planned, ..known }
            }
            Errand::Dhcp => Surroundings { link: None, ..surroundings(&interface, &request.plan, None) },
            Errand::Link => Surroundings { link: Some(interface.link), ..Surroundings::default() },
            _ => Surroundings::default(),
        };
        let surroundings = Surroundings { outlet: request.outlet, listen_ms: request.listen_ms, ..surroundings };
        let power = match request.errand {
            Errand::Diagnose if request.power.switches.is_empty() => {
                PowerWanted { switches: request.switching.switches.clone(), ..request.power }
            }
            _ => request.power,
        };
        let card = card_asked.then(|| Card::open(&name, interface.inner.index));
        let survey = Survey {
            errand: request.errand,
            identity: interface.identity,
            targets,
            rate: request.rate,
            quick: request.quick,
            resolvers,
            port: link.port(),
            asking: Asking { started_s: (clock.start_us() / 1_000_000) as i64, ..request.asking },
            surroundings,
            power,
            switching: request.switching,
            budget_ms: request.budget.map(|budget| budget.ms),
        };
        let circumstances = Circumstances {
            schema: SCHEMA.to_owned(),
            started_us: clock.start_us(),
            interface: name,
            survey,
            plan: request.plan,
        };
        let until = request.budget.map(|budget| clock.end_of(budget));
        Ok(Look { circumstances, until, link, clock, card, cable_test: request.cable_test, fills: request.fills, access })
    }

    /// Looks, until there is nothing left to ask or the follower stops it. Without a link nobody is asked but the card.
    pub fn run(mut self, follower: &mut dyn Follower) -> (Inventory, Moment) {
        let mut listener = Listener::new(&self.circumstances.survey);
        let has_link = self.circumstances.survey.surroundings.link.is_none_or(|link| link.carrier);
        let clock = self.clock;
        let tell = |listener: &mut Listener, follower: &mut dyn Follower, fact: Fact| {
            let now = clock.now();
            follower.fact(now, &fact);
            listener.fact(now, fact);
        };
        if let Some(card) = &mut self.card {
            tell(&mut listener, follower, Fact::CardIs(Box::new(card.state(has_link))));
        }
        if has_link {
            let before = self.card.as_ref().and_then(Card::counted);
            // What was lost while the socket waited to be read is no loss of this look.
            self.link.lost();
            drive(&mut listener, &mut self.link, &self.clock, follower);
            // When everything else was asked: what is lost in a full line would accuse somebody.
            let circumstances = &self.circumstances;
            for service in circumstances.plan.services.iter().filter(|service| self.fills && service.fills()) {
                let told = iperf3::fill(service, &circumstances.interface, || follower.stops(clock.now()).is_some());
                tell(&mut listener, follower, Fact::ServiceTold(Box::new(told)));
            }
            let after = self.card.as_ref().and_then(Card::counted);
            if self.circumstances.survey.errand == Errand::Link {
                let ms = clock.now().ms().try_into().unwrap_or(u32::MAX);
                tell(&mut listener, follower, Fact::NeighboursListened { ms });
            }
            if let (Some(before), Some(after)) = (before, after) {
                tell(&mut listener, follower, Fact::ErrorsGrew(before.grew(&after)));
            }
        }
        let tester = self.cable_test.filter(|_| follower.stops(clock.now()).is_none());
        match (tester, &mut self.card) {
            (Some(Tester::Card), Some(card)) => {
                for fact in card.test_cable(|| follower.stops(clock.now()).is_some()) {
                    tell(&mut listener, follower, fact);
                }
            }
            // The last thing of all: the switch takes down the link over which everything else is asked.
            (Some(Tester::Switch), _) => {
                let survey = &self.circumstances.survey;
                let port = our_port(listener.inventory().switches(), survey.identity.mac, &survey.switching.switches);
                let tested = match port {
                    Some(port) => {
                        let snmp = self.access.to(port.switch);
                        snmp::cable_test::test_cable(&port, snmp, &clock, || follower.stops(clock.now()).is_some())
                    }
                    None => SwitchTested::without_result(Silence::PortUnknown),
                };
                tell(&mut listener, follower, Fact::SwitchTestedCable(Box::new(tested)));
            }
            _ => {}
        }
        let ended = self.clock.now();
        (listener.conclude(ended), ended)
    }
}

/// Whom to ask by ARP while DHCP servers are asked about single addresses: nobody is asked of a server who was not asked himself
/// before. In a large prefix, the addresses around ours and around those that matter.
fn asked_with_servers(own: &[Ipv4Net], asking: &Asking) -> Targets {
    /// The longest prefix that is asked whole, within the second or so before servers are asked.
    const WHOLE: u8 = 22;
    const AROUND: u8 = 24;
    /// How many parts of a large prefix are asked.
    const PARTS: usize = 4;
    if !asking.pool && !asking.leases {
        return Targets::default();
    }
    let around = |ip: Ipv4Addr| Ipv4Net::new(ip, AROUND).expect("24 is a length").trunc();
    let parts = own.iter().flat_map(|net| {
        if net.prefix_len() >= WHOLE {
            return vec![net.trunc()];
        }
        let mut parts = vec![around(net.addr())];
        for part in asking.about.iter().filter(|ip| net.contains(*ip)).map(|ip| around(*ip)) {
            if parts.len() < PARTS && !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts
    });
    parts.map(Targets::of_prefix).fold(Targets::default(), Targets::union)
}

fn unknown_outlet(label: &str, plan: &Plan) -> Fault {
    /// Labels that one line holds.
    const SHOWN: usize = 12;
    let labels: Vec<&str> = plan.outlets.iter().map(|outlet| outlet.label.as_str()).take(SHOWN).collect();
    let more = if plan.outlets.len() > SHOWN { ", …" } else { "" };
    let labels = labels.join(", ");
    Fault::new(format!("the plan has no outlet {label:?}"), format!("le plan n'a pas de prise {label:?}"))
        .hint(format!("its outlets are {labels}{more}"), format!("ses prises sont {labels}{more}"))
}

/// What this machine and the plan say of the way out.
fn surroundings(interface: &Interface, plan: &Plan, budget: Option<Budget>) -> Surroundings {
    Surroundings {
        link: Some(interface.link),
        gateways: interface::gateways(&interface.inner.name),
        mtu: interface::mtu(&interface.inner.name),
        planned: planned(&interface.identity.addresses, plan),
        services: ServicesWanted {
            services: plan.services.iter().filter(|service| !service.fills()).count() as u32,
            barriers: plan.barriers.len() as u32,
            until_ms: budget.map_or(UNTIL_MS, |budget| budget.ms),
        },
        ..Surroundings::default()
    }
}

/// The gateways and DNS servers that the plan names for our networks.
fn planned(own: &[Ipv4Net], plan: &Plan) -> Vec<Sounding> {
    let pings = plan.networks_of(own).flat_map(|network| network.gateways.iter().map(|&gateway| Sounding::Ping(gateway.into())));
    let questions = plan.networks_of(own).flat_map(|network| network.dns.iter().map(|&server| Sounding::Dns(server)));
    pings.chain(questions).collect()
}

/// The gateways of the networks of the plan that are elsewhere and must be reached.
fn elsewhere(own: &[Ipv4Net], plan: &Plan) -> Vec<Sounding> {
    let gateways = plan.networks_elsewhere(own).flat_map(|network| &network.gateways);
    gateways.map(|&gateway| Sounding::Ping(gateway.into())).collect()
}

/// The plan's prefixes that the interface is in, else its own.
fn default_targets(name: &str, own: &[Ipv4Net], plan: &Plan) -> Result<Targets> {
    if own.is_empty() {
        return Err(Fault::new(format!("{name} has no IPv4 address"), format!("{name} n'a pas d'adresse IPv4")).hint(
            "name what to ask, as in: trousse scan 192.168.1.0/24",
            "indiquez quoi interroger, par exemple : trousse scan 192.168.1.0/24",
        ));
    }
    Ok(usual_targets(own, plan))
}

/// 169.254/16 is 65,534 addresses that nobody was given.
fn given(own: &[Ipv4Net]) -> Vec<Ipv4Net> {
    own.iter().filter(|net| !net.addr().is_link_local()).copied().collect()
}

/// The same whom to ask as in an earlier look: where that were its own prefixes, today's, whatever address this machine has now.
pub fn targets_again(first: &Circumstances) -> Option<Targets> {
    let (survey, own) = (&first.survey, &first.survey.identity.addresses);
    let diagnosed = survey.errand == Errand::Diagnose;
    let own = if diagnosed { given(own) } else { own.clone() };
    let usual = if own.is_empty() { Targets::default() } else { usual_targets(&own, &first.plan) };
    let asked = matches!(survey.errand, Errand::Diagnose | Errand::Scan) && survey.targets == usual;
    (!asked).then(|| survey.targets.clone())
}

fn usual_targets(own: &[Ipv4Net], plan: &Plan) -> Targets {
    let planned: Vec<Ipv4Net> = plan
        .networks
        .iter()
        .map(|network| network.prefix)
        .filter(|prefix| own.iter().any(|net| prefix.contains(&net.addr())))
        .collect();
    let prefixes = if planned.is_empty() { own } else { &planned };
    prefixes.iter().map(|&net| Targets::of_prefix(net)).fold(Targets::default(), Targets::union)
}

/// ARP asks only who is on the segment.
fn within_reach(name: &str, own: &[Ipv4Net], targets: &Targets) -> Result<()> {
    let outside: Option<Ipv4Addr> = targets.first_outside(own).filter(|_| !own.is_empty());
    let Some(ip) = outside else { return Ok(()) };
    let prefixes: Vec<String> = own.iter().map(|net| net.trunc().to_string()).collect();
    let prefixes = prefixes.join(", ");
    Err(Fault::new(
        format!("{ip} is in no prefix of {name} ({prefixes}): ARP cannot cross a router"),
        format!("{ip} n'est dans aucun préfixe de {name} ({prefixes}) : ARP ne traverse pas un routeur"),
    )
    .hint("scan it from its own segment", "lancez l'analyse depuis son propre segment"))
}

fn too_many(targets: &Targets, rate: Rate, way_out: &str, way_out_french: &str) -> Fault {
    let count = targets.count();
    /// Requests a second at full speed, measured on one core.
    const FULL_SPEED: u64 = 200_000;
    let per_second = match rate {
        Rate::PerSecond(rate) => u64::from(rate.max(1)),
        Rate::Max => FULL_SPEED,
    };
    // Most addresses are silent and are asked twice.
    let minutes = (2 * count / per_second).div_ceil(60).max(1);
    let (hours, rest) = (minutes / 60, minutes % 60);
    let time = if hours > 0 { format!("{hours} h {rest:02} min") } else { format!("{rest} min") };
    Fault::new(
        format!("{count} addresses are a lot to ask: about {time}"),
        format!("{count} adresses, c'est beaucoup : environ {time}"),
    )
    .hint(way_out, way_out_french)
}
