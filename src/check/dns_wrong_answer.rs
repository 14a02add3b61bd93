//! A name server of the plan answers, and not with the address that the plan expects.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::dns::{Looked, NXDOMAIN, REFUSED, SERVFAIL, code_name};
use crate::service::{Kind, Measured};
use crate::site::Plan;

/// A name without its address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DnsWrongAnswer {
    /// The server.
    #[serde(flatten)]
    pub at: Place,
    /// The name that was asked for.
    pub ask: String,
    /// What came.
    pub answer: Looked,
    /// The addresses of the answer that the plan does not expect.
    pub unexpected: Vec<IpAddr>,
    /// The addresses that the plan expects; empty where any will do.
    pub expect: Vec<IpAddr>,
}

/// Every name that the plan asks for.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    verdict(inventory, plan, |service| service.kind == Kind::Dns, |service, told, seen| {
        let (Became::Answered, Some(Measured::Looked(answer))) = (told.became, &told.measured) else { return Heard::Elsewhere };
        match answer.as_planned(service) {
            None => Heard::Untested(Reason::ServiceUndecided { service: service.name.clone() }),
            Some(true) => Heard::Well,
            Some(false) => {
                let problem = Problem::DnsWrongAnswer(DnsWrongAnswer {
                    at: Place::of(service, told),
                    ask: service.ask.clone().unwrap_or_default(),
                    answer: answer.clone(),
                    unexpected: answer.unexpected(service).collect(),
                    expect: service.expect.clone(),
                });
                Heard::Wrong(Box::new(Finding::new(Severity::Broken, problem, vec![seen.clone()])))
            }
        }
    })
}

fn list(addresses: &[IpAddr]) -> String {
    addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ")
}

impl DnsWrongAnswer {
    fn seen(&self, language: Language) -> String {
        let (ask, answer) = (&self.ask, &self.answer);
        let code = code_name(answer.code);
        let alias = answer.alias.as_deref().unwrap_or(ask);
        match answer.code {
            NXDOMAIN if answer.alias.is_some() => language.pick(
                format!("{ask} is an alias (CNAME) of {alias}, which does not exist ({code})"),
                format!("{ask} est un alias (CNAME) de {alias}, qui n'existe pas ({code})"),
            ),
            NXDOMAIN => language.pick(
                format!("the server says that {ask} does not exist ({code})"),
                format!("le serveur dit que {ask} n'existe pas ({code})"),
            ),
            SERVFAIL => language.pick(
                format!("the server could not find out the address of {ask} ({code})"),
                format!("le serveur n'a pas pu trouver l'adresse de {ask} ({code})"),
            ),
            REFUSED => language.pick(
                format!("the server refuses to say the address of {ask} ({code})"),
                format!("le serveur refuse de donner l'adresse de {ask} ({code})"),
            ),
            0 if answer.circle => language.pick(
                format!("the aliases (CNAME) of {ask} lead in a circle, and to no address"),
                format!("les alias (CNAME) de {ask} tournent en rond et ne mènent à aucune adresse"),
            ),
            0 if answer.addresses.is_empty() && answer.alias.is_some() => language.pick(
                format!("{ask} is an alias (CNAME) of {alias}, which has no address"),
                format!("{ask} est un alias (CNAME) de {alias}, qui n'a pas d'adresse"),
            ),
            0 if answer.addresses.is_empty() => language.pick(
                format!("the server knows {ask} and gives no address for it"),
                format!("le serveur connaît {ask} et n'en donne aucune adresse"),
            ),
            0 => {
                let (got, expect) = (list(&self.unexpected), list(&self.expect));
                language.pick(
                    format!("for {ask} came {got}, where the plan expects {expect}"),
                    format!("pour {ask}, réponse : {got}, là où le plan attend {expect}"),
                )
            }
            _ => language.pick(
                format!("the server answers the question for {ask} with an error ({code})"),
                format!("le serveur répond à la question pour {ask} par une erreur ({code})"),
            ),
        }
    }

    fn hint(&self, language: Language) -> &'static str {
        match self.answer.code {
            0 if self.answer.circle => language.pick(
                "Break the circle: one of these names must have an address (A or AAAA) instead of an alias.",
                "Rompez la boucle : l'un de ces noms doit avoir une adresse (A ou AAAA) au lieu d'un alias.",
            ),
            0 if self.unexpected.is_empty() => language.pick(
                "Add the address record (A or AAAA) where the name or its alias leads, on the server of that zone.",
                "Ajoutez l'enregistrement d'adresse (A ou AAAA) là où mène le nom ou son alias, sur le serveur de cette zone.",
            ),
            0 => language.pick(
                "Which is right? Correct the record on the server of the zone, or the plan. A portal or a filter may answer in the server's place.",
                "Lequel a raison ? Corrigez l'enregistrement sur le serveur de la zone, ou le plan. Un portail ou un filtre répond peut-être à la place du serveur.",
            ),
            NXDOMAIN if self.answer.alias.is_some() => language.pick(
                "Add the name that the alias leads to, or let the alias lead to one that exists, on the server of that zone.",
                "Ajoutez le nom auquel mène l'alias, ou faites mener l'alias à un nom qui existe, sur le serveur de cette zone.",
            ),
            NXDOMAIN => language.pick(
                "Compare the name with the plan, letter by letter; then see that the record is in the zone, and that this server serves the zone.",
                "Comparez le nom avec le plan, lettre à lettre ; voyez ensuite si l'enregistrement est dans la zone, et si ce serveur sert la zone.",
            ),
            SERVFAIL => language.pick(
                "See whether the server reaches those that it asks in turn (forwarders), and whether its zone is loaded: its log says.",
                "Voyez si le serveur joint ceux qu'il interroge à son tour (redirecteurs), et si sa zone est chargée : son journal le dit.",
            ),
            REFUSED => language.pick(
                "Add this network to those that the server answers, or ask the server that is meant for this network.",
                "Ajoutez ce réseau à ceux auxquels le serveur répond, ou interrogez le serveur prévu pour ce réseau.",
            ),
            _ => language.pick("Read the log of the server.", "Lisez le journal du serveur."),
        }
    }
}

