//! A service of the plan lets itself be called, and then does not say what such a service says.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, is_tried, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::{Service, Way};
use crate::site::Plan;

/// A service that is there and does not answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoAnswer {
    /// The service.
    #[serde(flatten)]
    pub at: Place,
    /// How far it went.
    pub became: Became,
}

/// Every service to which something is said.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let says = |service: &Service| service.kind.row().begin.is_some() || matches!(service.kind.row().way, Way::Tls | Way::Fill);
    verdict(inventory, plan, |service| says(service) && is_tried(inventory, service), |service, told, seen| match told.became {
        became @ (Became::Mute | Became::Reset | Became::Garbled | Became::NoHandshake) => {
            let problem = Problem::NoAnswer(NoAnswer { at: Place::of(service, told), became });
            Heard::Wrong(Box::new(Finding::new(Severity::Broken, problem, vec![seen.clone()])))
        }
        Became::Answered | Became::Busy => Heard::Well,
        _ => Heard::Elsewhere,
    })
}

impl Explain for NoAnswer {
    fn english(&self) -> Wording {
        let (name, at, kind) = (&self.at.service, self.at.say(), self.at.kind.word());
        let (title, why) = match self.became {
            Became::Garbled => (
                format!("“{name}” ({at}) does not speak {kind}"),
                "What came back is something else: another service listens there, or something between answers in its place (a portal, a proxy).",
            ),
            Became::NoHandshake => (
                format!("“{name}” ({at}) and this laptop have no TLS in common"),
                "The handshake was broken off: the server knows only TLS 1.1 or older, or ciphers that are not safe, or it wants a certificate of \
                 whoever calls.",
            ),
            Became::Reset => (
                format!("“{name}” ({at}) accepts and hangs up"),
                "The connection was accepted, and broken before the answer was whole: the service crashes, turns this laptop away, or something \
                 between breaks the connection.",
            ),
            _ => (
                format!("“{name}” ({at}) accepts and says nothing"),
                "The connection was accepted, and no whole answer came in time: the service hangs or is overloaded. To a check of its port alone \
                 it looks well.",
            ),
        };
        Wording {
            title,
            why: format!("{why} Asked by {kind}."),
            remedy: vec![
                format!("On the machine, read the log of the service of “{name}”, and restart it."),
                "Compare its kind and port with the plan: https asked as http gives this too.".to_owned(),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, at, kind) = (&self.at.service, self.at.say(), self.at.kind.word());
        let (title, why) = match self.became {
            Became::Garbled => (
                format!("« {name} » ({at}) ne parle pas {kind}"),
                "Ce qui est revenu est autre chose : un autre service écoute là, ou un intermédiaire répond à sa place (portail, proxy).",
            ),
            Became::NoHandshake => (
                format!("« {name} » ({at}) et ce portable n'ont pas de TLS en commun"),
                "La négociation a été rompue : le serveur ne connaît que TLS 1.1 ou plus ancien, ou des chiffrements peu sûrs, ou il exige un \
                 certificat de qui l'appelle.",
            ),
            Became::Reset => (
                format!("« {name} » ({at}) accepte puis raccroche"),
                "La connexion a été acceptée, puis rompue avant que la réponse soit entière : le service plante, refuse ce portable, ou un \
                 intermédiaire rompt la connexion.",
            ),
            _ => (
                format!("« {name} » ({at}) accepte et ne dit rien"),
                "La connexion a été acceptée, et aucune réponse entière n'est venue à temps : le service est figé ou surchargé. Un simple test \
                 de port le croirait en bon état.",
            ),
        };
        Wording {
            title,
            why: format!("{why} Interrogé en {kind}."),
            remedy: vec![
                format!("Sur la machine, lisez le journal du service de « {name} », puis redémarrez-le."),
                "Comparez son type et son port avec le plan : du https interrogé en http donne cela aussi.".to_owned(),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A service takes calls, but does not do its work.",
                "Start that service again, and see what it complains of.",
            ],
            french: [
                "Un service décroche, mais ne fait pas son travail.",
                "Redémarrer ce service, et voir de quoi il se plaint.",
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
            title: "No sensible answer",
            meaning: "A service takes calls and does not do its work: it hangs, crashes, or is another one.",
            seen: "What the protocol asks for was said to the [[service]] of the plan, and no whole answer came within timeout_ms, the \
                   connection was broken, or the answer is not of that protocol. At most 1 MB of an answer is read.",
            lookalikes: "The wrong kind or port in the plan. A portal that answers for everything until somebody signs in.",
            remedy: "Read the log of the service, restart it; compare kind and port with the plan.",
        },
        Manual {
            title: "Pas de réponse sensée",
            meaning: "Un service décroche et ne fait pas son travail : il est figé, il plante, ou c'en est un autre.",
            seen: "Ce que demande le protocole a été dit au [[service]] du plan, et aucune réponse entière n'est venue dans le délai \
                   (timeout_ms), la connexion a été rompue, ou la réponse n'est pas de ce protocole. On lit au plus 1 Mo d'une réponse.",
            lookalikes: "Un type ou un port faux dans le plan. Un portail qui répond à tout tant que personne ne s'est identifié.",
            remedy: "Lisez le journal du service, redémarrez-le ; comparez type et port avec le plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    #[test]
    fn each_way_of_not_answering_has_its_words_and_a_port_alone_says_nothing() {
        let plan = |kind: &str| format!("[[service]]\nname = \"web\"\nhost = \"10.0.0.7\"\nkind = \"{kind}\"\nport = 80");
        let told = |became| Scene::swept().plan(&plan("http")).told("web", "10.0.0.7", became, None);
        let titles: std::collections::BTreeSet<String> = [Became::Mute, Became::Reset, Became::Garbled, Became::NoHandshake]
            .map(|became| told(became).found(judge).remove(0).problem.explain().english().title)
            .into();
        assert_eq!(titles.len(), 4);
        assert_eq!(told(Became::Answered).verdict(judge), Verdict::Clear);
        let port = Scene::swept().plan(&plan("tcp")).told("web", "10.0.0.7", Became::Answered, None);
        assert_eq!(port.verdict(judge), Verdict::NotTested(crate::finding::Reason::NoService));
    }
}
