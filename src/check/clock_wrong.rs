//! A time server of the plan and this laptop do not agree what time it is, or the server has no time to give.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::ntp::{Clock, MAX_OFFSET_MS, apart, time};
use crate::service::{Kind, Measured};
use crate::site::Plan;

/// Where Kerberos, and with it every Windows domain, refuses a log-on (RFC 4120, 8.2): 5 minutes.
const KERBEROS_US: u64 = 300 * 1_000_000;

/// Clocks that are apart, or a server without a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClockWrong {
    /// The server.
    #[serde(flatten)]
    pub at: Place,
    /// What it answered.
    pub clock: Clock,
    /// What the clocks may be apart, in milliseconds.
    pub max_offset_ms: u32,
}

/// Every time server of the plan.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    verdict(inventory, plan, |service| service.kind == Kind::Ntp, |service, told, seen| match (told.became, &told.measured) {
        (Became::Answered, Some(Measured::Clock(clock))) if clock.tells() && !clock.apart(service) => Heard::Well,
        (Became::Answered, Some(Measured::Clock(clock))) => {
            let breaks = clock.tells() && clock.offset_us.unsigned_abs() > KERBEROS_US;
            let severity = if breaks { Severity::Broken } else { Severity::Degraded };
            let max_offset_ms = service.max_offset_ms.unwrap_or(MAX_OFFSET_MS);
            let problem = Problem::ClockWrong(ClockWrong { at: Place::of(service, told), clock: clock.clone(), max_offset_ms });
            Heard::Wrong(Box::new(Finding::new(severity, problem, vec![seen.clone()])))
        }
        _ => Heard::Elsewhere,
    })
}

impl ClockWrong {
    fn why(&self, language: Language) -> String {
        let clock = &self.clock;
        if let Some(kiss) = &clock.kiss {
            return language.pick(
                format!("The server sends this laptop away instead of telling the time (kiss code {kiss})."),
                format!("Le serveur renvoie ce portable au lieu de donner l'heure (code {kiss})."),
            );
        }
        if !clock.tells() {
            return language.pick(
                "The server says itself that its clock is not synchronised: computers that ask it keep their own time.".to_owned(),
                "Le serveur dit lui-même que son horloge n'est pas synchronisée : les ordinateurs qui l'interrogent gardent leur heure.".to_owned(),
            );
        }
        let (server, laptop, max) = (time(clock.server_us), time(clock.laptop_us), self.max_offset_ms);
        let far = apart(clock.offset_us, language);
        language.pick(
            format!("The server says {server}, this laptop {laptop}: {far} apart (at most {max} ms by the plan). Either may be wrong."),
            format!("Le serveur dit {server}, ce portable {laptop} : {far} d'écart (au plus {max} ms selon le plan). L'un ou l'autre peut avoir tort."),
        )
    }

    fn remedy(&self, language: Language) -> Vec<String> {
        let remedy: &[&str] = match (self.clock.tells(), &self.clock.kiss) {
            (true, _) => language.pick(
                &[
                    "Compare both with a third clock (a telephone on its mobile network): which is wrong?",
                    "If it is the server: see where it has its time from, set its clock, restart its time service.",
                    "If it is this laptop: set its clock, and run trousse diagnose again.",
                ],
                &[
                    "Comparez les deux à une troisième horloge (un téléphone sur son réseau mobile) : laquelle a tort ?",
                    "Si c'est le serveur : voyez d'où il tient l'heure, réglez son horloge, redémarrez son service de temps.",
                    "Si c'est ce portable : réglez son horloge, puis relancez trousse diagnose.",
                ],
            ),
            (false, None) => language.pick(
                &[
                    "See on the server whether those that it has its time from are reached (chronyc sources, w32tm /query /status).",
                    "Run trousse diagnose again some minutes after it has them.",
                ],
                &[
                    "Voyez sur le serveur s'il joint ceux dont il tient l'heure (chronyc sources, w32tm /query /status).",
                    "Relancez trousse diagnose quelques minutes après qu'il les a joints.",
                ],
            ),
            (false, Some(_)) => language.pick(
                &["RATE: it is asked too often from here; DENY, RSTR: it does not serve this network. Allow it there, or plan another server."],
                &["RATE : on l'interroge trop souvent d'ici ; DENY, RSTR : il ne sert pas ce réseau. Autorisez-le là-bas, ou prévoyez un autre serveur."],
            ),
        };
        remedy.iter().map(|&step| step.to_owned()).collect()
    }
}

