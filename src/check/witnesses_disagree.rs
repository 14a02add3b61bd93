//! The card and the switch say different things of one and the same link.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{sighting, speed, up};
use super::neighbouring::one_switch;
use super::switches::{gap, unlocated};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Mac, VlanId};
use crate::observe::{Advertised, Discovery, Inventory, Observation, Plug};
use crate::site::{Plan, same_switch};
use crate::wire::ethtool::Duplex;

/// A link of which its two ends say different things.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WitnessesDisagree {
    /// The card's speed in megabits a second.
    pub card_mbps: Option<u32>,
    /// Both ends send at the same time, says the card.
    pub card_full_duplex: Option<bool>,
    /// The port of the switch, and what that says.
    pub port: Plug,
    /// What the switch says in the frames that it sends by this port; `None` where none were heard of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Announced>,
}

/// What a switch says in its frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Announced {
    /// By which protocol.
    pub protocol: Discovery,
    /// Its port.
    pub port: String,
    /// The VLAN of frames without a tag.
    #[schemars(with = "Option<u16>")]
    pub vlan: Option<VlanId>,
    /// Its speed in megabits a second.
    pub mbps: Option<u32>,
    /// Both ends send at the same time.
    pub full_duplex: Option<bool>,
}

impl Announced {
    /// What the neighbour's frames say, where it is this switch that sends them.
    fn of<'a>(inventory: &'a Inventory, port: &Plug) -> Option<(Announced, &'a Observation)> {
        let is = |told: &Advertised| {
            told.addresses.contains(&port.switch) || port.switch_name.as_deref().is_some_and(|name| same_switch(name, told.called()))
        };
        let (told, seen) = one_switch(inventory).ok()?.into_iter().find(|(told, _)| is(told))?;
        let Advertised { protocol, port, vlan, speed_mbps: mbps, full_duplex, .. } = told;
        Some((Announced { protocol, port, vlan, mbps, full_duplex }, seen))
    }

    /// Whether it contradicts what the switch says over SNMP, or what the card says.
    fn contradicts(&self, port: &Plug, card_mbps: Option<u32>, card_full_duplex: Option<bool>) -> bool {
        let differ = |one: Option<u32>, other: Option<u32>| one.zip(other).is_some_and(|(one, other)| one != other);
        // Names differ in many ways, and a number alone may be another count of the same ports: only the port's own number
        // decides.
        let number = |name: &str| {
            let last = name.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse::<u32>().ok());
            last.filter(|_| name.starts_with(|c: char| c.is_alphabetic()) && name.parse::<Mac>().is_err())
        };
        let ports = differ(number(&self.port), number(&port.port));
        ports
            || differ(self.vlan.map(|vlan| u16::from(vlan).into()), port.vlan.map(|vlan| u16::from(vlan).into()))
            || differ(self.mbps, card_mbps)
            || differ(self.full_duplex.map(u32::from), card_full_duplex.map(u32::from))
    }

    fn say(&self, language: Language) -> String {
        let mut said = vec![format!("port {}", self.port)];
        said.extend(self.vlan.map(|vlan| format!("VLAN {vlan}")));
        said.extend(Some(says(self.mbps, self.full_duplex, language)).filter(|said| !said.is_empty()));
        said.join(", ")
    }
}

/// What the card and the port of the switch say of speed and duplex is the same.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let Some(card) = inventory.card() else { return Verdict::NotTested(Reason::NoCardOfOurs) };
    if let Some(Reason::NoSwitch) = gap(inventory) {
        return Verdict::NotTested(Reason::NoSwitch);
    }
    let (state, seen) = match up(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    let Some(port) = inventory.switchboard().plug_of(card.mac) else {
        return Verdict::NotTested(gap(inventory).or_else(|| unlocated(inventory)).unwrap_or(Reason::NotLearned));
    };
    let card_mbps = state.speed_mbps.known().copied();
    let card_full_duplex = state.duplex.known().map(|duplex| *duplex == Duplex::Full);
    // Behind a switch without management the two are not the ends of one cable.
    if port.cards > 1 {
        return Verdict::NotTested(Reason::OneWitness);
    }
    let speeds = card_mbps.zip(port.speed_mbps);
    let duplexes = card_full_duplex.zip(port.full_duplex);
    let heard = Announced::of(inventory, &port);
    let differ = speeds.is_some_and(|(card, port)| card != port)
        || duplexes.is_some_and(|(card, port)| card != port)
        || heard.as_ref().is_some_and(|(heard, _)| heard.contradicts(&port, card_mbps, card_full_duplex));
    if differ {
        let evidence = sighting(seen).into_iter().chain(inventory.switches().sighting(port.switch, card.mac));
        let evidence = evidence.chain(heard.iter().map(|(_, seen)| (*seen).clone())).collect();
        let heard = heard.map(|(heard, _)| heard);
        let problem = Problem::WitnessesDisagree(WitnessesDisagree { card_mbps, card_full_duplex, port, heard });
        return Verdict::Found(vec![Finding::new(Severity::Degraded, problem, evidence)]);
    }
    if speeds.is_none() && duplexes.is_none() && heard.is_none() { Verdict::NotTested(Reason::OneWitness) } else { Verdict::Clear }
}

