//! One card stands alone behind two ports: its address was copied, or it was plugged over and a switch has not noticed.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::holder::join;
use super::switches::{gap, unlocated};
use super::{Problem, Verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Plug};
use crate::site::Plan;

/// A card that was learned, alone, on two ports that lead to no other switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MacOnTwoPorts {
    /// The card.
    pub mac: Mac,
    /// Who made it, where its address tells.
    pub vendor: Option<String>,
    /// The ports.
    pub plugs: Vec<Plug>,
}

/// No card hangs alone on two ports.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let switches = inventory.switches();
    let found = inventory.switchboard().alone_twice().into_iter().map(|(mac, plugs)| {
        let evidence = plugs.iter().filter_map(|plug| switches.sighting(plug.switch, mac)).collect();
        let vendor = inventory.vendor(mac).name().map(str::to_owned);
        Finding::new(Severity::Degraded, Problem::MacOnTwoPorts(MacOnTwoPorts { mac, vendor, plugs }), evidence)
    });
    let otherwise = gap(inventory).or_else(|| unlocated(inventory)).map_or(Verdict::Clear, Verdict::NotTested);
    Verdict::of(found.collect(), otherwise)
}

impl MacOnTwoPorts {
    fn ports(&self, language: Language) -> String {
        let port = |plug: &Plug| {
            let (port, switch) = (&plug.port, plug.switch_called());
            language.pick(format!("{port} of {switch}"), format!("{port} de {switch}"))
        };
        join(&self.plugs.iter().map(port).collect::<Vec<_>>(), language)
    }

    fn maker(&self) -> String {
        self.vendor.as_deref().map(|vendor| format!(" ({vendor})")).unwrap_or_default()
    }
}

