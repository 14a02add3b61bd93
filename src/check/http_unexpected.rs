//! A web server answers, and not what the plan expects of it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::http::Page;
use crate::service::{Kind, Measured, Service};
use crate::site::Plan;

/// A page that is not the planned one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HttpUnexpected {
    /// The service.
    #[serde(flatten)]
    pub at: Place,
    /// What came.
    pub page: Page,
    /// The status that the plan expects.
    pub status: Option<u16>,
    /// The text that the plan expects.
    pub text: Option<String>,
}

fn is_web(service: &Service) -> bool {
    matches!(service.kind, Kind::Http | Kind::Https)
}

/// Every web service.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    verdict(inventory, plan, is_web, |service, told, seen| match (told.became, &told.measured) {
        (Became::Answered, Some(Measured::Page(page))) if page.as_planned(service) => Heard::Well,
        (Became::Answered, Some(Measured::Page(page))) => {
            let (status, text) = (service.status, service.text.clone());
            let problem = HttpUnexpected { at: Place::of(service, told), page: page.clone(), status, text };
            Heard::Wrong(Box::new(Finding::new(Severity::Broken, Problem::HttpUnexpected(problem), vec![seen.clone()])))
        }
        _ => Heard::Elsewhere,
    })
}

impl HttpUnexpected {
    /// What differs, and what that status means to who mends it.
    fn differs(&self, language: Language) -> String {
        let got = self.page.status;
        let expected = match self.status {
            Some(status) => status.to_string(),
            None => language.pick("200 to 399", "200 à 399").to_owned(),
        };
        let status_differs = self.status.map_or(!(200..400).contains(&got), |status| status != got);
        let status = status_differs.then(|| {
            language.pick(
                format!("status {got} came where the plan expects {expected}"),
                format!("statut {got} reçu là où le plan attend {expected}"),
            )
        });
        let text = self.text.as_ref().filter(|_| self.page.text_found == Some(false)).map(|text| {
            language.pick(format!("the page does not hold “{text}”"), format!("la page ne contient pas « {text} »"))
        });
        let to = self.page.location.as_ref().map(|to| {
            language.pick(format!("it sends the browser to {to}"), format!("la page renvoie le navigateur vers {to}"))
        });
        [status, text, to].into_iter().flatten().collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }

    fn hint(&self, language: Language) -> &'static str {
        match self.page.status {
            401 | 403 => language.pick(
                "Status 401 or 403: the page wants a user, or refuses this laptop. Ask who may open it, and from where.",
                "Statut 401 ou 403 : la page demande un utilisateur ou refuse ce portable. Demandez qui peut l'ouvrir, et d'où.",
            ),
            404 => language.pick(
                "Status 404: the server runs and has no such page. Compare the path with the plan; see that the application is installed.",
                "Statut 404 : le serveur tourne et n'a pas cette page. Comparez le chemin avec le plan ; voyez si l'application est installée.",
            ),
            500..=599 => language.pick(
                "Status 5xx: the web server runs, and what stands behind it (application, database) does not. Restart that, and read its log.",
                "Statut 5xx : le serveur web tourne, mais pas ce qui est derrière (application, base de données). Redémarrez-le et lisez son journal.",
            ),
            _ => language.pick(
                "Open the page in a browser: is it the right server, or a portal that answers in its place?",
                "Ouvrez la page dans un navigateur : est-ce le bon serveur, ou un portail qui répond à sa place ?",
            ),
        }
    }
}

impl Explain for HttpUnexpected {
    fn english(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        Wording {
            title: format!("“{name}” ({at}) answers, and not as planned"),
            why: format!("Seen: {}.", self.differs(Language::En)),
            remedy: vec![self.hint(Language::En).to_owned(), "Run trousse diagnose again.".to_owned()],
        }
    }

    fn french(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        Wording {
            title: format!("« {name} » ({at}) répond, mais pas comme prévu"),
            why: format!("Constat : {}.", self.differs(Language::Fr)),
            remedy: vec![self.hint(Language::Fr).to_owned(), "Relancez trousse diagnose.".to_owned()],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A web page gives an error, or is not the one that belongs there: its users see that too.",
                "Mend the web site, or have its provider do it.",
            ],
            french: [
                "Une page web affiche une erreur, ou n'est pas celle attendue : ses utilisateurs le voient aussi.",
                "Réparer le site web, ou le faire réparer par son hébergeur.",
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
            title: "Unexpected page",
            meaning: "A web server runs and gives an error, or a page that is not the one of the plan: its users see it too.",
            seen: "GET of the path of a [[service]] of kind http or https (RFC 9110). The status must be that of the plan (200 to 399 where it \
                   does not say), and the text of the plan must stand in the first megabyte. Redirects are not followed.",
            lookalikes: "A page that wants a user gives 401: write that status into the plan if it is meant so.",
            remedy: "Mend what the status names; correct path, status or text in the plan.",
        },
        Manual {
            title: "Page inattendue",
            meaning: "Un serveur web tourne et donne une erreur, ou une page qui n'est pas celle du plan : ses utilisateurs la voient aussi.",
            seen: "GET du chemin d'un [[service]] de type http ou https (RFC 9110). Le statut doit être celui du plan (200 à 399 s'il n'en dit \
                   rien), et le texte du plan figurer dans le premier mégaoctet. Les redirections ne sont pas suivies.",
            lookalikes: "Une page qui demande un utilisateur donne 401 : écrivez ce statut dans le plan si c'est voulu.",
            remedy: "Réparez ce que le statut désigne ; corrigez chemin, statut ou texte dans le plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    #[test]
    fn a_wrong_status_or_a_missing_text_is_found_and_named() {
        let plan = "[[service]]\nname = \"web\"\nhost = \"10.0.0.7\"\nkind = \"http\"\ntext = \"Bienvenue\"";
        let told = |status, text_found| {
            let page = Page { status, location: None, text_found: Some(text_found), bytes: 9, cut: false };
            Scene::swept().plan(plan).told("web", "10.0.0.7", Became::Answered, Some(Measured::Page(page)))
        };
        assert_eq!(told(200, true).verdict(judge), Verdict::Clear);
        let words = |scene: Scene| scene.found(judge)[0].problem.explain().english();
        assert!(words(told(200, false)).why.ends_with("the page does not hold “Bienvenue”."));
        let error = words(told(502, true));
        assert!(error.why.contains("status 502 came where the plan expects 200 to 399") && error.remedy[0].starts_with("Status 5xx"));
    }
}
