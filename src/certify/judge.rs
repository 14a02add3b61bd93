//! What was measured at an outlet against what it must be good for: each limit passes, fails, or could not be measured.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Measured, Neighbour, Profile};
use crate::net::{VlanId, Watts};
use crate::observe::{Measurable, Silence};
use crate::site::{Outlet, same_port, same_switch};
use crate::wire::ethtool::{Duplex, WhyDown};

/// One limit, what was measured against it, and what that comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// What was compared.
    #[serde(flatten)]
    pub limit: Limit,
    /// What it comes to.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// A limit, and what was measured; `None` where it was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Limit {
    /// There must be a link, and it must hold while it is measured.
    Link {
        /// There was one.
        up: bool,
        /// How often it was lost meanwhile.
        lost: u32,
        /// Why there was none, as the driver tells.
        why_down: Option<WhyDown>,
    },
    /// The speed.
    Speed {
        /// The least, in megabits a second.
        least_mbps: u32,
        /// What it is.
        is_mbps: Option<u32>,
    },
    /// Whether both ends send at the same time.
    Duplex {
        /// What it must be.
        wanted: Duplex,
        /// What it is.
        is: Option<Duplex>,
    },
    /// Frames that arrived broken.
    ReceiveErrors {
        /// The most.
        most: u64,
        /// How many there were.
        is: Option<u64>,
    },
    /// The switch at the other end.
    Switch {
        /// As the list names it.
        wanted: String,
        /// As it names itself.
        is: Option<String>,
    },
    /// Its port.
    Port {
        /// As the list names it.
        wanted: String,
        /// As the switch names it.
        is: Option<String>,
    },
    /// No other outlet leads to the same port.
    OwnPort {
        /// The outlet that does.
        also: Option<String>,
    },
    /// The VLAN of frames without a tag.
    Vlan {
        /// The one that it must be.
        #[schemars(with = "u16")]
        wanted: VlanId,
        /// The one that the switch names.
        is: Option<VlanId>,
    },
    /// The VLAN of telephones.
    VoiceVlan {
        /// The one that it must be.
        #[schemars(with = "u16")]
        wanted: VlanId,
        /// The one that the switch names.
        is: Option<VlanId>,
    },
    /// The class of PoE.
    PoeClass {
        /// The least.
        least: u8,
        /// The one that the switch names.
        is: Option<u8>,
    },
    /// The power that a device may draw.
    PoePower {
        /// The least, in milliwatts at the device.
        least: Watts,
        /// What the switch gives.
        is: Option<Watts>,
    },
    /// A DHCP server offers an address.
    Dhcp {
        /// The servers that did.
        servers: BTreeSet<Ipv4Addr>,
    },
    /// The gateway answers.
    Gateway {
        /// How many echo requests in a hundred it may leave unanswered.
        most_percent: u8,
        /// The gateway that left the most unanswered.
        ip: Option<IpAddr>,
        /// Echo requests that were sent.
        sent: u32,
        /// Those that were not answered.
        lost: u32,
    },
}

/// What a limit comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "mark", rename_all = "kebab-case")]
pub enum Outcome {
    /// Good.
    Pass,
    /// Bad.
    Fail,
    /// It could not be measured: never a pass.
    NotMeasurable {
        /// Why.
        why: Gap,
    },
}

/// Why something could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "gap", rename_all = "kebab-case")]
pub enum Gap {
    /// There is no link.
    NoLink,
    /// The card does not tell.
    Card {
        /// Why.
        silence: Silence,
    },
    /// The card's counters cannot be read.
    CountersUnread,
    /// Nothing arrived, so nothing could arrive broken.
    NothingReceived {
        /// For how long, in milliseconds.
        watched_ms: u32,
    },
    /// Neighbours were not listened for.
    NotListened,
    /// No neighbour said anything.
    NeighbourSilent {
        /// For how long one was listened for, in milliseconds.
        listened_ms: u32,
    },
    /// The neighbour does not tell this.
    NeighbourUntold,
    /// DHCP servers were not asked.
    DhcpNotAsked,
    /// There is no gateway, or no address of ours, to ping it from.
    NoGateway,
}

