//! A switch refuses power to a device: its budget is spent, or the port may not give as much.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::powering::{PoePort, clear_or_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::mib::power_ethernet::Detection;
use crate::mib::pse::Trouble;
use crate::net::Mac;
use crate::observe::{Inventory, PortReadings, PowerOf};
use crate::poe::budget::feeds;
use crate::site::Plan;

/// A port where power was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PoeDenied {
    /// The switch.
    pub switch: IpAddr,
    /// The port.
    pub port: PoePort,
    /// How it is known.
    pub known: Known,
    /// How often since the switch started; `None` where it does not count.
    pub denied: Option<u32>,
}

/// How it is known that power is refused, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Known {
    /// The maker's table says that it is refused at this moment.
    Told,
    /// It was refused between the first reading and the last.
    Counted {
        /// So often.
        times: u32,
    },
    /// The port is held off by an error, and power was refused there since the switch started.
    HeldOff,
    /// It was refused since the switch started, and not while it was watched.
    Before,
}

/// Every port of every switch that was asked.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let switches = inventory.power().switches();
    let ports = switches.flat_map(|told| told.ports().map(move |port| (told.switch, port)));
    let findings = ports.filter_map(|(switch, port)| {
        let known = known(&port)?;
        let severity = if known == Known::Before { Severity::Note } else { Severity::Broken };
        let problem = PoeDenied { switch, port: port.last.into(), known, denied: port.last.told.denied };
        Some(Finding::new(severity, Problem::PoeDenied(problem), port.evidence()))
    });
    let tells = |told: &PowerOf<'_>| told.ports().any(|port| port.last.told.denied.is_some() || port.last.trouble.is_some());
    Verdict::of(findings.collect(), clear_or_gap(inventory, tells, |switch| Reason::PowerUntold { switch }))
}

/// How it is known that power is refused on this port, if it is. A counter alone counts what is long past.
pub(super) fn known(port: &PortReadings<'_>) -> Option<Known> {
    let (last, denied) = (port.last, port.last.told.denied.unwrap_or_default());
    let other_cause = last.told.shorts.unwrap_or_default() > 0 || last.told.overloads.unwrap_or_default() > 0;
    match (last.trouble, port.grew(|port| port.told.denied), last.told.detection) {
        (Some(Trouble::Denied), _, _) => Some(Known::Told),
        (Some(_), _, _) => None,
        (_, Some(times), _) => Some(Known::Counted { times }),
        (_, _, Some(Detection::OtherFault)) if denied > 0 && !other_cause => Some(Known::HeldOff),
        (_, _, Some(Detection::Searching)) if denied > 0 && !feeds(last) => Some(Known::Before),
        _ => None,
    }
}

