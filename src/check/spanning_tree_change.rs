//! The tree of the switches changes while we look: cords come and go somewhere, or switches do.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Mac, VlanId};
use crate::observe::{Inventory, Observation, RootsTold};
use crate::site::Plan;
use crate::wire::stp::BridgeId;

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum SpanningTreeChange {
    /// Another switch became the root.
    Root {
        /// The VLAN whose tree it is.
        vlan: Option<VlanId>,
        /// The roots, in the order in which they were told.
        roots: Vec<BridgeId>,
    },
    /// A port came up or went down somewhere while we looked.
    Topology {
        /// The switches that said so to us.
        told_by: Vec<Mac>,
    },
    /// The same shortly before we began to look: our own plug may have been it.
    Before {
        /// The switches that said so to us.
        told_by: Vec<Mac>,
    },
}

/// Roots that differ, then changes on their way.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let trees = inventory.trees();
    let mut findings = Vec::new();
    for RootsTold { vlan, roots } in trees.roots_changed() {
        let evidence: Vec<Observation> = roots.iter().map(|(_, seen)| (*seen).clone()).collect();
        let problem = SpanningTreeChange::Root { vlan, roots: roots.into_iter().map(|(root, _)| root).collect() };
        findings.push(Finding::new(Severity::Degraded, Problem::SpanningTreeChange(problem), evidence));
    }
    let changes = trees.changes();
    let during: Vec<(Mac, &Observation)> = changes
        .iter()
        .filter(|(_, _, began)| *began)
        .map(|(told, seen, _)| (told.sender, *seen))
        .chain(trees.notified())
        .collect();
    if !during.is_empty() {
        findings.push(change(Severity::Risk, &during, |told_by| SpanningTreeChange::Topology { told_by }));
    } else if !changes.is_empty() {
        let before: Vec<(Mac, &Observation)> = changes.iter().map(|(told, seen, _)| (told.sender, *seen)).collect();
        findings.push(change(Severity::Note, &before, |told_by| SpanningTreeChange::Before { told_by }));
    }
    let silent = trees.told().next().is_none();
    Verdict::of(findings, if silent { Verdict::NotTested(Reason::NoSpanningTree) } else { Verdict::Clear })
}

fn change(severity: Severity, told: &[(Mac, &Observation)], problem: impl Fn(Vec<Mac>) -> SpanningTreeChange) -> Finding {
    let mut told_by: Vec<Mac> = told.iter().map(|(mac, _)| *mac).collect();
    told_by.sort_unstable();
    told_by.dedup();
    let evidence = told.iter().map(|(_, seen)| (*seen).clone()).collect();
    Finding::new(severity, Problem::SpanningTreeChange(problem(told_by)), evidence)
}

fn listed<T: ToString>(of: &[T], between: &str) -> String {
    of.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}

impl Explain for SpanningTreeChange {
    fn english(&self) -> Wording {
        match self {
            SpanningTreeChange::Root { vlan, roots } => {
                let of = vlan.map(|vlan| format!(" of VLAN {vlan}")).unwrap_or_default();
                Wording {
                    title: format!("Another switch became the root of spanning tree{of}"),
                    why: format!(
                        "While we looked, the root was {}. Each time, the switches work out anew which cords they use: for up to half a \
                         minute nothing passes on some of them, and what they had learnt is forgotten.",
                        listed(roots, ", then ")
                    ),
                    remedy: vec![
                        "Ask whether somebody switched a switch on or off or moved a cord just now; then run it again in a minute: it should \
                         be clear."
                            .to_owned(),
                        "If it comes again, look for a switch that restarts (its power, its PoE load) and for a cord between switches with \
                         a loose contact."
                            .to_owned(),
                        "Give the main switch the lowest priority (4096) by hand, so that no small switch that is plugged in takes its place."
                            .to_owned(),
                    ],
                }
            }
            SpanningTreeChange::Topology { told_by } => Wording {
                title: "Spanning tree changed while we looked".to_owned(),
                why: format!(
                    "Told by {}: a port came up or went down somewhere. Each time the switches forget which device is where and send \
                     everything everywhere until they know again. Once is nothing; again and again it makes calls stutter.",
                    listed(told_by, ", ")
                ),
                remedy: vec![
                    "Run it again in a minute. If it comes again, look in the switches' logs for the port that comes and goes.".to_owned(),
                    "Set the ports of PCs, telephones and printers as edge ports (PortFast): then plugging one in is no change of the tree."
                        .to_owned(),
                ],
            },
            SpanningTreeChange::Before { told_by } => Wording {
                title: "Spanning tree changed shortly before we looked".to_owned(),
                why: format!(
                    "{} says so since the first frame that we heard. If this laptop was plugged in just now, that was it: this port is \
                     not set as one of devices (edge port, PortFast).",
                    listed(told_by, ", ")
                ),
                remedy: vec![
                    "Run it again in a minute: the mark lasts at most 35 s after a change.".to_owned(),
                    "Set this port as an edge port (PortFast): whoever plugs in is served at once, and nobody else notices.".to_owned(),
                ],
            },
        }
    }

