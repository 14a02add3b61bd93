//! A service of the plan refuses: its host is there, and nothing listens on its port.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, is_tried, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::Way;
use crate::site::Plan;

/// A port that is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PortClosed {
    /// The service.
    #[serde(flatten)]
    pub at: Place,
}

/// Every service with a port.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    verdict(inventory, plan, |service| service.kind.row().way != Way::Ping && is_tried(inventory, service), |service, told, seen| match told.became {
        Became::Refused => {
            let problem = Problem::PortClosed(PortClosed { at: Place::of(service, told) });
            Heard::Wrong(Box::new(Finding::new(Severity::Broken, problem, vec![seen.clone()])))
        }
        Became::Silent | Became::Unresolved => Heard::Elsewhere,
        _ => Heard::Well,
    })
}

impl Explain for PortClosed {
    fn english(&self) -> Wording {
        let (name, at, kind) = (&self.at.service, self.at.say(), self.at.kind.word());
        Wording {
            title: format!("“{name}” is closed: {at} refuses"),
            why: format!(
                "The machine answers and refuses at once ({kind}). It runs and the way to it is good, but the service is stopped, listens \
                 on another port or only for itself, or a firewall refuses in its name."
            ),
            remedy: vec![
                format!("On the machine, start the service of “{name}”, and see that it starts by itself after a reboot."),
                "If it runs, compare its port and the address that it listens on with the plan (ss -ltnup, netstat -an).".to_owned(),
                "If both are right, look for a rule that rejects in the firewall of the machine and of the way.".to_owned(),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, at, kind) = (&self.at.service, self.at.say(), self.at.kind.word());
        Wording {
            title: format!("« {name} » est fermé ({at}) : refus immédiat"),
            why: format!(
                "La machine répond et refuse aussitôt ({kind}). Elle tourne et le chemin est bon, mais le service est arrêté, écoute sur \
                 un autre port ou pour lui seul, ou un pare-feu refuse en son nom."
            ),
            remedy: vec![
                format!("Sur la machine, démarrez le service de « {name} » et vérifiez qu'il démarre seul après un redémarrage."),
                "S'il tourne, comparez son port et l'adresse sur laquelle il écoute avec le plan (ss -ltnup, netstat -an).".to_owned(),
                "Si les deux sont bons, cherchez une règle de rejet dans le pare-feu de la machine et dans ceux du chemin.".to_owned(),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A service is not running on its machine: its users get an error at once.",
                "Start that service again.",
            ],
            french: [
                "Un service ne tourne pas sur sa machine : ses utilisateurs ont aussitôt une erreur.",
                "Relancer ce service.",
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
            title: "Closed port",
            meaning: "The machine of a service runs and says that nobody listens there. Its users get an error at once.",
            seen: "A connection to the [[service]] of the plan was answered by a reset (RFC 9293, 3.5.2), a datagram by “port \
                   unreachable” (RFC 792).",
            lookalikes: "A firewall may refuse in the machine's name; one that drops gives L4-port-silent.",
            remedy: "Start the service; compare its port and its listening address; look at the firewall.",
        },
        Manual {
            title: "Port fermé",
            meaning: "La machine d'un service tourne et dit que personne n'y écoute. Ses utilisateurs ont une erreur aussitôt.",
            seen: "Une connexion au [[service]] du plan a reçu une réinitialisation (RFC 9293, 3.5.2), un datagramme « port \
                   inaccessible » (RFC 792).",
            lookalikes: "Un pare-feu peut refuser au nom de la machine ; celui qui rejette sans le dire donne L4-port-silent.",
            remedy: "Démarrez le service ; comparez son port et son adresse d'écoute ; voyez le pare-feu.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::finding::Reason;

    #[test]
    fn who_refuses_is_closed_and_who_is_silent_is_another_check_s() {
        let scene = Scene::swept().plan("[[service]]\nname = \"nas\"\nhost = \"10.0.0.7\"\nkind = \"tcp\"\nport = 445");
        let told = |became| scene.clone().told("nas", "10.0.0.7", became, None);
        let found = told(Became::Refused).found(judge);
        assert_eq!((found.len(), found[0].severity), (1, Severity::Broken));
        assert!(found[0].problem.explain().english().title.contains("10.0.0.7, port 445"));
        assert_eq!(told(Became::Answered).verdict(judge), Verdict::Clear);
        let unreached = Reason::ServiceUnreached { service: "nas".to_owned() };
        assert_eq!(told(Became::Silent).verdict(judge), Verdict::NotTested(unreached));
    }
}