/// What the limits of an outlet come to: those of its profile, and what the list says of it. `also` is another outlet that led to
/// the same port.
pub fn judge(outlet: &Outlet, profile: &Profile, measured: &Measured, also: Option<&str>) -> Vec<Compared> {
    let mut rows = vec![link(measured)];
    rows.extend(profile.speed_mbps.map(|least| speed(least, measured)));
    rows.extend(profile.duplex.map(|wanted| duplex(wanted, measured)));
    rows.extend(profile.receive_errors.map(|most| receive_errors(most, measured)));
    let far = Far(measured);
    rows.extend(outlet.switch.as_deref().map(|wanted| {
        let is = far.told(|neighbour| neighbour.switch.clone());
        far.compared(is, |is| same_switch(wanted, is), |is| Limit::Switch { wanted: wanted.to_owned(), is })
    }));
    rows.extend(outlet.port.as_deref().map(|wanted| {
        let is = far.told(|neighbour| neighbour.port.clone());
        far.compared(is, |is| same_port(wanted, is), |is| Limit::Port { wanted: wanted.to_owned(), is })
    }));
    if measured.neighbour.as_ref().is_some_and(|neighbour| neighbour.port.is_some()) {
        let outcome = if also.is_some() { Outcome::Fail } else { Outcome::Pass };
        rows.push(Compared { limit: Limit::OwnPort { also: also.map(str::to_owned) }, outcome });
    }
    rows.extend(outlet.vlan.or(profile.vlan).map(|wanted| {
        let is = far.told(|neighbour| neighbour.vlan);
        far.compared(is, |&is| is == wanted, |is| Limit::Vlan { wanted, is })
    }));
    rows.extend(outlet.voice_vlan.or(profile.voice_vlan).map(|wanted| {
        let is = far.told(|neighbour| neighbour.voice_vlan);
        far.compared(is, |&is| is == wanted, |is| Limit::VoiceVlan { wanted, is })
    }));
    rows.extend(outlet.power_class.or(profile.poe_class).map(|least| {
        let is = far.told(|neighbour| neighbour.poe_class);
        far.compared(is, |&is| is >= least, |is| Limit::PoeClass { least, is })
    }));
    rows.extend(profile.power().map(|least| {
        let is = far.told(|neighbour| neighbour.poe);
        far.compared(is, |&is| is >= least, |is| Limit::PoePower { least, is })
    }));
    if profile.dhcp {
        rows.push(dhcp(measured));
    }
    rows.extend(profile.gateway_loss_percent.map(|most| gateway(most, measured)));
    rows
}

fn passes(good: bool) -> Outcome {
    if good { Outcome::Pass } else { Outcome::Fail }
}

fn not_measurable(why: Gap) -> Outcome {
    Outcome::NotMeasurable { why }
}

fn link(measured: &Measured) -> Compared {
    let up = measured.has_link();
    let why_down = measured.card.as_ref().and_then(|card| card.why_down.known()).copied();
    let limit = Limit::Link { up, lost: measured.lost, why_down: why_down.filter(|_| !up) };
    let outcome = match &measured.card {
        None => not_measurable(Gap::Card { silence: Silence::NothingTold }),
        Some(_) => passes(up && measured.lost < super::walk::MOST_LOST),
    };
    Compared { limit, outcome }
}

/// What the card tells of its link, or why not.
fn of_card<T: Clone>(measured: &Measured, of: impl Fn(&crate::observe::CardState) -> &Measurable<T>) -> Result<T, Gap> {
    match measured.card.as_ref() {
        Some(card) if !card.carrier => Err(Gap::NoLink),
        Some(card) => match of(card) {
            Measurable::Is(known) => Ok(known.clone()),
            Measurable::NotMeasurable(silence) => Err(Gap::Card { silence: silence.clone() }),
        },
        None => Err(Gap::Card { silence: Silence::NothingTold }),
    }
}

fn speed(least_mbps: u32, measured: &Measured) -> Compared {
    let is = of_card(measured, |card| &card.speed_mbps);
    let outcome = is.as_ref().map_or_else(|why| not_measurable(why.clone()), |&is| passes(is >= least_mbps));
    Compared { limit: Limit::Speed { least_mbps, is_mbps: is.ok() }, outcome }
}

fn duplex(wanted: Duplex, measured: &Measured) -> Compared {
    let is = of_card(measured, |card| &card.duplex);
    let outcome = is.as_ref().map_or_else(|why| not_measurable(why.clone()), |&is| passes(is >= wanted));
    Compared { limit: Limit::Duplex { wanted, is: is.ok() }, outcome }
}