impl Explain for PoeDenied {
    fn english(&self) -> Wording {
        let (switch, port) = (self.switch, self.port.say(Language::En));
        let total = match self.denied {
            Some(1) => " The switch has counted one refusal there since it started.".to_owned(),
            Some(count) => format!(" The switch has counted {count} refusals there since it started."),
            None => String::new(),
        };
        let remark = self.port.remark(Language::En).unwrap_or_default();
        let known = match self.known {
            Known::Told => "The switch itself says so, at this moment.".to_owned(),
            Known::Counted { times: 1 } => "Power was refused once while the port was watched.".to_owned(),
            Known::Counted { times } => format!("Power was refused {times} times while the port was watched."),
            Known::HeldOff => "The port is held off by an error, and no other cause was counted there.".to_owned(),
            Known::Before => {
                return Wording {
                    title: format!("The switch {switch} has refused power on port {port} before"),
                    why: format!(
                        "Power was not refused again while the port was watched, and the port feeds nobody.{total} That may be long past.{remark}"
                    ),
                    remedy: vec![format!(
                        "If something that is plugged in there has no power, look at the budget of the switch and at the limit of \
                         the port; then run trousse link poe --switch {switch} again."
                    )],
                };
            }
        };
        Wording {
            title: format!("The switch {switch} refuses power to the device on port {port}"),
            why: format!("{known}{total} The device stays dark although its cable may be good.{remark}"),
            remedy: vec![
                format!(
                    "Look at the budget in trousse link poe --switch {switch}: if it is spent, unplug what is less needed, give this \
                     port a higher PoE priority, or feed the device by an injector of its own."
                ),
                "If power is left, look at the port's own limit in the switch and raise it to what the device's class asks for."
                    .to_owned(),
                "Then unplug the device, wait ten seconds, plug it in again and look once more.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (switch, port) = (self.switch, self.port.say(Language::Fr));
        let total = match self.denied {
            Some(1) => " Le commutateur y a compté un refus depuis son démarrage.".to_owned(),
            Some(count) => format!(" Le commutateur y a compté {count} refus depuis son démarrage."),
            None => String::new(),
        };
        let remark = self.port.remark(Language::Fr).unwrap_or_default();
        let known = match self.known {
            Known::Told => "Le commutateur le dit lui-même, en ce moment.".to_owned(),
            Known::Counted { times: 1 } => "L'alimentation a été refusée une fois pendant l'observation du port.".to_owned(),
            Known::Counted { times } => format!("L'alimentation a été refusée {times} fois pendant l'observation du port."),
            Known::HeldOff => "Le port est bloqué par une erreur, et aucune autre cause n'y a été comptée.".to_owned(),
            Known::Before => {
                return Wording {
                    title: format!("Le commutateur {switch} a déjà refusé l'alimentation sur le port {port}"),
                    why: format!(
                        "Pas de nouveau refus pendant l'observation, et le port n'alimente personne.{total} C'est peut-être ancien.{remark}"
                    ),
                    remedy: vec![format!(
                        "Si un appareil branché là n'a pas de courant, voyez le budget du commutateur et la limite du port ; puis \
                         relancez trousse link poe --switch {switch}."
                    )],
                };
            }
        };
        Wording {
            title: format!("Le commutateur {switch} refuse l'alimentation à l'appareil du port {port}"),
            why: format!("{known}{total} L'appareil reste éteint, même si son câble est bon.{remark}"),
            remedy: vec![
                format!(
                    "Voyez le budget dans trousse link poe --switch {switch} : s'il est épuisé, débranchez ce qui est moins utile, \
                     donnez à ce port une priorité PoE plus haute, ou alimentez l'appareil par son propre injecteur."
                ),
                "S'il reste de la puissance, voyez la limite propre au port dans le commutateur et portez-la à ce que demande la \
                 classe de l'appareil."
                    .to_owned(),
                "Puis débranchez l'appareil, attendez dix secondes, rebranchez-le et regardez de nouveau.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device gets no electric power over its network cable: the equipment refuses it.",
                "Free some power, or give the device a power supply of its own.",
            ],
            french: [
                "Un appareil ne reçoit pas son courant par le câble réseau : l'équipement le lui refuse.",
                "Libérer de la puissance, ou donner à l'appareil sa propre alimentation.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        Subject::port(self.switch, self.port.key())
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        matches!(cause, Problem::PoeBudget(budget) if budget.switch == self.switch && budget.group == self.port.group)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Power refused by the switch",
            meaning: "A device asks for power over Ethernet and the switch says no: its budget is spent, or the port may not give as \
                      much. The device stays dark.",
            seen: "The switch is asked over SNMP, twice within some seconds: the maker's table says that the port is denied \
                   (cpeExtPsePortAdditionalStatus of a Catalyst), or pethPsePortPowerDeniedCounter (RFC 3621) grew between the two, or \
                   the port is in otherFault with refusals counted and nothing else. A counter that does not grow is a remark: it \
                   counts since the switch started.",
            lookalikes: "A device that asks for no power (a laptop, a printer) counts invalid signatures, not refusals. A short or an \
                         overload is L1-poe-fault. A device that gets power and wants more is L1-poe-class-too-low.",
            remedy: "Budget first, then the port's own limit, then an injector for this device.",
        },
        Manual {
            title: "Alimentation refusée par le commutateur",
            meaning: "Un appareil demande l'alimentation PoE et le commutateur refuse : son budget est épuisé, ou le port ne peut pas \
                      donner autant. L'appareil reste éteint.",
            seen: "Le commutateur est interrogé en SNMP, deux fois à quelques secondes : la table du constructeur dit que le port est \
                   refusé (cpeExtPsePortAdditionalStatus d'un Catalyst), ou pethPsePortPowerDeniedCounter (RFC 3621) a augmenté entre \
                   les deux, ou le port est en otherFault avec des refus comptés et rien d'autre. Un compteur qui n'augmente pas n'est \
                   qu'une remarque : il compte depuis le démarrage du commutateur.",
            lookalikes: "Un appareil qui ne demande pas d'alimentation (portable, imprimante) fait compter des signatures invalides, \
                         pas des refus. Un court-circuit ou une surcharge, c'est L1-poe-fault. Un appareil alimenté qui en veut plus, \
                         c'est L1-poe-class-too-low.",
            remedy: "Le budget d'abord, puis la limite propre au port, puis un injecteur pour cet appareil.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::powering::testing::{port, supply};
    use crate::check::testing::Scene;
    use crate::observe::Part;
    use crate::mib::pse::FeedingPort;

    fn denied(detection: Detection, count: u32) -> FeedingPort {
        let mut port = port(5, detection);
        port.told.denied = Some(count);
        port
    }

    fn known_of(readings: &[FeedingPort]) -> Vec<(Severity, Known)> {
        let scene = readings.iter().fold(Scene::default(), |scene, port| scene.feeds(std::slice::from_ref(port), &[supply(62, 10)]));
        let Verdict::Found(found) = scene.verdict(judge) else { return Vec::new() };
        found
            .into_iter()
            .map(|finding| match finding.problem {
                Problem::PoeDenied(problem) => (finding.severity, problem.known),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn refusals_that_are_counted_meanwhile_are_found_and_old_ones_are_a_remark() {
        let searching = |count| denied(Detection::Searching, count);
        assert_eq!(known_of(&[searching(7), searching(9)]), [(Severity::Broken, Known::Counted { times: 2 })]);
        assert_eq!(known_of(&[searching(7), searching(7)]), [(Severity::Note, Known::Before)]);
        assert_eq!(known_of(&[searching(0), searching(0)]), []);
        // It feeds now: what was refused before is over.
        assert_eq!(known_of(&[denied(Detection::Delivering, 7)]), []);
    }

    #[test]
    fn what_the_switch_says_itself_counts_at_once() {
        let mut told = denied(Detection::Searching, 0);
        told.trouble = Some(Trouble::Denied);
        assert_eq!(known_of(&[told]), [(Severity::Broken, Known::Told)]);
        assert_eq!(known_of(&[denied(Detection::OtherFault, 7)]), [(Severity::Broken, Known::HeldOff)]);
        let mut short = denied(Detection::OtherFault, 7);
        short.told.shorts = Some(1);
        assert_eq!(known_of(&[short]), []);
    }

    #[test]
    fn a_switch_that_counts_no_refusals_is_not_clear() {
        let mut untold = port(5, Detection::Searching);
        untold.told.denied = None;
        let scene = Scene::default().feeds(&[untold], &[]);
        assert_eq!(scene.verdict(judge), Verdict::NotTested(Reason::PowerUntold { switch: [10, 0, 0, 2].into() }));
        assert_eq!(Scene::default().verdict(judge), Verdict::NotTested(Reason::PowerNotAsked));
        let searching = Scene::default().feeds(&[port(5, Detection::Searching)], &[]);
        assert_eq!(searching.verdict(judge), Verdict::Clear);
        // Refusals grow from the first answer to the second: with one there was no time for the check.
        let hurried = Verdict::NotTested(Reason::OutOfTime { asked: 0, planned: 0 });
        assert_eq!(searching.out_of_time(&[Part::Power]).verdict(judge), hurried);
        assert_eq!(Scene::default().out_of_time(&[Part::Power]).verdict(judge), hurried);
    }

    #[test]
    fn the_words_name_the_port_as_the_switch_does() {
        let mut named = denied(Detection::OtherFault, 1);
        named.alias = Some("chambre 12".to_owned());
        let found = Scene::default().feeds(&[named], &[]).found(judge).remove(0);
        let words = found.problem.explain().words(Language::Fr);
        assert_eq!(words.title, "Le commutateur 10.0.0.2 refuse l'alimentation à l'appareil du port gi5 (chambre 12)");
        assert!(words.why.contains("compté un refus"), "{}", words.why);
    }
}