impl Explain for MacOnTwoPorts {
    fn english(&self) -> Wording {
        let (mac, maker, ports) = (self.mac, self.maker(), self.ports(Language::En));
        Wording {
            title: format!("{mac} is plugged in at two places: {ports}"),
            why: format!(
                "The card {mac}{maker} is the only one on each of these ports, and neither leads to another switch. Two devices have the \
                 same hardware address (a copied virtual machine, a cheap card, an address set by hand), or one device was plugged over \
                 within the last minutes. With two devices, frames for one go to whoever sent last: both lose the network by turns."
            ),
            remedy: vec![
                format!("Look at what is plugged into {ports}."),
                "If it is one device that was plugged over, wait five minutes (the switches forget by then) and run this again.".to_owned(),
                "If it is two, give one of them an address of its own: a new one in the virtual machine's settings, or another card."
                    .to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (mac, maker, ports) = (self.mac, self.maker(), self.ports(Language::Fr));
        Wording {
            title: format!("{mac} est branchée à deux endroits : {ports}"),
            why: format!(
                "La carte {mac}{maker} est seule sur chacun de ces ports, et aucun ne mène à un autre commutateur. Deux appareils ont la \
                 même adresse matérielle (machine virtuelle copiée, carte bon marché, adresse imposée à la main), ou un appareil a été \
                 rebranché il y a quelques minutes. Avec deux appareils, les trames destinées à l'un vont à celui qui a émis en dernier : \
                 ils perdent le réseau à tour de rôle."
            ),
            remedy: vec![
                format!("Regardez ce qui est branché sur {ports}."),
                "S'il s'agit d'un seul appareil rebranché, attendez cinq minutes (les commutateurs auront oublié) et relancez.".to_owned(),
                "S'il y en a deux, donnez à l'un sa propre adresse : une nouvelle dans les réglages de la machine virtuelle, ou une autre \
                 carte."
                    .to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "One device is seen in two places at once: either it moves, or the network is joined to itself.",
                "Find the two places and remove what joins them.",
            ],
            french: [
                "Un appareil est vu à deux endroits à la fois : il se déplace, ou le réseau est relié à lui-même.",
                "Trouver les deux endroits et retirer ce qui les relie.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        Subject::cards(&[self.mac])
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "A card on two ports",
            meaning: "One hardware address is plugged in at two places.",
            seen: "The forwarding databases of the switches (BRIDGE-MIB, RFC 4188; Q-BRIDGE-MIB, RFC 4363), read over SNMP. A port counts \
                   where the card is alone on it and where it leads to no other switch that was asked or that says who it is (LLDP-MIB).",
            lookalikes: "A laptop that was plugged over stays on its old port until the switch forgets it, five minutes by default. A \
                         server with two cables and one address (bonding) does so on purpose.",
            remedy: "See what is plugged into both ports; give each device an address of its own.",
        },
        Manual {
            title: "Une carte sur deux ports",
            meaning: "Une même adresse matérielle est branchée à deux endroits.",
            seen: "Les tables d'adresses des commutateurs (BRIDGE-MIB, RFC 4188 ; Q-BRIDGE-MIB, RFC 4363), lues en SNMP. Un port compte \
                   quand la carte y est seule et qu'il ne mène à aucun autre commutateur interrogé ou qui se nomme (LLDP-MIB).",
            lookalikes: "Un portable rebranché reste sur son ancien port jusqu'à l'oubli du commutateur, cinq minutes par défaut. Un serveur \
                         à deux câbles et une adresse (agrégation) le fait exprès.",
            remedy: "Voir ce qui est branché sur les deux ports ; donner à chaque appareil sa propre adresse.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, Scene};
    use crate::finding::Reason;
    use crate::observe::{Fact, Part, Unanswered};

    #[test]
    fn a_card_alone_on_ports_of_two_switches_is_found() {
        let scene = Scene::default().switch("10.0.0.2", &[(A, 3), (B, 4)]).switch("10.0.0.3", &[(A, 7)]);
        let Verdict::Found(found) = scene.verdict(judge) else { panic!("nothing found") };
        let words = found[0].problem.explain().words(Language::En);
        assert!(words.title.ends_with("at two places: gi3 of sw-10.0.0.2 and gi7 of sw-10.0.0.3"), "{}", words.title);
        assert_eq!((found.len(), found[0].evidence.len()), (1, 2));
    }

    #[test]
    fn a_switch_for_which_there_was_no_time_is_not_tested() {
        let named = Scene::default().fact(Fact::SwitchesNamed { switches: vec![[10, 0, 0, 9].into()], sought: None });
        assert_eq!(named.verdict(judge), Verdict::NotTested(Reason::SwitchNotAsked { switch: [10, 0, 0, 9].into() }));
        let hurried = Verdict::NotTested(Reason::OutOfTime { asked: 0, planned: 0 });
        assert_eq!(named.out_of_time(&[Part::Switches]).verdict(judge), hurried);
    }

    #[test]
    fn a_port_with_others_may_lead_anywhere_and_is_not_counted() {
        let scene = Scene::default().switch("10.0.0.2", &[(A, 3), (B, 3)]).switch("10.0.0.3", &[(A, 7), (C, 8)]);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_port_that_has_learned_another_switch_leads_to_it() {
        // Each switch's own card ends in 255 and the last octet of its address.
        let scene = Scene::default().switch("10.0.0.2", &[(A, 3)]).switch("10.0.0.3", &[(A, 24), ("02:00:00:00:ff:02", 24)]);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
        let board = scene.seen().0;
        let plugs = board.switchboard().plugs(A.parse().expect("a MAC"));
        let ways: Vec<(&str, bool)> = plugs.iter().map(|plug| (plug.port.as_str(), plug.is_edge())).collect();
        assert_eq!(ways, [("gi24", false), ("gi3", true)]);
    }

    #[test]
    fn a_switch_that_did_not_tell_is_not_tested() {
        let scene = Scene::default().switch("10.0.0.2", &[(A, 3)]).silent_switch("10.0.0.3");
        let because = Unanswered::Silent;
        let reason = Reason::SwitchSilent { switch: [10, 0, 0, 3].into(), because };
        assert_eq!(scene.verdict(judge), Verdict::NotTested(reason));
        assert_eq!(Scene::default().verdict(judge), Verdict::NotTested(Reason::NoSwitch));
    }
}
