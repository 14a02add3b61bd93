//! The gateway answers, and badly: answers are lost, or come late by turns.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::way_out::{Figures, NamedBy, Standing, gateways, has_no_address, standing, unasked};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Part};
use crate::site::Plan;

/// A gateway and what came back from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GatewayLoss {
    /// The gateway.
    pub ip: IpAddr,
    /// Who names it.
    pub named_by: NamedBy,
    /// What came back.
    pub figures: Figures,
}

/// Pings that may be lost of twenty. A network may lose one packet in a thousand (ITU-T Y.1541, table 1, classes 0 to 4); on such
/// a one, two of twenty are lost once in five thousand looks.
const LOST: u32 = 1;
/// The most that delay may vary, in microseconds (ITU-T Y.1541, table 1, classes 0 and 1: 50 ms from end to end, of which a LAN
/// is the least part).
const JITTER_US: u32 = 50_000;

/// Every gateway that answers.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let mut findings = Vec::new();
    let mut stood = Vec::new();
    for (ip, named_by) in gateways(inventory, plan) {
        stood.push(standing(inventory, ip));
        let Some((replies, seen)) = inventory.path().ping(ip) else { continue };
        let figures = Figures::of(replies);
        let unsteady = figures.lost > LOST || figures.jitter_us.is_some_and(|us| us > JITTER_US);
        if unsteady && !replies.silent() {
            let problem = Problem::GatewayLoss(GatewayLoss { ip, named_by, figures });
            findings.push(Finding::new(Severity::Degraded, problem, vec![seen.clone()]));
        }
    }
    let has = |standing| stood.contains(&standing);
    let otherwise = match inventory.card() {
        _ if has(Standing::Answers) => Verdict::Clear,
        _ if has(Standing::Silent) || has(Standing::ArpOnly) => Verdict::NotTested(Reason::GatewaySilent),
        Some(_) if stood.is_empty() && !has_no_address(inventory) => Verdict::NotTested(Reason::NoGateway),
        _ => Verdict::NotTested(unasked(inventory, Part::WayOut)),
    };
    Verdict::of(findings, otherwise)
}

/// Microseconds as milliseconds, as the language writes them.
fn ms(us: Option<u32>, language: Language) -> String {
    let ms = format!("{:.2}", f64::from(us.unwrap_or_default()) / 1000.0);
    language.pick(ms.clone(), ms.replace('.', ","))
}

impl Explain for GatewayLoss {
    fn english(&self) -> Wording {
        let (ip, figures) = (self.ip, &self.figures);
        let (median, jitter) = (ms(figures.median_us, Language::En), ms(figures.jitter_us, Language::En));
        Wording {
            title: format!("The way to the gateway {ip} is bad"),
            why: format!(
                "{} of {} pings were lost; the median round trip is {median} ms and it changes by {jitter} ms from one ping to the \
                 next. Calls stutter and pages hang before any provider is to blame.",
                figures.lost, figures.sent
            ),
            remedy: vec![
                "On Wi-Fi, do it again by cable: if it is well then, look at the radio.".to_owned(),
                "By cable, change the cord, then the port of the switch, and run trousse diagnose after each.".to_owned(),
                "Look at the errors that the switch counts on its ports, and at the load of the router: a router that is overloaded answers pings last.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, figures) = (self.ip, &self.figures);
        let (median, jitter) = (ms(figures.median_us, Language::Fr), ms(figures.jitter_us, Language::Fr));
        Wording {
            title: format!("Le chemin vers la passerelle {ip} est mauvais"),
            why: format!(
                "{} pings perdus sur {} ; l'aller-retour médian est de {median} ms et varie de {jitter} ms d'un ping au suivant. Les \
                 appels hachent et les pages restent bloquées, avant même que l'opérateur soit en cause.",
                figures.lost, figures.sent
            ),
            remedy: vec![
                "En Wi-Fi, recommencez par câble : si c'est alors bon, voyez la radio.".to_owned(),
                "Par câble, changez le cordon, puis le port du commutateur, et relancez trousse diagnose après chacun.".to_owned(),
                "Regardez les erreurs comptées par le commutateur sur ses ports, et la charge du routeur : surchargé, il répond au ping en dernier.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Part of what is sent to the box that leads to the Internet is lost.",
                "Look at the cables on the way there, then at the box.",
            ],
            french: [
                "Une partie de ce qui part vers la box d'accès à Internet se perd.",
                "Vérifier les câbles du trajet, puis la box.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        ip == self.ip
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Bad way to the gateway",
            meaning: "Packets are lost or delayed between here and the router: within the site, before the Internet begins.",
            seen: "20 pings in 2 s. More than one lost: a network may lose one in a thousand (ITU-T Y.1541, table 1), and then two of \
                   twenty are lost once in five thousand looks. Or a round trip that changes by more than 50 ms from one ping to the \
                   next, on average (same table, delay variation of classes 0 and 1).",
            lookalikes: "A router that limits how many pings it answers loses them on purpose: the figures to a PC tell. The first \
                         ping also waits for ARP; it is one of twenty.",
            remedy: "Change one thing at a time, from the cord to the switch port, and measure after each.",
        },
        Manual {
            title: "Mauvais chemin vers la passerelle",
            meaning: "Des paquets se perdent ou tardent entre ici et le routeur : dans le site, avant même Internet.",
            seen: "20 pings en 2 s. Plus d'un perdu : un réseau peut en perdre un sur mille (UIT-T Y.1541, tableau 1), et deux sur \
                   vingt s'y perdent une fois sur cinq mille. Ou un aller-retour qui varie de plus de 50 ms d'un ping au suivant, en \
                   moyenne (même tableau, variation de délai des classes 0 et 1).",
            lookalikes: "Un routeur qui limite ses réponses au ping en perd volontairement : comparez avec un PC. Le premier ping \
                         attend aussi l'ARP ; il n'est qu'un sur vingt.",
            remedy: "Changez une seule chose à la fois, du cordon au port du commutateur, et mesurez après chacune.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    fn pinged(sent: u32, rtts_us: &[u32]) -> Verdict {
        Scene::swept().routed("10.0.0.254").pinged("10.0.0.254", sent, rtts_us).verdict(judge)
    }

    #[test]
    fn two_lost_of_twenty_are_and_one_is_not() {
        assert_eq!(pinged(20, &[300; 19]), Verdict::Clear);
        let Verdict::Found(found) = pinged(20, &[300; 18]) else { panic!("not found") };
        assert_eq!(found[0].severity, Severity::Degraded);
    }

    #[test]
    fn delay_that_changes_is_and_one_slow_answer_is_not() {
        let unsteady: Vec<u32> = (0..20).map(|number| if number % 2 == 0 { 1_000 } else { 90_000 }).collect();
        assert!(matches!(pinged(20, &unsteady), Verdict::Found(_)));
        let mut once = vec![300; 20];
        once[0] = 400_000;
        assert_eq!(pinged(20, &once), Verdict::Clear);
    }

    #[test]
    fn a_silent_gateway_is_another_check_s() {
        assert_eq!(pinged(20, &[]), Verdict::NotTested(Reason::GatewaySilent));
        assert_eq!(pinged(0, &[]), Verdict::NotTested(Reason::NotSent));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoGateway));
    }
}
