//! Frames arrive broken: the cable, or what it passes by, spoils them.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{sighting, up};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{ErrorsGrew, Inventory};
use crate::site::Plan;

/// What the card counted while it was watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiveErrors {
    /// The counts.
    pub grew: ErrorsGrew,
}

/// The card's counters of broken frames grew while it was watched.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let Some((&grew, seen)) = inventory.driver().errors() else {
        return Verdict::NotTested(up(inventory).err().unwrap_or(Reason::CountersUnread));
    };
    if grew.receive_errors > 0 {
        let problem = Problem::ReceiveErrors(ReceiveErrors { grew });
        return Verdict::Found(vec![Finding::new(Severity::Degraded, problem, sighting(seen))]);
    }
    match up(inventory) {
        Err(reason) => Verdict::NotTested(reason),
        Ok(_) if grew.received == 0 => Verdict::NotTested(Reason::NothingReceived { watched_ms: grew.watched_ms }),
        Ok(_) => Verdict::Clear,
    }
}

impl ReceiveErrors {
    /// Broken frames in a thousand of all that arrived.
    fn per_mille(&self) -> u64 {
        let all = self.grew.received.saturating_add(self.grew.receive_errors);
        self.grew.receive_errors.saturating_mul(1000).checked_div(all).unwrap_or_default()
    }
}

impl Explain for ReceiveErrors {
    fn english(&self) -> Wording {
        let ErrorsGrew { received, receive_errors, crc_errors, watched_ms, .. } = self.grew;
        let frames = if receive_errors == 1 { "frame arrived" } else { "frames arrived" };
        let seconds = watched_ms.div_ceil(1000);
        let checksum = if crc_errors > 0 { format!(" {crc_errors} of them had a wrong checksum.") } else { String::new() };
        Wording {
            title: format!("{receive_errors} {frames} broken within {seconds} s"),
            why: format!(
                "Beside them {received} arrived whole: {} in 1000 were spoilt on their way.{checksum} A sound cable loses none in a day. \
                 Programs repeat what is lost and become slow.",
                self.per_mille()
            ),
            remedy: vec![
                "Replace the cord by one that is known to be good, and run trousse link again.".to_owned(),
                "If it goes on, use another port of the switch, then another outlet: whatever ends it names the culprit.".to_owned(),
                "Look along the cable for lamps, motors, lifts and mains cables beside it, for crushed places and tight bends.".to_owned(),
                "If the plugs were crimped on site, look for a split pair: each pair must be twisted up to the pins.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let ErrorsGrew { received, receive_errors, crc_errors, watched_ms, .. } = self.grew;
        let frames = if receive_errors == 1 { "trame arrivée abîmée" } else { "trames arrivées abîmées" };
        let seconds = watched_ms.div_ceil(1000);
        let checksum =
            if crc_errors > 0 { format!(" Somme de contrôle fausse pour {crc_errors} d'entre elles.") } else { String::new() };
        Wording {
            title: format!("{receive_errors} {frames} en {seconds} s"),
            why: format!(
                "À côté, {received} sont arrivées entières : {} sur 1000 ont été abîmées en chemin.{checksum} Un câble sain n'en perd \
                 pas une par jour. Les programmes répètent ce qui se perd et deviennent lents.",
                self.per_mille()
            ),
            remedy: vec![
                "Remplacez le cordon par un cordon réputé bon et relancez trousse link.".to_owned(),
                "Si cela continue, prenez un autre port du commutateur, puis une autre prise : ce qui y met fin désigne le coupable."
                    .to_owned(),
                "Cherchez le long du câble des lampes, moteurs, ascenseurs et câbles électriques voisins, des endroits écrasés ou pliés."
                    .to_owned(),
                "Si les fiches ont été serties sur place, cherchez une paire dépairée : chaque paire doit rester torsadée jusqu'aux \
                 broches."
                    .to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Data arrives damaged over a cable and has to be sent again.",
                "Change the cord, then have the wiring measured.",
            ],
            french: [
                "Des données arrivent abîmées par un câble et doivent être renvoyées.",
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
            title: "Receive errors",
            meaning: "Frames arrive broken and are thrown away. What is lost is sent again, and everything is slow.",
            seen: "The card's counters of receive errors grew between the start and the end of the look. What they had counted before is \
                   not held against the cable.",
            lookalikes: "Frames dropped because the PC was too busy are counted apart and not looked at here.",
            remedy: "Another cord, another port, another outlet, in this order; then the surroundings of the cable.",
        },
        Manual {
            title: "Erreurs en réception",
            meaning: "Des trames arrivent abîmées et sont jetées. Ce qui est perdu est renvoyé, et tout est lent.",
            seen: "Les compteurs d'erreurs en réception de la carte ont augmenté entre le début et la fin de l'analyse. Ce qu'ils avaient \
                   compté avant n'est pas retenu contre le câble.",
            lookalikes: "Les trames jetées parce que le PC était trop occupé sont comptées à part et ne sont pas regardées ici.",
            remedy: "Un autre cordon, un autre port, une autre prise, dans cet ordre ; puis ce qui entoure le câble.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::card;
    use crate::check::testing::Scene;
    use crate::observe::Fact;

    fn watched(received: u64, receive_errors: u64) -> Scene {
        let grew = ErrorsGrew { watched_ms: 4_200, received, receive_errors, crc_errors: receive_errors, ..ErrorsGrew::default() };
        Scene::default().fact(Fact::CardIs(Box::new(card()))).fact(Fact::ErrorsGrew(grew))
    }

    #[test]
    fn errors_that_came_while_watched_are_found() {
        let found = watched(990, 10).found(judge).remove(0);
        let words = found.problem.explain().words(Language::En);
        assert_eq!(words.title, "10 frames arrived broken within 5 s");
        assert!(words.why.contains("10 in 1000"), "{}", words.why);
    }

    #[test]
    fn frames_without_errors_are_clear() {
        assert_eq!(watched(1, 0).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn where_nothing_arrived_nothing_is_clear() {
        assert_eq!(watched(0, 0).verdict(judge), Verdict::NotTested(Reason::NothingReceived { watched_ms: 4_200 }));
        let uncounted = Scene::default().fact(Fact::CardIs(Box::new(card())));
        assert_eq!(uncounted.verdict(judge), Verdict::NotTested(Reason::CountersUnread));
    }
}
