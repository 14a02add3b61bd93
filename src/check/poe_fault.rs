//! A port of a switch gives no power because something is wrong there: an overload, a short circuit, a device that is none.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::powering::{PoePort, clear_or_gap};
use super::{Problem, poe_denied};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::mib::power_ethernet::Detection;
use crate::mib::pse::Trouble;
use crate::net::Mac;
use crate::observe::{Inventory, PortReadings, PowerOf};
use crate::poe::budget::feeds;
use crate::site::Plan;

/// A port that is in a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PoeFault {
    /// The switch.
    pub switch: IpAddr,
    /// The port.
    pub port: PoePort,
    /// What is wrong.
    pub fault: Fault,
    /// It gives power all the same.
    pub feeds: bool,
    /// Overloads since the switch started.
    pub overloads: Option<u32>,
    /// Short circuits since the switch started.
    pub shorts: Option<u32>,
}

/// What is wrong with a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// There is a short circuit, or there was one while the port was watched.
    Short,
    /// Too much is drawn, or was while the port was watched.
    Overload,
    /// What is plugged in does not ask for power as the standard says.
    NotStandard,
    /// The voltage is too high or too low.
    Voltage,
    /// The port itself has failed.
    Hardware,
    /// The port is too hot.
    TooHot,
    /// The port's own test failed.
    Test,
    /// The port is held off by an error that the switch does not name.
    Unnamed,
}

/// Every port of every switch that was asked.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let switches = inventory.power().switches();
    let ports = switches.flat_map(|told| told.ports().map(move |port| (told.switch, port)));
    let findings = ports.filter_map(|(switch, port)| {
        let (told, feeds) = (&port.last.told, feeds(port.last));
        let problem = PoeFault {
            switch,
            port: port.last.into(),
            fault: fault(&port)?,
            feeds,
            overloads: told.overloads,
            shorts: told.shorts,
        };
        let severity = if feeds { Severity::Degraded } else { Severity::Broken };
        Some(Finding::new(severity, Problem::PoeFault(problem), port.evidence()))
    });
    let tells = |told: &PowerOf<'_>| told.ports().any(|port| port.last.told.detection.is_some());
    Verdict::of(findings.collect(), clear_or_gap(inventory, tells, |switch| Reason::PowerUntold { switch }))
}

/// What is wrong with a port now, or was while it was watched.
fn fault(port: &PortReadings<'_>) -> Option<Fault> {
    match port.last.trouble {
        Some(Trouble::Short) => return Some(Fault::Short),
        Some(Trouble::Overload) => return Some(Fault::Overload),
        Some(Trouble::NotStandard) => return Some(Fault::NotStandard),
        Some(Trouble::Voltage) => return Some(Fault::Voltage),
        Some(Trouble::Hardware) => return Some(Fault::Hardware),
        Some(Trouble::TooHot) => return Some(Fault::TooHot),
        Some(Trouble::Denied) => return None,
        None => {}
    }
    if port.grew(|port| port.told.shorts).is_some() {
        return Some(Fault::Short);
    }
    if port.grew(|port| port.told.overloads).is_some() {
        return Some(Fault::Overload);
    }
    match port.last.told.detection {
        Some(Detection::Fault) => Some(Fault::Test),
        Some(Detection::OtherFault) if poe_denied::known(port).is_none() => Some(Fault::Unnamed),
        _ => None,
    }
}

impl PoeFault {
    /// What the counters hold, where the switch does not name the fault.
    fn counted(&self, language: Language) -> String {
        let (shorts, overloads) = (self.shorts.unwrap_or_default(), self.overloads.unwrap_or_default());
        if !matches!(self.fault, Fault::Test | Fault::Unnamed) || shorts + overloads == 0 {
            return String::new();
        }
        language.pick(
            format!(" Since it started it has counted there: short circuits {shorts}, overloads {overloads}. That may be the cause."),
            format!(" Depuis son démarrage il y a compté : courts-circuits {shorts}, surcharges {overloads}. C'en est peut-être la cause."),
        )
    }
}

