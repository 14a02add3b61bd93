//! The card and the switch say different things of one and the same link.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{sighting, speed, up};
use super::switches::{gap, unlocated};
use crate::finding::{Explain, Finding, Manual, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Plug};
use crate::site::Plan;
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
    let differ = speeds.is_some_and(|(card, port)| card != port) || duplexes.is_some_and(|(card, port)| card != port);
    if differ {
        let evidence = sighting(seen).into_iter().chain(inventory.switches().sighting(port.switch, card.mac)).collect();
        let problem = Problem::WitnessesDisagree(WitnessesDisagree { card_mbps, card_full_duplex, port });
        return Verdict::Found(vec![Finding::new(Severity::Degraded, problem, evidence)]);
    }
    if speeds.is_none() && duplexes.is_none() { Verdict::NotTested(Reason::OneWitness) } else { Verdict::Clear }
}

/// What a witness says: `1 Gb/s, full duplex`.
fn says(mbps: Option<u32>, full: Option<bool>, language: Language) -> String {
    let duplex = |full| match full {
        true => language.pick("full duplex", "full-duplex").to_owned(),
        false => language.pick("half duplex", "half-duplex").to_owned(),
    };
    [mbps.map(|mbps| speed(mbps, language)), full.map(duplex)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

impl Explain for WitnessesDisagree {
    fn english(&self) -> Wording {
        let (port, switch) = (&self.port.port, self.port.switch_called());
        let card = says(self.card_mbps, self.card_full_duplex, Language::En);
        let other = says(self.port.speed_mbps, self.port.full_duplex, Language::En);
        Wording {
            title: format!("The laptop's card says {card}; the switch says {other}"),
            why: format!(
                "The card's driver and the port {port} of {switch} are the two ends of one cable and should say the same. Either something \
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
        let other = says(self.port.speed_mbps, self.port.full_duplex, Language::Fr);
        Wording {
            title: format!("La carte du portable indique {card} ; le commutateur, {other}"),
            why: format!(
                "Le pilote de la carte et le port {port} de {switch} sont les deux bouts d'un même câble et devraient dire la même chose. \
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
                   (ifHighSpeed, RFC 2863; dot3StatsDuplexStatus, RFC 3635). They are compared only where the card is alone on the port.",
            lookalikes: "A telephone or an injector between the two ends one link and starts another. A switch may tell the speed of a \
                         few seconds ago.",
            remedy: "Find what stands in between; else auto-negotiation on both ends.",
        },
        Manual {
            title: "Les deux bouts se contredisent",
            meaning: "La carte du portable et le port du commutateur ne disent pas la même chose du lien qui les relie.",
            seen: "Le pilote de la carte donne sa vitesse et son duplex ; le commutateur, ceux du port où il a appris la carte \
                   (ifHighSpeed, RFC 2863 ; dot3StatsDuplexStatus, RFC 3635). Ils ne sont comparés que si la carte est seule sur le port.",
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
    fn behind_a_small_switch_or_where_one_does_not_tell_nothing_is_said() {
        let slow = |port: &mut Interface| port.megabits = Some(100);
        assert_eq!(judged(&[(OURS, 12), (A, 12)], slow), Verdict::NotTested(Reason::OneWitness));
        assert_eq!(judged(&[(OURS, 12)], |_| {}), Verdict::NotTested(Reason::OneWitness));
        assert_eq!(judged(&[(A, 12)], slow), Verdict::NotTested(Reason::NotLearned));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoSwitch));
    }
}