fn receive_errors(most: u64, measured: &Measured) -> Compared {
    let is = measured.errors.map(|errors| errors.receive_errors);
    let outcome = match measured.errors {
        _ if !measured.has_link() => not_measurable(Gap::NoLink),
        None => not_measurable(Gap::CountersUnread),
        Some(errors) if errors.receive_errors > most => Outcome::Fail,
        Some(errors) if errors.received == 0 => not_measurable(Gap::NothingReceived { watched_ms: errors.watched_ms }),
        Some(_) => Outcome::Pass,
    };
    Compared { limit: Limit::ReceiveErrors { most, is }, outcome }
}

/// What the far end tells.
struct Far<'a>(&'a Measured);

impl Far<'_> {
    fn told<T>(&self, of: impl Fn(&Neighbour) -> Option<T>) -> Result<T, Gap> {
        match (&self.0.neighbour, self.0.listened_ms) {
            _ if !self.0.has_link() => Err(Gap::NoLink),
            (Some(neighbour), _) => of(neighbour).ok_or(Gap::NeighbourUntold),
            (None, Some(listened_ms)) => Err(Gap::NeighbourSilent { listened_ms }),
            (None, None) => Err(Gap::NotListened),
        }
    }

    fn compared<T>(&self, is: Result<T, Gap>, good: impl Fn(&T) -> bool, limit: impl Fn(Option<T>) -> Limit) -> Compared {
        let outcome = is.as_ref().map_or_else(|why| not_measurable(why.clone()), |is| passes(good(is)));
        Compared { limit: limit(is.ok()), outcome }
    }
}

fn dhcp(measured: &Measured) -> Compared {
    let outcome = match &measured.dhcp {
        _ if !measured.has_link() => not_measurable(Gap::NoLink),
        None => not_measurable(Gap::DhcpNotAsked),
        Some(servers) => passes(!servers.is_empty()),
    };
    Compared { limit: Limit::Dhcp { servers: measured.dhcp.clone().unwrap_or_default() }, outcome }
}

