//! The link goes while we look: somebody pulled the cable, or it has a loose contact.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Mac, Moment};
use crate::observe::{CarrierCounted, Cut, Fact, Inventory, Observation};
use crate::site::Plan;

/// How often the link went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Flapping {
    /// How often it went and came.
    pub counted: CarrierCounted,
    /// When it went first; `None` where the kernel only counted it.
    #[serde(rename = "first_ms")]
    pub first: Option<Moment>,
    /// It was up again at the end.
    pub up_again: bool,
}

/// Changes of the link that were announced or counted.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let changes = inventory.link_changes();
    let down = |seen: &&Observation| matches!(seen.fact, Fact::LinkChanged { up: false });
    let first = changes.changes().find(down);
    let Some((counted, seen)) = changes.counted() else {
        return match first {
            // A record that a power cut left without its end.
            Some(seen) => Verdict::Found(vec![found(CarrierCounted { downs: 1, ups: 0 }, Some(seen), false, vec![seen.clone()])]),
            None => Verdict::NotTested(Reason::CheckNotMade),
        };
    };
    if counted.downs == 0 {
        let coverage = inventory.coverage();
        return match coverage.cut_of_watch() {
            None | Some(Cut::Link) => Verdict::Clear,
            Some(cut @ Cut::Budget) => Verdict::NotTested(Reason::of_cut(cut, coverage.asked, coverage.planned)),
            Some(_) => Verdict::NotTested(Reason::NotWatchedOut),
        };
    }
    let up_again = match changes.changes().next_back().map(|seen| &seen.fact) {
        Some(Fact::LinkChanged { up }) => *up,
        _ => counted.ups >= counted.downs,
    };
    let evidence: Vec<Observation> = changes.changes().take(SHOWN).chain([seen]).cloned().collect();
    Verdict::Found(vec![found(*counted, first, up_again, evidence)])
}

/// Changes that are shown as evidence.
const SHOWN: usize = 6;

fn found(counted: CarrierCounted, first: Option<&Observation>, up_again: bool, evidence: Vec<Observation>) -> Finding {
    let severity = if up_again { Severity::Degraded } else { Severity::Broken };
    let problem = Flapping { counted, first: first.map(|seen| seen.at), up_again };
    Finding::new(severity, Problem::Flapping(problem), evidence)
}

impl Flapping {
    /// Seconds after which it went, to the tenth.
    fn seconds(&self, language: Language) -> Option<String> {
        let ms = self.first?.ms();
        Some(format!("{}{}{} s", ms / 1000, language.pick('.', ','), ms % 1000 / 100))
    }
}