/// What a witness says: `1 Gb/s, full duplex`.
fn says(mbps: Option<u32>, full: Option<bool>, language: Language) -> String {
    let duplex = |full| match full {
        true => language.pick("full duplex", "full-duplex").to_owned(),
        false => language.pick("half duplex", "half-duplex").to_owned(),
    };
    [mbps.map(|mbps| speed(mbps, language)), full.map(duplex)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl WitnessesDisagree {
    /// What the switch says over SNMP: its port and VLAN too, where its frames are a third witness.
    fn told(&self, language: Language) -> String {
        let link = says(self.port.speed_mbps, self.port.full_duplex, language);
        let place = self.heard.iter().flat_map(|_| [Some(format!("port {}", self.port.port)), self.port.vlan.map(|vlan| format!("VLAN {vlan}"))]);
        place.flatten().chain(Some(link).filter(|link| !link.is_empty())).collect::<Vec<_>>().join(", ")
    }
}

impl Explain for WitnessesDisagree {
    fn english(&self) -> Wording {
        let (port, switch) = (&self.port.port, self.port.switch_called());
        let card = says(self.card_mbps, self.card_full_duplex, Language::En);
        let other = self.told(Language::En);
        let frames = self.heard.as_ref().map(|heard| format!("Its own frames ({}) say {}. ", heard.protocol, heard.say(Language::En)));
        let frames = frames.unwrap_or_default();
        Wording {
            title: format!("The laptop's card says {card}; the switch says {other}"),
            why: format!(
                "{frames}The card's driver and the port {port} of {switch} are the two ends of one cable and should say the same. Either something \
                 stands in between (a telephone, an injector, a small switch, a media converter), or one end is forced and the other \
                 negotiates: then frames collide and get lost under load."
            ),
            remedy: vec![
                "Follow the cable: is there a device between the laptop and the switch?".to_owned(),
                format!("If not, set {port} of {switch} and the card both to auto-negotiation."),
                format!("Run trousse link --switch {} again: both must say the same.", self.port.switch),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (port, switch) = (&self.port.port, self.port.switch_called());
        let card = says(self.card_mbps, self.card_full_duplex, Language::Fr);
        let other = self.told(Language::Fr);
        let frames = self.heard.as_ref().map(|heard| format!("Ses propres trames ({}) disent {}. ", heard.protocol, heard.say(Language::Fr)));
        let frames = frames.unwrap_or_default();
        Wording {
            title: format!("La carte du portable indique {card} ; le commutateur, {other}"),
            why: format!(
                "{frames}Le pilote de la carte et le port {port} de {switch} sont les deux bouts d'un même câble et devraient dire la même chose. \
                 Soit un appareil se trouve entre les deux (téléphone, injecteur, petit commutateur, convertisseur), soit un bout est \
                 imposé et l'autre négocie : des trames entrent alors en collision et se perdent dès que la charge monte."
            ),
            remedy: vec![
                "Suivez le câble : y a-t-il un appareil entre le portable et le commutateur ?".to_owned(),
                format!("Sinon, mettez {port} de {switch} et la carte en auto-négociation."),
                format!("Relancez trousse link --switch {} : les deux doivent dire la même chose.", self.port.switch),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The two ends of a connection do not tell the same of it.",
                "Compare the settings of both ends.",
            ],
            french: [
                "Les deux bouts d'une liaison ne disent pas la même chose.",
                "Comparer les réglages des deux bouts.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "The two ends disagree",
            meaning: "The laptop's card and the port of the switch say different things of the link between them.",
            seen: "The card's driver tells its speed and duplex; the switch tells those of the port on which it has learned the card \
                   (ifHighSpeed, RFC 2863; dot3StatsDuplexStatus, RFC 3635). What it says of port, VLAN, speed and duplex in its own \
                   frames (LLDP, CDP) is the third witness. They are compared only where the card is alone on the port.",
            lookalikes: "A telephone or an injector between the two ends one link and starts another. A switch may tell the speed of a \
                         few seconds ago.",
            remedy: "Find what stands in between; else auto-negotiation on both ends.",
        },
        Manual {
            title: "Les deux bouts se contredisent",
            meaning: "La carte du portable et le port du commutateur ne disent pas la même chose du lien qui les relie.",
            seen: "Le pilote de la carte donne sa vitesse et son duplex ; le commutateur, ceux du port où il a appris la carte \
                   (ifHighSpeed, RFC 2863 ; dot3StatsDuplexStatus, RFC 3635). Ce qu'il dit du port, du VLAN, de la vitesse et du duplex \
                   dans ses propres trames (LLDP, CDP) est le troisième témoin. Ils ne sont comparés que si la carte est seule sur le port.",
            lookalikes: "Un téléphone ou un injecteur entre les deux termine un lien et en commence un autre. Un commutateur peut donner la \
                         vitesse d'il y a quelques secondes.",
            remedy: "Trouver ce qui se trouve entre les deux ; sinon, auto-négociation aux deux bouts.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::card;
    use crate::check::neighbouring::testing::advertised;
    use crate::check::testing::{A, OURS, Scene};
    use crate::mib::interfaces::Interface;
    use crate::observe::Fact;

    fn judged(cards: &[(&str, u16)], change: impl Fn(&mut Interface)) -> Verdict {
        Scene::swept().fact(Fact::CardIs(Box::new(card()))).switch_with("10.0.0.2", cards, change).verdict(judge)
    }

    #[test]
    fn another_speed_or_duplex_on_the_port_is_found() {
        let slow = |port: &mut Interface| port.megabits = Some(100);
        let half = |port: &mut Interface| port.full_duplex = Some(false);
        let same = |port: &mut Interface| (port.megabits, port.full_duplex) = (Some(1000), Some(true));
        let Verdict::Found(found) = judged(&[(OURS, 12)], slow) else { panic!("nothing found") };
        let title = found[0].problem.explain().words(Language::En).title;
        assert_eq!(title, "The laptop's card says 1 Gb/s, full duplex; the switch says 100 Mb/s");
        assert!(matches!(judged(&[(OURS, 12)], half), Verdict::Found(_)));
        assert_eq!(judged(&[(OURS, 12)], same), Verdict::Clear);
    }

    #[test]
    fn the_frames_of_the_switch_are_the_third_witness() {
        let same = |port: &mut Interface| (port.megabits, port.full_duplex) = (Some(1000), Some(true));
        let heard = |told: Advertised| {
            let scene = Scene::swept().fact(Fact::CardIs(Box::new(card()))).switch_with("10.0.0.2", &[(OURS, 12)], same);
            scene.fact(Fact::NeighbourAdvertised(Box::new(told))).verdict(judge)
        };
        let Verdict::Found(found) = heard(Advertised { speed_mbps: Some(100), ..advertised() }) else { panic!("nothing found") };
        let why = found[0].problem.explain().words(Language::Fr).why;
        assert!(why.starts_with("Ses propres trames (LLDP) disent port Gi1/0/12, VLAN 20, 100 Mbit/s, full-duplex. "), "{why}");
        assert!(matches!(heard(Advertised { port: "Gi1/0/13".into(), ..advertised() }), Verdict::Found(_)));
        assert_eq!(heard(advertised()), Verdict::Clear);
        assert_eq!(heard(Advertised { port: "10112".into(), ..advertised() }), Verdict::Clear, "another way to number ports");
        let other = Advertised { name: Some("sw-9".into()), addresses: [].into(), speed_mbps: Some(10), ..advertised() };
        assert_eq!(heard(other), Verdict::Clear, "another switch is no witness of this port");
    }

    #[test]
    fn behind_a_small_switch_or_where_one_does_not_tell_nothing_is_said() {
        let slow = |port: &mut Interface| port.megabits = Some(100);
        assert_eq!(judged(&[(OURS, 12), (A, 12)], slow), Verdict::NotTested(Reason::OneWitness));
        assert_eq!(judged(&[(OURS, 12)], |_| {}), Verdict::NotTested(Reason::OneWitness));
        assert_eq!(judged(&[(A, 12)], slow), Verdict::NotTested(Reason::NotLearned));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoSwitch));
    }
}