fn gateway(most_percent: u8, measured: &Measured) -> Compared {
    let share = |sent: u32, lost: u32| u64::from(lost) * 1000 / u64::from(sent.max(1));
    let worst = measured.gateways.iter().max_by_key(|pinged| share(pinged.sent, pinged.lost));
    let outcome = match worst {
        _ if !measured.has_link() => not_measurable(Gap::NoLink),
        None => not_measurable(Gap::NoGateway),
        Some(pinged) => passes(u64::from(pinged.lost) * 100 <= u64::from(most_percent) * u64::from(pinged.sent)),
    };
    let (sent, lost) = worst.map_or((0, 0), |pinged| (pinged.sent, pinged.lost));
    Compared { limit: Limit::Gateway { most_percent, ip: worst.map(|pinged| pinged.ip), sent, lost }, outcome }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::observe::{CardState, ErrorsGrew};

    /// A card with a link of that speed.
    pub(crate) fn card(mbps: u32) -> CardState {
        let untold = || Silence::NothingTold;
        CardState {
            carrier: true,
            why_down: Measurable::NotMeasurable(untold()),
            speed_mbps: Measurable::Is(mbps),
            duplex: Measurable::Is(Duplex::Full),
            negotiates: Measurable::Is(true),
            ours: Measurable::NotMeasurable(untold()),
            theirs: Measurable::NotMeasurable(untold()),
            mdix: Measurable::NotMeasurable(untold()),
            quality: Measurable::NotMeasurable(untold()),
            eee: Measurable::NotMeasurable(untold()),
            power: Measurable::NotMeasurable(untold()),
            driver: Measurable::NotMeasurable(untold()),
        }
    }

    /// Everything that a good outlet of an office gives.
    pub(crate) fn good() -> Measured {
        Measured {
            card: Some(card(1000)),
            errors: Some(ErrorsGrew { watched_ms: 4000, received: 12, ..ErrorsGrew::default() }),
            listened_ms: Some(2000),
            neighbour: Some(Neighbour {
                protocol: "lldp".into(),
                switch: Some("sw-1.example.org".into()),
                port: Some("GigabitEthernet1/0/12".into()),
                vlan: VlanId::new(20),
                voice_vlan: VlanId::new(30),
                poe_class: Some(4),
                poe: Some(Watts::from_milliwatts(25_500)),
            }),
            dhcp: Some(BTreeSet::from([Ipv4Addr::new(10, 0, 20, 1)])),
            gateways: vec![super::super::measured::Pinged { ip: IpAddr::from([10, 0, 20, 1]), sent: 20, lost: 0 }],
            lost: 0,
        }
    }

    pub(crate) fn outlet() -> Outlet {
        let text = |text: &str| Some(text.to_owned());
        Outlet {
            label: "A12".into(),
            panel: text("P1-12"),
            switch: text("SW-1"),
            port: text("Gi1/0/12"),
            vlan: VlanId::new(20),
            voice_vlan: VlanId::new(30),
            ..Outlet::default()
        }
    }

    fn profile(more: &str) -> Profile {
        let all = "title = \"a\"\ntitle_fr = \"b\"\nspeed_mbps = 1000\nduplex = \"full\"\nreceive_errors = 0\npoe_class = 4\n\
                   poe_watts = 25.5\ndhcp = true\ngateway_loss_percent = 0\n";
        Profile::parse(if more.is_empty() { all } else { more }).expect("a profile")
    }

    /// The names of the rows that do not pass, those that fail first.
    fn not_passed(measured: &Measured, also: Option<&str>) -> (Vec<String>, Vec<String>) {
        let rows = judge(&outlet(), &profile(""), measured, also);
        let named = |wanted: fn(&Outcome) -> bool| {
            let these = rows.iter().filter(|row| wanted(&row.outcome));
            these.map(|row| serde_json::to_value(row).expect("JSON")["what"].as_str().expect("a name").to_owned()).collect()
        };
        (named(|outcome| *outcome == Outcome::Fail), named(|outcome| matches!(outcome, Outcome::NotMeasurable { .. })))
    }

    #[test]
    fn a_good_outlet_passes_every_limit() {
        assert_eq!(not_passed(&good(), None), (vec![], vec![]));
        assert_eq!(judge(&outlet(), &profile(""), &good(), None).len(), 13);
    }

    #[test]
    fn each_limit_fails_by_itself() {
        type Spoil = fn(&mut Measured);
        fn far(measured: &mut Measured) -> &mut Neighbour {
            measured.neighbour.as_mut().expect("a neighbour")
        }
        let cases: &[(&str, Spoil)] = &[
            ("link", |m| m.lost = 3),
            ("speed", |m| m.card = Some(card(100))),
            ("duplex", |m| m.card.iter_mut().for_each(|card| card.duplex = Measurable::Is(Duplex::Half))),
            ("receive-errors", |m| m.errors.iter_mut().for_each(|errors| errors.receive_errors = 1)),
            ("switch", |m| far(m).switch = Some("sw-2".into())),
            ("port", |m| far(m).port = Some("GigabitEthernet1/0/2".into())),
            ("vlan", |m| far(m).vlan = VlanId::new(1)),
            ("voice-vlan", |m| far(m).voice_vlan = VlanId::new(31)),
            ("poe-class", |m| far(m).poe_class = Some(3)),
            ("poe-power", |m| far(m).poe = Some(Watts::from_milliwatts(25_400))),
            ("dhcp", |m| m.dhcp = Some(BTreeSet::new())),
            ("gateway", |m| m.gateways[0].lost = 1),
        ];
        for (what, spoil) in cases {
            let mut measured = good();
            spoil(&mut measured);
            assert_eq!(not_passed(&measured, None), (vec![(*what).to_owned()], vec![]), "{what}");
        }
        assert_eq!(not_passed(&good(), Some("A11")).0, ["own-port"]);
    }

    #[test]
    fn what_was_not_measured_neither_passes_nor_fails() {
        let mut bare = good();
        (bare.errors, bare.neighbour, bare.dhcp, bare.gateways) = (None, None, None, vec![]);
        bare.card.iter_mut().for_each(|card| card.speed_mbps = Measurable::NotMeasurable(Silence::NotSupported));
        let (failed, unmeasured) = not_passed(&bare, None);
        assert_eq!(failed, Vec::<String>::new());
        let expected =
            ["speed", "receive-errors", "switch", "port", "vlan", "voice-vlan", "poe-class", "poe-power", "dhcp", "gateway"];
        assert_eq!(unmeasured, expected);
    }

    #[test]
    fn without_a_link_that_alone_fails() {
        let mut dead = Measured { card: Some(card(1000)), ..Measured::default() };
        dead.card.iter_mut().for_each(|card| card.carrier = false);
        let (failed, unmeasured) = not_passed(&dead, None);
        assert_eq!(failed, ["link"]);
        assert_eq!(unmeasured.len(), 11);
    }

    #[test]
    fn a_link_on_which_nothing_arrives_proves_no_lack_of_errors() {
        let mut quiet = good();
        quiet.errors.iter_mut().for_each(|errors| errors.received = 0);
        assert_eq!(not_passed(&quiet, None), (vec![], vec!["receive-errors".to_owned()]));
    }
}