impl Explain for PoeFault {
    fn english(&self) -> Wording {
        let (switch, port) = (self.switch, self.port.say(Language::En));
        let (title, why, first) = match self.fault {
            Fault::Short => (
                format!("Short circuit on the PoE port {port} of the switch {switch}"),
                "Two wires that carry the power touch: in the plug, in the cable, in the outlet or in the device. The switch cuts the \
                 power each time.",
                "Unplug the cable at the switch: if the fault goes, test the cable without the device, then the device on another port.",
            ),
            Fault::Overload => (
                format!("Overload on the PoE port {port} of the switch {switch}"),
                "The device draws more than its class or the port allows, and the switch cuts the power. It starts, goes dark and \
                 starts again.",
                "Compare the watts that the device needs (its label, its data sheet) with the limit of the port, and raise the limit, \
                 or take a port or an injector of a higher type.",
            ),
            Fault::NotStandard => (
                format!("What hangs on the PoE port {port} of the switch {switch} does not ask for power as the standard says"),
                "A device for passive PoE (24 V or 48 V always on), an injector behind it, or a damaged one: the switch keeps the power off.",
                "Read the label of the device: if it says passive PoE, feed it by its own injector and by nothing else.",
            ),
            Fault::Voltage => (
                format!("Wrong voltage on the PoE port {port} of the switch {switch}"),
                "The switch measures a voltage at the port that its supply should not give: two sources on one cable, or a supply that fails.",
                "Look for an injector or a second switch at the other end of the cable; then look at the supply of the switch.",
            ),
            Fault::Hardware => (
                format!("The PoE port {port} of the switch {switch} has failed"),
                "The switch says that the hardware of the port is faulty.",
                "Use another port and mark this one; if others follow, replace the switch.",
            ),
            Fault::TooHot => (
                format!("The PoE port {port} of the switch {switch} is too hot"),
                "The switch has taken the power off to protect itself.",
                "Look at the fans, at the air around the switch and at how much it feeds.",
            ),
            Fault::Test => (
                format!("Fault on the PoE port {port} of the switch {switch}"),
                "The switch's own test of the port failed (fault); it does not say why.",
                "Unplug the cable at the switch: if the fault goes, test the cable, then the device on another port; if it stays, the port \
                 is at fault.",
            ),
            Fault::Unnamed => (
                format!("The PoE port {port} of the switch {switch} is held off by an error"),
                "The switch says that there is another fault (otherFault), and not which one.",
                "Unplug the cable at the switch: if the fault goes, test the cable, then the device on another port; if it stays, the port \
                 is at fault.",
            ),
        };
        let remark = self.port.remark(Language::En).unwrap_or_default();
        let feeds = if self.feeds { " It gives power again for now." } else { "" };
        Wording {
            title,
            why: format!("{why}{feeds}{}{remark}", self.counted(Language::En)),
            remedy: vec![first.to_owned(), format!("Then run trousse link poe --switch {switch} again.")],
        }
    }