impl Explain for ClockWrong {
    fn english(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        let title = match self.clock.tells() {
            true => format!("The clocks of “{name}” ({at}) and of this laptop are {} apart", apart(self.clock.offset_us, Language::En)),
            false => format!("The time server “{name}” ({at}) has no time to give"),
        };
        Wording { title, why: self.why(Language::En), remedy: self.remedy(Language::En) }
    }

    fn french(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        let title = match self.clock.tells() {
            true => {
                format!("Les horloges de « {name} » ({at}) et de ce portable ont {} d'écart", apart(self.clock.offset_us, Language::Fr))
            }
            false => format!("Le serveur de temps « {name} » ({at}) n'a pas d'heure à donner"),
        };
        Wording { title, why: self.why(Language::Fr), remedy: self.remedy(Language::Fr) }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A clock is wrong: log-ons, certificates and recordings go by it.",
                "Set the clocks right, and have all devices take the time from one place.",
            ],
            french: [
                "Une horloge est fausse : connexions, certificats et enregistrements en dépendent.",
                "Remettre les horloges à l'heure, et faire prendre l'heure à tous au même endroit.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        self.at.is_at(ip)
    }

    fn subject(&self) -> Subject {
        self.at.subject()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Clocks that do not agree",
            meaning: "A time server is wrong, or this laptop is; or the server has no time. Log-ons (Kerberos: 5 minutes), certificates, \
                      records of calls and alarms go by the time.",
            seen: "A [[service]] of kind ntp was asked as a client does (RFC 5905). The offset, with half of the round trip in its favour, must \
                   not be beyond max_offset_ms (1000 where the plan does not say). Stratum 0 (the server sends away), stratum 16 and the leap \
                   indicator 3 (not synchronised) are no time.",
            lookalikes: "A laptop whose own clock is wrong finds every server wrong by the same: compare with a third clock.",
            remedy: "Set the clock that is wrong, and mend what it should have had its time from.",
        },
        Manual {
            title: "Horloges en désaccord",
            meaning: "Un serveur de temps a tort, ou ce portable ; ou bien le serveur n'a pas d'heure. Ouvertures de session (Kerberos : 5 \
                      minutes), certificats, journaux d'appels et d'alarmes suivent l'heure.",
            seen: "Un [[service]] de type ntp a été interrogé comme par un client (RFC 5905). L'écart, la moitié de l'aller-retour comptée en sa \
                   faveur, ne doit pas dépasser max_offset_ms (1000 si le plan n'en dit rien). Strate 0 (le serveur renvoie), strate 16 et \
                   indicateur de saut 3 (non synchronisé) ne donnent pas d'heure.",
            lookalikes: "Un portable dont l'horloge est fausse trouve tous les serveurs faux d'autant : comparez à une troisième horloge.",
            remedy: "Réglez l'horloge qui a tort, et réparez ce dont elle devait tenir l'heure.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    fn told(clock: Clock) -> Scene {
        let plan = "[[service]]\nname = \"time\"\nhost = \"10.0.0.7\"\nkind = \"ntp\"";
        Scene::swept().plan(plan).told("time", "10.0.0.7", Became::Answered, Some(Measured::Clock(clock)))
    }

    fn off(offset_us: i64) -> Clock {
        let laptop_us = 1_795_257_600_000_000;
        Clock { stratum: 2, offset_us, server_us: laptop_us + offset_us, laptop_us, ..Clock::default() }
    }

    #[test]
    fn clocks_that_agree_are_clear_and_a_day_is_said_with_both_times() {
        assert_eq!(told(off(999_000)).verdict(judge), Verdict::Clear);
        let found = told(off(-86_400_000_000)).found(judge);
        assert_eq!(found[0].severity, Severity::Broken);
        let why = found[0].problem.explain().english().why;
        assert!(why.contains("2026-11-20 10:40:00 UTC, this laptop 2026-11-21 10:40:00 UTC: 1 d apart"), "{why}");
        assert!(why.ends_with("Either may be wrong."));
    }

    #[test]
    fn a_server_without_a_time_is_wrong_whatever_it_says() {
        let why = |clock: Clock| {
            let found = told(clock).found(judge);
            assert_eq!(found[0].severity, Severity::Degraded);
            found[0].problem.explain().french().why
        };
        assert!(why(Clock { stratum: 0, kiss: Some("RATE".to_owned()), ..off(0) }).contains("(code RATE)"));
        assert!(why(Clock { stratum: 16, ..off(0) }).contains("n'est pas synchronisée"));
        assert!(why(Clock { unset: true, ..off(-86_400_000_000) }).contains("n'est pas synchronisée"));
    }
}
