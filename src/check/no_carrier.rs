//! The cable brings no link: nothing else can be looked at.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Mac, Moment};
use crate::observe::{Fact, Inventory, Observation};
use crate::site::Plan;

/// Our card, which hears nobody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoCarrier {
    /// The card.
    pub mac: Mac,
}

/// The driver says that there is no link.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (Some(link), Some(card)) = (inventory.path().link(), inventory.card()) else {
        return Verdict::NotTested(Reason::LinkUnknown);
    };
    if link.carrier {
        return Verdict::Clear;
    }
    let evidence = Observation { at: Moment::default(), frame: None, fact: Fact::LinkIs(link) };
    let problem = Problem::NoCarrier(NoCarrier { mac: card.mac });
    Verdict::Found(vec![Finding::new(Severity::Broken, problem, vec![evidence])])
}

impl Explain for NoCarrier {
    fn english(&self) -> Wording {
        Wording {
            title: "There is no link on the cable".to_owned(),
            why: format!(
                "The laptop's card ({}) is switched on and hears nothing at the other end. Without a link nothing else can be tested: \
                 what is above it on the ladder is neither well nor broken, but unknown.",
                self.mac
            ),
            remedy: vec![
                "Plug the cord in again at both ends until it clicks, and look at the lights of the card and of the switch port.".to_owned(),
                "Try another cord that is known to be good, then another outlet, then another port of the switch: whatever brings the link back names the culprit.".to_owned(),
                "At the cabinet, check that the outlet is patched and that the switch and its port are switched on.".to_owned(),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        Wording {
            title: "Aucun lien sur le câble".to_owned(),
            why: format!(
                "La carte du portable ({}) est active et n'entend rien à l'autre bout. Sans lien, rien d'autre ne peut être testé : \
                 les couches au-dessus ne sont ni bonnes ni en panne, elles sont inconnues.",
                self.mac
            ),
            remedy: vec![
                "Rebranchez le cordon aux deux bouts jusqu'au déclic, et regardez les voyants de la carte et du port du commutateur.".to_owned(),
                "Essayez un autre cordon réputé bon, puis une autre prise, puis un autre port du commutateur : ce qui rétablit le lien désigne le coupable.".to_owned(),
                "Dans la baie, vérifiez que la prise est brassée, et que le commutateur et son port sont actifs.".to_owned(),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A network cable carries nothing: what hangs on it is cut off.",
                "Change or plug in again the cord, then have the wiring measured.",
            ],
            french: [
                "Un câble réseau ne transmet rien : ce qui y est raccordé est coupé du réseau.",
                "Rebrancher ou changer le cordon, puis faire mesurer le câblage.",
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
            title: "No link",
            meaning: "The card hears no device at the other end of the cable: cord, drop, patching, switch port, or the switch itself.",
            seen: "The card's driver (IFF_RUNNING, netdevice(7); RFC 2863, 3.1.12: not operational), when the look begins. Nothing is \
                   sent then, and every check above is reported as not tested.",
            lookalikes: "An interface that was switched off on the laptop is no fault of the site: the kit refuses it and says how to \
                         switch it on. A port that takes seconds to come up (negotiation, spanning tree) has a link a little later: run it again.",
            remedy: "Change one thing at a time, from the cord to the switch port, and run the command again after each.",
        },
        Manual {
            title: "Pas de lien",
            meaning: "La carte n'entend aucun appareil à l'autre bout du câble : cordon, câblage, brassage, port du commutateur, ou le \
                      commutateur lui-même.",
            seen: "Le pilote de la carte (IFF_RUNNING, netdevice(7) ; RFC 2863, 3.1.12 : non opérationnelle), au début de l'analyse. \
                   Rien n'est alors émis, et tous les contrôles au-dessus sont donnés comme non testés.",
            lookalikes: "Une interface désactivée sur le portable n'est pas une panne du site : la trousse la refuse et dit comment \
                         l'activer. Un port lent à s'établir (négociation, spanning tree) a un lien un peu plus tard : relancez.",
            remedy: "Changez une seule chose à la fois, du cordon au port du commutateur, et relancez la commande après chacune.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::LinkState;

    fn link(carrier: bool) -> Fact {
        Fact::LinkIs(LinkState { carrier, speed_mbps: carrier.then_some(1000), full_duplex: carrier.then_some(true) })
    }

    #[test]
    fn a_card_that_hears_nobody_is_found_and_one_with_a_link_is_not() {
        assert_eq!(Scene::swept().fact(link(true)).verdict(judge), Verdict::Clear);
        let found = Scene::partly(0).fact(link(false)).found(judge);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Broken));
        assert_eq!(found[0].problem.code(), "L1-no-carrier");
    }

    #[test]
    fn a_look_that_does_not_know_its_link_says_so() {
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::LinkUnknown));
    }
}