    fn french(&self) -> Wording {
        match self {
            SpanningTreeChange::Root { vlan, roots } => {
                let of = vlan.map(|vlan| format!(" du VLAN {vlan}")).unwrap_or_default();
                Wording {
                    title: format!("Un autre commutateur est devenu racine du spanning tree{of}"),
                    why: format!(
                        "Pendant l'analyse, la racine était {}. À chaque fois, les commutateurs recalculent quels cordons ils utilisent : \
                         jusqu'à une demi-minute, rien ne passe sur certains, et ce qu'ils avaient appris est oublié.",
                        listed(roots, ", puis ")
                    ),
                    remedy: vec![
                        "Demandez si quelqu'un vient d'allumer ou d'éteindre un commutateur ou de déplacer un cordon ; puis relancez dans une \
                         minute : ce doit être conforme."
                            .to_owned(),
                        "Si cela revient, cherchez un commutateur qui redémarre (son alimentation, sa charge PoE) et un cordon entre \
                         commutateurs qui fait faux contact."
                            .to_owned(),
                        "Donnez à la main au commutateur principal la priorité la plus basse (4096) : aucun petit commutateur branché ne \
                         prendra sa place."
                            .to_owned(),
                    ],
                }
            }
            SpanningTreeChange::Topology { told_by } => Wording {
                title: "Le spanning tree a changé pendant l'analyse".to_owned(),
                why: format!(
                    "Annoncé par {} : un port est monté ou tombé quelque part. À chaque fois, les commutateurs oublient où est chaque \
                     appareil et envoient tout partout en attendant de le réapprendre. Une fois, ce n'est rien ; à répétition, les appels \
                     hachent.",
                    listed(told_by, ", ")
                ),
                remedy: vec![
                    "Relancez dans une minute. Si cela revient, cherchez dans les journaux des commutateurs le port qui monte et tombe."
                        .to_owned(),
                    "Déclarez les ports des PC, téléphones et imprimantes comme ports de bordure (PortFast) : y brancher un appareil ne change \
                     alors plus l'arbre."
                        .to_owned(),
                ],
            },
            SpanningTreeChange::Before { told_by } => Wording {
                title: "Le spanning tree avait changé juste avant l'analyse".to_owned(),
                why: format!(
                    "{} le dit depuis la première trame entendue. Si ce portable vient d'être branché, c'était cela : ce port n'est pas \
                     déclaré comme un port d'appareil (bordure, PortFast).",
                    listed(told_by, ", ")
                ),
                remedy: vec![
                    "Relancez dans une minute : la marque dure au plus 35 s après un changement.".to_owned(),
                    "Déclarez ce port comme port de bordure (PortFast) : qui s'y branche est servi tout de suite, et personne d'autre ne le \
                     remarque."
                        .to_owned(),
                ],
            },
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The network keeps changing its own paths: it stops for some seconds each time.",
                "Find the connection that comes and goes.",
            ],
            french: [
                "Le réseau change sans cesse de chemin : il s'arrête quelques secondes à chaque fois.",
                "Trouver la liaison qui tombe et revient.",
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
            title: "Change of spanning tree",
            meaning: "Switches that are joined by more than one way agree on a tree, so that no frame goes round. When the tree changes, \
                      they forget what they had learnt, and some cords carry nothing for up to half a minute.",
            seen: "The BPDUs that the switch sends to this port, every 2 s by default (IEEE 802.1D-2004, clause 9 and table 17-1; 802.1w; \
                   802.1s; Cisco's PVST+). Another root than before, in the same VLAN's tree: degraded. The flag of a topology change \
                   where the same port had told the tree without it before, or a Topology Change Notification: a risk. The flag from the \
                   first BPDU on: a note. Where no switch sends BPDUs to this port, the check is left out.",
            lookalikes: "A laptop that is plugged into a port that is not an edge port causes such a change itself; the root keeps the \
                         flag for 35 s. A small switch that floods the BPDUs of two networks shows two roots that never agree: they \
                         should not be joined.",
            remedy: "Once: run it again. Again and again: the switches' logs name the port that comes and goes.",
        },
        Manual {
            title: "Changement du spanning tree",
            meaning: "Des commutateurs reliés par plus d'un chemin conviennent d'un arbre, pour qu'aucune trame ne tourne en rond. Quand \
                      l'arbre change, ils oublient ce qu'ils avaient appris, et certains cordons ne portent rien jusqu'à une demi-minute.",
            seen: "Les BPDU que le commutateur envoie sur ce port, toutes les 2 s par défaut (IEEE 802.1D-2004, article 9 et tableau \
                   17-1 ; 802.1w ; 802.1s ; PVST+ de Cisco). Une autre racine qu'avant, dans l'arbre du même VLAN : dégradé. Le drapeau de \
                   changement de topologie alors que le même port avait annoncé l'arbre sans lui, ou une notification de changement \
                   (TCN) : risque. Le drapeau dès la première BPDU : remarque. Là où aucun commutateur n'envoie de BPDU sur ce port, le \
                   contrôle est omis.",
            lookalikes: "Un portable branché sur un port qui n'est pas de bordure provoque lui-même un tel changement ; la racine garde le \
                         drapeau 35 s. Un petit commutateur qui propage les BPDU de deux réseaux montre deux racines qui ne s'accordent \
                         jamais : ces réseaux ne devraient pas être reliés.",
            remedy: "Une fois : relancez. À répétition : les journaux des commutateurs nomment le port qui monte et tombe.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{Scene, mac};
    use crate::observe::{Fact, TreeTold};
    use crate::wire::stp::Version;

    fn told(root: u16, changing: bool) -> Fact {
        let bridge = BridgeId { priority: 0x8000, mac: mac("02:00:00:00:09:01") };
        let root = BridgeId { priority: root, ..bridge };
        let sender = bridge.mac;
        Fact::TreeTold(TreeTold { vlan: None, bridge, port: 0x8001, root, cost: 0, changing, version: Version::Stp, sender })
    }

    fn severities(scene: &Scene) -> Vec<Severity> {
        match scene.verdict(judge) {
            Verdict::Found(found) => found.iter().map(|finding| finding.severity).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_tree_that_stays_is_clear_and_none_is_not_tested() {
        assert_eq!(Scene::default().verdict(judge), Verdict::NotTested(Reason::NoSpanningTree));
        assert_eq!(Scene::default().fact(told(0x8000, false)).fact(told(0x8000, false)).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn another_root_is_found_with_both_in_their_order() {
        let found = Scene::default().fact(told(0x8000, false)).fact(told(0x1000, false)).found(judge);
        assert_eq!(found[0].severity, Severity::Degraded);
        let words = found[0].problem.explain().words(Language::En);
        assert!(words.why.contains("32768/02:00:00:00:09:01, then 4096/02:00:00:00:09:01"), "{}", words.why);
    }

    #[test]
    fn a_change_that_began_while_we_looked_is_a_risk_and_one_before_a_note() {
        let scene = Scene::default();
        assert_eq!(severities(&scene.clone().fact(told(0x8000, false)).fact(told(0x8000, true))), [Severity::Risk]);
        assert_eq!(severities(&scene.clone().fact(told(0x8000, true)).fact(told(0x8000, false))), [Severity::Note]);
        assert_eq!(severities(&scene.fact(Fact::TopologyChangeNotified { mac: mac("02:00:00:00:09:02") })), [Severity::Risk]);
    }
}