    fn french(&self) -> Wording {
        let (switch, port) = (self.switch, self.port.say(Language::Fr));
        let (title, why, first) = match self.fault {
            Fault::Short => (
                format!("Court-circuit sur le port PoE {port} du commutateur {switch}"),
                "Deux fils qui portent l'alimentation se touchent : dans la fiche, le câble, la prise ou l'appareil. Le commutateur \
                 coupe à chaque fois.",
                "Débranchez le câble au commutateur : si le défaut disparaît, testez le câble sans l'appareil, puis l'appareil sur un \
                 autre port.",
            ),
            Fault::Overload => (
                format!("Surcharge sur le port PoE {port} du commutateur {switch}"),
                "L'appareil consomme plus que sa classe ou le port ne permet, et le commutateur coupe. Il démarre, s'éteint et \
                 redémarre.",
                "Comparez les watts dont l'appareil a besoin (étiquette, fiche technique) avec la limite du port, et relevez-la, ou \
                 prenez un port ou un injecteur d'un type supérieur.",
            ),
            Fault::NotStandard => (
                format!("L'appareil du port PoE {port} du commutateur {switch} ne demande pas l'alimentation selon la norme"),
                "Un appareil à PoE passif (24 V ou 48 V en permanence), un injecteur derrière, ou un appareil abîmé : le commutateur \
                 n'alimente pas.",
                "Lisez l'étiquette de l'appareil : si elle dit PoE passif, alimentez-le par son propre injecteur et par rien d'autre.",
            ),
            Fault::Voltage => (
                format!("Tension anormale sur le port PoE {port} du commutateur {switch}"),
                "Le commutateur mesure au port une tension que son alimentation ne devrait pas donner : deux sources sur un même câble, \
                 ou une alimentation qui faiblit.",
                "Cherchez un injecteur ou un second commutateur à l'autre bout du câble ; puis voyez l'alimentation du commutateur.",
            ),
            Fault::Hardware => (
                format!("Le port PoE {port} du commutateur {switch} est en panne"),
                "Le commutateur dit que le matériel de ce port est défectueux.",
                "Prenez un autre port et marquez celui-ci ; si d'autres suivent, remplacez le commutateur.",
            ),
            Fault::TooHot => (
                format!("Le port PoE {port} du commutateur {switch} est trop chaud"),
                "Le commutateur a coupé l'alimentation pour se protéger.",
                "Voyez les ventilateurs, l'air autour du commutateur et combien il alimente.",
            ),
            Fault::Test => (
                format!("Défaut sur le port PoE {port} du commutateur {switch}"),
                "Le test que le commutateur fait du port a échoué (fault) ; il ne dit pas pourquoi.",
                "Débranchez le câble au commutateur : si le défaut disparaît, testez le câble, puis l'appareil sur un autre port ; s'il \
                 reste, c'est le port.",
            ),
            Fault::Unnamed => (
                format!("Le port PoE {port} du commutateur {switch} est bloqué par une erreur"),
                "Le commutateur indique un autre défaut (otherFault), sans dire lequel.",
                "Débranchez le câble au commutateur : si le défaut disparaît, testez le câble, puis l'appareil sur un autre port ; s'il \
                 reste, c'est le port.",
            ),
        };
        let remark = self.port.remark(Language::Fr).unwrap_or_default();
        let feeds = if self.feeds { " Il alimente de nouveau pour l'instant." } else { "" };
        Wording {
            title,
            why: format!("{why}{feeds}{}{remark}", self.counted(Language::Fr)),
            remedy: vec![first.to_owned(), format!("Puis relancez trousse link poe --switch {switch}.")],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A socket that powers devices reports an electrical fault.",
                "Try another cord and another device, then repair or change what is at fault.",
            ],
            french: [
                "Une prise qui alimente des appareils signale un défaut électrique.",
                "Essayer un autre cordon et un autre appareil, puis réparer ou changer ce qui est en cause.",
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
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Fault on a PoE port",
            meaning: "A port of the switch gives no power, or gives it by turns, because something is wrong there: a short circuit, an \
                      overload, a device for passive PoE, the port itself.",
            seen: "The switch is asked over SNMP, twice within some seconds: pethPsePortDetectionStatus is fault(4) or otherFault(6), or \
                   the counters of shorts or overloads grew between the two (RFC 3621); a TP-Link or a Catalyst names the fault. A \
                   counter that does not grow is only shown: it counts since the switch started.",
            lookalikes: "A refusal for want of power is L1-poe-denied. A port that searches with nothing plugged in is well.",
            remedy: "Cable first, then the device on another port, then the port: whatever ends it names the culprit.",
        },
        Manual {
            title: "Défaut sur un port PoE",
            meaning: "Un port du commutateur n'alimente pas, ou par intermittence, parce que quelque chose ne va pas : court-circuit, \
                      surcharge, appareil à PoE passif, le port lui-même.",
            seen: "Le commutateur est interrogé en SNMP, deux fois à quelques secondes : pethPsePortDetectionStatus vaut fault(4) ou \
                   otherFault(6), ou les compteurs de courts-circuits ou de surcharges ont augmenté entre les deux (RFC 3621) ; un \
                   TP-Link ou un Catalyst nomme le défaut. Un compteur qui n'augmente pas est seulement affiché : il compte depuis le \
                   démarrage du commutateur.",
            lookalikes: "Un refus faute de puissance, c'est L1-poe-denied. Un port qui cherche sans rien de branché va bien.",
            remedy: "Le câble d'abord, puis l'appareil sur un autre port, puis le port : ce qui y met fin désigne le coupable.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::powering::testing::port;
    use crate::check::testing::Scene;
    use crate::mib::pse::FeedingPort;

    fn faults(readings: &[FeedingPort]) -> Vec<(Severity, Fault)> {
        let scene = readings.iter().fold(Scene::default(), |scene, port| scene.feeds(std::slice::from_ref(port), &[]));
        let Verdict::Found(found) = scene.verdict(judge) else { return Vec::new() };
        found
            .into_iter()
            .map(|finding| match finding.problem {
                Problem::PoeFault(problem) => (finding.severity, problem.fault),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn counted(detection: Detection, overloads: u32, shorts: u32) -> FeedingPort {
        let mut port = port(4, detection);
        (port.told.overloads, port.told.shorts) = (Some(overloads), Some(shorts));
        port
    }

    #[test]
    fn a_fault_that_stands_is_found_and_its_counters_are_a_hint() {
        assert_eq!(faults(&[counted(Detection::Fault, 0, 1)]), [(Severity::Broken, Fault::Test)]);
        assert_eq!(faults(&[counted(Detection::OtherFault, 0, 0)]), [(Severity::Broken, Fault::Unnamed)]);
        let found = Scene::default().feeds(&[counted(Detection::Fault, 0, 1)], &[]).found(judge).remove(0);
        let words = found.problem.explain().words(Language::En);
        assert!(words.why.contains("short circuits 1, overloads 0"), "{}", words.why);
    }

    #[test]
    fn counters_are_found_only_where_they_grow() {
        let feeding = |overloads, shorts| counted(Detection::Delivering, overloads, shorts);
        assert_eq!(faults(&[feeding(3, 1), feeding(3, 1)]), []);
        assert_eq!(faults(&[feeding(3, 1), feeding(5, 1)]), [(Severity::Degraded, Fault::Overload)]);
        let searching = |shorts| counted(Detection::Searching, 0, shorts);
        assert_eq!(faults(&[searching(1), searching(2)]), [(Severity::Broken, Fault::Short)]);
    }

    #[test]
    fn what_the_maker_names_is_named_and_a_refusal_is_another_check_s() {
        let mut told = counted(Detection::OtherFault, 0, 0);
        told.trouble = Some(Trouble::NotStandard);
        assert_eq!(faults(&[told.clone()]), [(Severity::Broken, Fault::NotStandard)]);
        told.trouble = Some(Trouble::Denied);
        assert_eq!(faults(&[told.clone()]), []);
        (told.trouble, told.told.denied) = (None, Some(3));
        assert_eq!(faults(&[told]), []);
    }

    #[test]
    fn a_port_that_searches_is_clear() {
        let scene = Scene::default().feeds(&[counted(Detection::Searching, 0, 0)], &[]);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }
}