impl Explain for DnsWrongAnswer {
    fn english(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        Wording {
            title: format!("The name server “{name}” ({at}) does not give the planned address of {}", self.ask),
            why: format!("Seen: {}.", self.seen(Language::En)),
            remedy: vec![self.hint(Language::En).to_owned(), "Run trousse diagnose again.".to_owned()],
        }
    }

    fn french(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        Wording {
            title: format!("Le serveur de noms « {name} » ({at}) ne donne pas l'adresse prévue de {}", self.ask),
            why: format!("Constat : {}.", self.seen(Language::Fr)),
            remedy: vec![self.hint(Language::Fr).to_owned(), "Relancez trousse diagnose.".to_owned()],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A name leads to no machine, or to another one than planned: whoever follows it gets nowhere, or elsewhere.",
                "Correct the entry of that name.",
            ],
            french: [
                "Un nom ne mène à aucune machine, ou pas à celle prévue : qui le suit n'arrive nulle part, ou ailleurs.",
                "Corriger l'inscription de ce nom.",
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
            title: "Wrong answer of a name server",
            meaning: "A name server answers, and whoever asks it for this name gets nowhere, or to another machine.",
            seen: "The name (ask) of a [[service]] of kind dns was asked of its host over UDP, for IPv4 or, where the plan expects such, IPv6 \
                   (RFC 1035). An error, no address behind the name and its aliases (CNAME), aliases in a circle, or an address that is not \
                   among those of the plan (expect). Answers to other questions do not count.",
            lookalikes: "A server that answers by where the question comes from (split horizon) is right here and wrong elsewhere: ask from the \
                         network of the users. What did not fit a datagram is not judged.",
            remedy: "Correct the record on the server of the zone, its forwarders, or the plan.",
        },
        Manual {
            title: "Mauvaise réponse d'un serveur de noms",
            meaning: "Un serveur de noms répond, et qui lui demande ce nom n'arrive nulle part, ou sur une autre machine.",
            seen: "Le nom (ask) d'un [[service]] de type dns a été demandé à sa machine en UDP, pour IPv4 ou, si le plan en attend, IPv6 \
                   (RFC 1035). Une erreur, aucune adresse derrière le nom et ses alias (CNAME), des alias en boucle, ou une adresse absente \
                   de celles du plan (expect). Les réponses à d'autres questions ne comptent pas.",
            lookalikes: "Un serveur qui répond selon l'origine de la question (vues séparées) a raison ici et tort ailleurs : demandez depuis le \
                         réseau des utilisateurs. Ce qui ne tenait pas dans un datagramme n'est pas jugé.",
            remedy: "Corrigez l'enregistrement sur le serveur de la zone, ses redirecteurs, ou le plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::finding::Reason;

    fn told(answer: Looked) -> Scene {
        let plan = "[[service]]\nname = \"dns\"\nhost = \"10.0.0.7\"\nkind = \"dns\"\nask = \"pbx.lan\"\nexpect = [\"10.0.0.8\"]";
        Scene::swept().plan(plan).told("dns", "10.0.0.7", Became::Answered, Some(Measured::Looked(answer)))
    }

    fn to(ip: &str) -> Looked {
        Looked { addresses: vec![ip.parse().expect("an address")], ..Looked::default() }
    }

    #[test]
    fn the_planned_address_is_clear_and_what_was_cut_is_not_judged() {
        assert_eq!(told(to("10.0.0.8")).verdict(judge), Verdict::Clear);
        let cut = told(Looked { cut: true, ..Looked::default() });
        assert_eq!(cut.verdict(judge), Verdict::NotTested(Reason::ServiceUndecided { service: "dns".to_owned() }));
    }

    #[test]
    fn each_wrong_answer_is_said_as_what_it_is() {
        let why = |answer: Looked| told(answer).found(judge)[0].problem.explain().english().why;
        assert!(why(to("10.0.0.9")).contains("for pbx.lan came 10.0.0.9, where the plan expects 10.0.0.8"));
        assert!(why(Looked { code: NXDOMAIN, ..Looked::default() }).contains("does not exist (NXDOMAIN)"));
        assert!(why(Looked { code: SERVFAIL, ..Looked::default() }).contains("could not find out"));
        assert!(why(Looked { code: 9, ..Looked::default() }).contains("RCODE 9"));
        let aliased = Looked { alias: Some("gone.lan".to_owned()), ..Looked::default() };
        assert!(why(aliased.clone()).contains("alias (CNAME) of gone.lan, which has no address"));
        assert!(why(Looked { code: NXDOMAIN, ..aliased.clone() }).contains("alias (CNAME) of gone.lan, which does not exist"));
        assert!(why(Looked { circle: true, ..aliased }).contains("in a circle"));
        assert!(why(Looked::default()).contains("gives no address"));
    }
}
