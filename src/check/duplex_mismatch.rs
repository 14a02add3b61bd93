//! One end of the link sends and receives at the same time, the other does not.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::neighbouring::one_switch;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::line::one_line;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;
use crate::wire::ethtool::Duplex;

/// Two ends that do not agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DuplexMismatch {
    /// What the switch calls itself.
    pub switch: String,
    /// Its port.
    pub port: String,
    /// The laptop's card is the one that sends and receives at the same time.
    pub we_are_full: bool,
    /// Frames that arrived broken while the card was watched; `None` where that is not known.
    pub broken: Option<u64>,
}

/// What our card says against what the switch says.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let told = match one_switch(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    let card = inventory.driver().state().and_then(|(state, _)| state.duplex.known().map(|duplex| *duplex == Duplex::Full));
    let Some(ours) = card.or_else(|| inventory.path().link().and_then(|link| link.full_duplex)) else {
        return Verdict::NotTested(Reason::LinkUnknown);
    };
    let Some((theirs, seen, by)) = told.iter().find_map(|(told, seen)| Some((told.full_duplex?, *seen, told))) else {
        return Verdict::NotTested(Reason::NeighbourSilent);
    };
    if ours == theirs {
        return Verdict::Clear;
    }
    let problem = DuplexMismatch {
        switch: by.called().to_owned(),
        port: by.port.clone(),
        we_are_full: ours,
        broken: inventory.driver().errors().map(|(grew, _)| grew.receive_errors),
    };
    let evidence = inventory.driver().state().map(|(_, seen)| seen.clone()).into_iter().chain([seen.clone()]).collect();
    Verdict::Found(vec![Finding::new(Severity::Degraded, Problem::DuplexMismatch(problem), evidence)])
}

impl Explain for DuplexMismatch {
    fn english(&self) -> Wording {
        let (switch, port) = (one_line(&self.switch), one_line(&self.port));
        let (ours, theirs) = if self.we_are_full { ("full", "half") } else { ("half", "full") };
        let broken = match self.broken {
            Some(count) if count > 0 => format!(" Frames arrived broken while the card was watched: {count}."),
            _ => String::new(),
        };
        Wording {
            title: format!("Duplex mismatch: the laptop runs {ours} duplex, port {port} of {switch} {theirs} duplex"),
            why: format!(
                "The end in half duplex takes what the other sends meanwhile for collisions, and both lose frames: nothing shows while the \
                 network is idle, and everything is slow under load.{broken}"
            ),
            remedy: vec![
                format!("Set port {port} of {switch} to auto-negotiation, and the card too: both ends, never one alone."),
                "If one end must be forced, force both to the same speed and duplex.".to_owned(),
                "Run trousse link again: both must say full duplex.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (switch, port) = (one_line(&self.switch), one_line(&self.port));
        let (ours, theirs) = if self.we_are_full { ("full", "half") } else { ("half", "full") };
        let broken = match self.broken {
            Some(count) if count > 0 => format!(" Trames arrivées abîmées pendant l'observation de la carte : {count}."),
            _ => String::new(),
        };
        Wording {
            title: format!("Duplex désaccordé : le portable est en {ours}-duplex, le port {port} de {switch} en {theirs}-duplex"),
            why: format!(
                "Le bout en half-duplex prend pour des collisions ce que l'autre émet en même temps, et les deux perdent des trames : rien \
                 ne se voit au repos, tout est lent dès que la charge monte.{broken}"
            ),
            remedy: vec![
                format!("Mettez le port {port} de {switch} en auto-négociation, et la carte aussi : les deux bouts, jamais un seul."),
                "S'il faut imposer un bout, imposez les deux, à la même vitesse et au même duplex.".to_owned(),
                "Relancez trousse link : les deux doivent indiquer full-duplex.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The two ends of a connection are set differently: it is very slow when it is busy.",
                "Set both ends alike.",
            ],
            french: [
                "Les deux bouts d'une liaison sont réglés différemment : elle devient très lente dès qu'elle sert.",
                "Régler les deux bouts de la même façon.",
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
            title: "Duplex mismatch",
            meaning: "One end of the cable sends and receives at the same time, the other believes that only one may send.",
            seen: "The card's driver tells its own end, the switch tells the other by CDP (duplex) or LLDP (operational MAU type, \
                   IEEE 802.3, 79.3.1). It comes of one end that is forced while the other negotiates (IEEE 802.3, 28.2.3.1).",
            lookalikes: "A switch may go on telling for up to 2 minutes what was so before the cord was moved. Late collisions and wrong \
                         checksums are its usual trace.",
            remedy: "Auto-negotiation on both ends.",
        },
        Manual {
            title: "Duplex désaccordé",
            meaning: "Un bout du câble émet et reçoit en même temps, l'autre croit qu'un seul peut émettre.",
            seen: "Le pilote de la carte dit son propre bout, le commutateur dit l'autre par CDP (duplex) ou LLDP (type de MAU, \
                   IEEE 802.3, 79.3.1). Cela vient d'un bout imposé quand l'autre négocie (IEEE 802.3, 28.2.3.1).",
            lookalikes: "Un commutateur peut répéter jusqu'à 2 minutes ce qui valait avant que le cordon soit déplacé. Collisions tardives \
                         et sommes de contrôle fausses en sont la trace habituelle.",
            remedy: "L'auto-négociation aux deux bouts.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::card;
    use crate::check::neighbouring::testing::{advertised, at};
    use crate::observe::{Advertised, CardState, ErrorsGrew, Fact, Measurable};

    fn judged(ours: Duplex, theirs: Option<bool>) -> Verdict {
        let state = CardState { duplex: Measurable::Is(ours), ..card() };
        let grew = ErrorsGrew { receive_errors: 7, ..ErrorsGrew::default() };
        let scene = at("", [Advertised { full_duplex: theirs, ..advertised() }]).fact(Fact::CardIs(Box::new(state)));
        scene.fact(Fact::ErrorsGrew(grew)).verdict(judge)
    }

    #[test]
    fn ends_that_agree_are_clear_and_others_are_found_with_their_errors() {
        assert_eq!(judged(Duplex::Full, Some(true)), Verdict::Clear);
        assert_eq!(judged(Duplex::Half, Some(false)), Verdict::Clear, "L1-half-duplex says it");
        let Verdict::Found(found) = judged(Duplex::Half, Some(true)) else { panic!("nothing found") };
        let expected =
            DuplexMismatch { switch: "sw-1.example.net".into(), port: "Gi1/0/12".into(), we_are_full: false, broken: Some(7) };
        assert_eq!((found[0].problem.clone(), found[0].evidence.len()), (Problem::DuplexMismatch(expected), 2));
    }

    #[test]
    fn what_either_end_does_not_tell_is_not_tested() {
        assert_eq!(judged(Duplex::Full, None), Verdict::NotTested(Reason::NeighbourSilent));
        assert_eq!(at("", [advertised()]).verdict(judge), Verdict::NotTested(Reason::LinkUnknown));
        assert_eq!(at("", []).verdict(judge), Verdict::NotTested(Reason::NoNeighbour { listened_ms: 60_000 }));
    }
}
