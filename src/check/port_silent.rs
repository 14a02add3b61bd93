//! A service of the plan does not answer at all, not even by a refusal.

use std::collections::BTreeSet;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, dead_hosts, is_tried, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::site::Plan;

/// A port that is silent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PortSilent {
    /// The service.
    #[serde(flatten)]
    pub at: Place,
    /// How long it was waited for, in milliseconds.
    pub waited_ms: u32,
}

/// Every service. Where nothing of its host answers, that is the cause.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let dead: BTreeSet<IpAddr> = dead_hosts(inventory, plan).into_iter().map(|(ip, ..)| ip).collect();
    verdict(inventory, plan, |service| is_tried(inventory, service), |service, told, seen| match told.became {
        Became::Silent => {
            let waited_ms = told.took_us / 1000;
            let problem = Problem::PortSilent(PortSilent { at: Place::of(service, told), waited_ms });
            let because_of = told.address.is_some_and(|ip| dead.contains(&ip)).then(|| "L4-host-silent".to_owned());
            Heard::Wrong(Box::new(Finding { because_of, ..Finding::new(Severity::Broken, problem, vec![seen.clone()]) }))
        }
        Became::Unresolved => Heard::Elsewhere,
        _ => Heard::Well,
    })
}

impl PortSilent {
    /// Where it ended before the first second, the way there said at once that it leads nowhere.
    fn waited(&self, language: Language) -> String {
        match self.waited_ms / 1000 {
            0 => language.pick("Nothing came back from it", "Rien n'en est revenu").to_owned(),
            seconds => language.pick(format!("Nothing came back in {seconds} s"), format!("Rien n'est revenu en {seconds} s")),
        }
    }
}

impl Explain for PortSilent {
    fn english(&self) -> Wording {
        let (name, at, kind) = (&self.at.service, self.at.say(), self.at.kind.word());
        let waited = self.waited(Language::En);
        Wording {
            title: format!("“{name}” does not answer: {at}"),
            why: format!("{waited} ({kind}), not even a refusal: a firewall drops it, or the machine is off or hangs."),
            remedy: vec![
                format!("See whether the machine runs: ping {}, or go to it.", self.at.host),
                format!("If it runs, let the firewalls pass what “{name}” needs, on the machine and on the way."),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, at, kind) = (&self.at.service, self.at.say(), self.at.kind.word());
        let waited = self.waited(Language::Fr);
        Wording {
            title: format!("« {name} » ne répond pas : {at}"),
            why: format!("{waited} ({kind}), pas même un refus : un pare-feu rejette sans le dire, ou la machine est éteinte ou figée."),
            remedy: vec![
                format!("Voyez si la machine tourne : ping {}, ou allez-y.", self.at.host),
                format!("Si elle tourne, laissez passer ce que demande « {name} » dans les pare-feu, sur la machine et sur le chemin."),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A service gives no sign of life: its users wait, then give up.",
                "See whether it runs, and what on the way to it holds calls back.",
            ],
            french: [
                "Un service ne donne pas signe de vie : ses utilisateurs attendent, puis renoncent.",
                "Vérifier qu'il tourne, et ce qui retient les appels en chemin.",
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

    fn follows_from(&self, cause: &Problem) -> bool {
        matches!(cause, Problem::HostSilent(host) if self.at.is_at(host.ip))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Silent port",
            meaning: "A service gives no sign of life. Its users wait, and give up.",
            seen: "The [[service]] of the plan was asked and nothing came back within timeout_ms (3 s where the plan does not say); a ping \
                   was sent 20 times.",
            lookalikes: "Behind a silent gateway it is not tested. Where nothing of the host answers, L4-host-silent is the cause. A machine \
                         that refuses gives L4-port-closed: it runs.",
            remedy: "See whether the machine runs; look at the firewalls on the way.",
        },
        Manual {
            title: "Port muet",
            meaning: "Un service ne donne pas signe de vie. Ses utilisateurs attendent, puis renoncent.",
            seen: "Le [[service]] du plan a été interrogé et rien n'est revenu dans le délai (timeout_ms, 3 s si le plan n'en dit rien) ; \
                   un ping a été envoyé 20 fois.",
            lookalikes: "Derrière une passerelle muette, ce n'est pas testé. Si rien de la machine ne répond, L4-host-silent en est la \
                         cause. Une machine qui refuse donne L4-port-closed : elle tourne.",
            remedy: "Voyez si la machine tourne ; voyez les pare-feu du chemin.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, Scene};

    #[test]
    fn a_service_that_is_silent_on_a_host_that_is_there_is_found_by_itself() {
        let scene = Scene::swept().claim("10.0.0.7", A).plan("[[service]]\nname = \"nas\"\nhost = \"10.0.0.7\"\nkind = \"tcp\"\nport = 445");
        let found = scene.clone().told("nas", "10.0.0.7", Became::Silent, None).found(judge);
        assert_eq!((found.len(), found[0].because_of.as_deref()), (1, None));
        assert_eq!(scene.told("nas", "10.0.0.7", Became::Refused, None).verdict(judge), Verdict::Clear);
    }
}