impl Explain for Flapping {
    fn english(&self) -> Wording {
        let downs = self.counted.downs;
        let after = self.seconds(Language::En).map(|seconds| format!(", {seconds} after the start")).unwrap_or_default();
        let title = match (self.up_again, downs) {
            (false, _) => "The link was lost while we looked".to_owned(),
            (true, 1) => "The link went down and came back while we looked".to_owned(),
            (true, _) => format!("The link went down {downs} times while we looked"),
        };
        let end = match self.up_again {
            true => "It was up again at the end.",
            false => "It was still down at the end.",
        };
        Wording {
            title,
            why: format!(
                "The card lost the signal of the other end{after}. {end} What was measured before stands; what was silent afterwards is \
                 not told, because nobody could have been heard."
            ),
            remedy: vec![
                "If somebody pulled the cord, plug it in until it clicks and run it again.".to_owned(),
                "If nobody did, move the cord at both ends while looking at the light of the port: a plug with a broken latch or a loose \
                 contact shows so. Replace the cord."
                    .to_owned(),
                "Still so with a good cord: another outlet, then another port of the switch. A switch that restarts, or a PoE port that \
                 switches its power off and on, drops the link too."
                    .to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let downs = self.counted.downs;
        let after = self.seconds(Language::Fr).map(|seconds| format!(", {seconds} après le début")).unwrap_or_default();
        let title = match (self.up_again, downs) {
            (false, _) => "Le lien a été perdu pendant l'analyse".to_owned(),
            (true, 1) => "Le lien est tombé puis revenu pendant l'analyse".to_owned(),
            (true, _) => format!("Le lien est tombé {downs} fois pendant l'analyse"),
        };
        let end = match self.up_again {
            true => "Il était rétabli à la fin.",
            false => "Il était toujours absent à la fin.",
        };
        Wording {
            title,
            why: format!(
                "La carte a perdu le signal de l'autre bout{after}. {end} Ce qui a été mesuré avant reste valable ; les silences qui ont \
                 suivi ne sont pas retenus, car personne ne pouvait être entendu."
            ),
            remedy: vec![
                "Si quelqu'un a tiré le cordon, rebranchez-le jusqu'au déclic et relancez.".to_owned(),
                "Sinon, bougez le cordon à chaque bout en regardant le voyant du port : une fiche au loquet cassé ou un faux contact se \
                 voient ainsi. Remplacez le cordon."
                    .to_owned(),
                "Encore, avec un bon cordon : une autre prise, puis un autre port du commutateur. Un commutateur qui redémarre, ou un port \
                 PoE qui coupe et remet son alimentation, fait aussi tomber le lien."
                    .to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A network connection keeps dropping and coming back.",
                "Change the cord, then have the wiring measured.",
            ],
            french: [
                "Une liaison réseau tombe et revient sans cesse.",
                "Changer le cordon, puis faire mesurer le câblage.",
            ],
            by: By::Cabler,
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
            title: "Link that goes and comes",
            meaning: "The card lost the signal of the other end while we looked. A call breaks off, a file stops; a link that comes back \
                      needs some seconds to be agreed anew, and on a switch port with spanning tree half a minute more.",
            seen: "What Linux announces of the card (rtnetlink, the flag IFF_LOWER_UP) and what it counts (carrier_up_count and \
                   carrier_down_count), from the start of the look to its end. Still down at the end: broken; up again: degraded. The \
                   drop that a cable test makes is not counted. Other checks do not call a network clear during whose look the link \
                   was lost, and do not take silence for a fault.",
            lookalikes: "A cord that the technician moves himself. A laptop that wakes up, or changes its dock. Energy saving of some \
                         cards drops the link when the load ends.",
            remedy: "The cord first, then the outlet, then the port of the switch; whatever ends it names the culprit.",
        },
        Manual {
            title: "Lien qui tombe et revient",
            meaning: "La carte a perdu le signal de l'autre bout pendant l'analyse. Un appel coupe, un fichier s'arrête ; un lien qui \
                      revient demande quelques secondes pour se renégocier, et une demi-minute de plus sur un port avec spanning tree.",
            seen: "Ce que Linux annonce de la carte (rtnetlink, drapeau IFF_LOWER_UP) et ce qu'il compte (carrier_up_count et \
                   carrier_down_count), du début à la fin de l'analyse. Toujours absent à la fin : en panne ; rétabli : dégradé. La chute \
                   que provoque un test de câble n'est pas comptée. Les autres contrôles ne déclarent pas conforme un réseau dont le lien \
                   a été perdu en cours d'analyse, et ne prennent pas un silence pour une panne.",
            lookalikes: "Un cordon que le technicien bouge lui-même. Un portable qui sort de veille ou change de station d'accueil. \
                         L'économie d'énergie de certaines cartes fait tomber le lien quand la charge cesse.",
            remedy: "Le cordon d'abord, puis la prise, puis le port du commutateur ; ce qui y met fin désigne le coupable.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::Part;

    fn counted(downs: u32, ups: u32) -> Fact {
        Fact::CarrierCounted(CarrierCounted { downs, ups })
    }

    fn told(scene: &Scene) -> (Severity, String) {
        let found = scene.found(judge).remove(0);
        (found.severity, found.problem.explain().words(Language::En).title)
    }

    #[test]
    fn a_link_that_stays_is_clear_and_one_that_nobody_watched_is_not() {
        assert_eq!(Scene::default().fact(counted(0, 0)).verdict(judge), Verdict::Clear);
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::CheckNotMade));
        let stopped = Scene::default().fact(counted(0, 0)).cut(Cut::User);
        assert_eq!(stopped.verdict(judge), Verdict::NotTested(Reason::NotWatchedOut));
        // It is watched long enough when the addresses and the DHCP servers were asked to the end.
        let hurried = |part| Scene::swept().fact(counted(0, 0)).out_of_time(&[part]).verdict(judge);
        assert_eq!(hurried(Part::Dhcp), Verdict::NotTested(Reason::OutOfTime { asked: 254, planned: 254 }));
        assert_eq!(hurried(Part::Services), Verdict::Clear);
    }

    #[test]
    fn a_cable_that_was_pulled_is_broken_and_one_that_came_back_degraded() {
        let pulled = Scene::default().fact(Fact::LinkChanged { up: false });
        let lost = (Severity::Broken, "The link was lost while we looked".to_owned());
        assert_eq!(told(&pulled), lost);
        assert_eq!(told(&pulled.clone().fact(counted(1, 0)).cut(Cut::Link)), lost);
        let back = pulled.fact(Fact::LinkChanged { up: true }).fact(counted(1, 1));
        assert_eq!(told(&back), (Severity::Degraded, "The link went down and came back while we looked".to_owned()));
    }

    #[test]
    fn changes_that_the_kernel_announced_together_are_counted() {
        let (severity, title) = told(&Scene::default().fact(counted(3, 3)));
        assert_eq!((severity, title.as_str()), (Severity::Degraded, "The link went down 3 times while we looked"));
    }
}
