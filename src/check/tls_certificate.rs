//! The certificate of a service will be refused by those who use it, or soon.

use std::net::IpAddr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::service::Way;
use crate::service::certificate::Flaw;
use crate::site::Plan;

/// A certificate with flaws.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TlsCertificate {
    /// The service.
    #[serde(flatten)]
    pub at: Place,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
    /// The day on which it was asked by the clock of this laptop, in seconds since 1970.
    pub asked_s: i64,
}

/// Every service over TLS that shook hands.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    verdict(inventory, plan, |service| service.kind.row().way == Way::Tls, |service, told, seen| {
        let Some(tls) = &told.tls else { return Heard::Elsewhere };
        let Some(flaws) = tls.flaws(service) else { return Heard::Untested(Reason::ServiceUndecided { service: service.name.clone() }) };
        let severity = match &flaws[..] {
            [] => return Heard::Well,
            [Flaw::Ends { .. }] => Severity::Risk,
            _ => Severity::Broken,
        };
        let problem = TlsCertificate { at: Place::of(service, told), flaws, asked_s: tls.asked_s };
        Heard::Wrong(Box::new(Finding::new(severity, Problem::TlsCertificate(problem), vec![seen.clone()])))
    })
}

/// The day, as in `2026-11-21`.
fn day(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| "?".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

impl TlsCertificate {
    fn say(&self, language: Language) -> String {
        let none = language.pick("none", "aucun");
        let sentence = |flaw: &Flaw| match flaw {
            Flaw::Expired { subject, until_s } => {
                let end = day(*until_s);
                language.pick(format!("The certificate of {subject} ended on {end}."), format!("Le certificat de {subject} a pris fin le {end}."))
            }
            Flaw::NotYet { from_s } => {
                let start = day(*from_s);
                language.pick(format!("It is good only from {start}."), format!("Il n'est valable qu'à partir du {start}."))
            }
            Flaw::WrongName { wanted, names } => {
                let names = if names.is_empty() { none.to_owned() } else { names.join(", ") };
                language.pick(
                    format!("It is not for {wanted}; its names are: {names}."),
                    format!("Il n'est pas pour {wanted} ; ses noms : {names}."),
                )
            }
            Flaw::SelfSigned => {
                language.pick("The server signed it itself.", "Le serveur l'a signé lui-même.").to_owned()
            }
            Flaw::UnknownAuthority { issuer } => language.pick(
                format!("Its authority, {issuer}, is not one that counts here."),
                format!("Son autorité, {issuer}, n'est pas de celles qui comptent ici."),
            ),
            Flaw::Weak { subject, hash } => language.pick(
                format!("The certificate of {subject} is signed by {hash}, which can be forged."),
                format!("Le certificat de {subject} est signé avec {hash}, que l'on sait contrefaire."),
            ),
            Flaw::Ends { days: 0 } => language.pick("It ends today.", "Il prend fin aujourd'hui.").to_owned(),
            Flaw::Ends { days: 1 } => language.pick("It ends tomorrow.", "Il prend fin demain.").to_owned(),
            Flaw::Ends { days } => language.pick(format!("It ends in {days} days."), format!("Il prend fin dans {days} jours.")),
        };
        self.flaws.iter().map(sentence).collect::<Vec<_>>().join(" ")
    }

    fn remedy(&self, flaw: &Flaw, language: Language) -> String {
        let name = &self.at.service;
        let text = match flaw {
            Flaw::Expired { .. } | Flaw::Ends { .. } => language.pick(
                "Renew the certificate, install it with its chain, restart the service; see why it was not renewed by itself.",
                "Renouvelez le certificat, installez-le avec sa chaîne, redémarrez le service ; voyez pourquoi il ne s'est pas renouvelé seul.",
            ),
            Flaw::NotYet { .. } => language.pick(
                "Compare the clock of this laptop, and of whoever made the certificate, with a good one.",
                "Comparez l'horloge de ce portable, et celle de qui a fait le certificat, avec une bonne horloge.",
            ),
            Flaw::WrongName { .. } => {
                return language.pick(
                    format!("Have it made for the name that users type for “{name}”, or let them use one of its names."),
                    format!("Faites-le établir pour le nom que tapent les utilisateurs de « {name} », ou faites-leur utiliser l'un de ses noms."),
                );
            }
            Flaw::SelfSigned => language.pick(
                "Have it signed by the site's own authority or a public one; until then, nobody can tell this server from another.",
                "Faites-le signer par l'autorité du site ou par une autorité publique ; d'ici là, rien ne distingue ce serveur d'un autre.",
            ),
            Flaw::UnknownAuthority { .. } => language.pick(
                "If the authority is the site's own, name its file in the plan (authority) and install it on the PCs; see that the server sends \
                 the certificates between.",
                "Si l'autorité est celle du site, nommez son fichier dans le plan (authority) et installez-la sur les PC ; vérifiez que le serveur \
                 envoie les certificats intermédiaires.",
            ),
            Flaw::Weak { .. } => language.pick(
                "Have it made anew with SHA-256: browsers refuse this one.",
                "Faites-le refaire avec SHA-256 : les navigateurs refusent celui-ci.",
            ),
        };
        text.to_owned()
    }

    fn remedies(&self, language: Language) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        for step in self.flaws.iter().map(|flaw| self.remedy(flaw, language)) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        steps.push(language.pick("Run trousse diagnose again.", "Relancez trousse diagnose.").to_owned());
        steps
    }
}

impl Explain for TlsCertificate {
    fn english(&self) -> Wording {
        let (name, at, asked) = (&self.at.service, self.at.say(), day(self.asked_s));
        let soon = matches!(self.flaws[..], [Flaw::Ends { .. }]);
        Wording {
            title: match soon {
                true => format!("The certificate of “{name}” ({at}) ends soon"),
                false => format!("The certificate of “{name}” ({at}) is not good"),
            },
            why: format!("{} {} (By this laptop's clock: {asked}.)", self.say(Language::En), match soon {
                true => "From then on, programs refuse the server.",
                false => "Programs refuse such a server, or teach their users to click warnings away.",
            }),
            remedy: self.remedies(Language::En),
        }
    }

    fn french(&self) -> Wording {
        let (name, at, asked) = (&self.at.service, self.at.say(), day(self.asked_s));
        let soon = matches!(self.flaws[..], [Flaw::Ends { .. }]);
        Wording {
            title: match soon {
                true => format!("Le certificat de « {name} » ({at}) prend bientôt fin"),
                false => format!("Le certificat de « {name} » ({at}) n'est pas bon"),
            },
            why: format!(
                "{} {} (À l'horloge de ce portable : {asked}.)",
                self.say(Language::Fr),
                match soon {
                    true => "Passé ce jour, les programmes refuseront le serveur.",
                    false => "Les programmes refusent un tel serveur, ou apprennent à leurs utilisateurs à ignorer les avertissements.",
                }
            ),
            remedy: self.remedies(Language::Fr),
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The proof of identity of a service is not accepted, or soon will not be: programs warn of it, or refuse to connect.",
                "Renew that proof of identity (the certificate).",
            ],
            french: [
                "La preuve d'identité d'un service est refusée, ou le sera bientôt : les programmes avertissent, ou ne se connectent pas.",
                "Renouveler cette preuve d'identité (le certificat).",
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
            title: "Bad certificate",
            meaning: "A service over TLS shows a certificate that programs refuse: ended, for another name, signed by nobody who counts, or \
                      forgeable. Sensors and telephones go silent; people get a warning.",
            seen: "The handshake with a [[service]] of kind https or tls goes to its end, whatever the certificate, and everything wrong with it \
                   is told: time (RFC 5280, 4.1.2.5), names (RFC 9525), signature by SHA-1 or MD5 (RFC 9155), self-signed, and whether an authority \
                   stands behind it: that of the plan (authority), else those that this laptop trusts. Fewer days than days_left (14) is a risk.",
            lookalikes: "A laptop whose clock is wrong finds good certificates ended: its date stands in the finding. A private authority that the \
                         plan does not name is unknown. Revocation is not looked up.",
            remedy: "Renew it, for the right name, signed by the right authority, with the certificates between.",
        },
        Manual {
            title: "Mauvais certificat",
            meaning: "Un service en TLS présente un certificat que les programmes refusent : périmé, pour un autre nom, qu'aucune autorité reconnue \
                      n'a signé, ou falsifiable. Capteurs et téléphones se taisent ; les gens voient un avertissement.",
            seen: "La négociation avec un [[service]] de type https ou tls va à son terme, quel que soit le certificat, et tout ce qui cloche est \
                   dit : durée (RFC 5280, 4.1.2.5), noms (RFC 9525), signature SHA-1 ou MD5 (RFC 9155), autosigné, et si une autorité le \
                   garantit : celle du plan (authority), sinon celles de ce portable. Moins de jours que days_left (14) est un risque.",
            lookalikes: "Un portable mal à l'heure croit périmés de bons certificats : sa date figure dans l'anomalie. Une autorité privée que le plan \
                         ne nomme pas est inconnue. La révocation n'est pas consultée.",
            remedy: "Renouvelez-le, pour le bon nom, signé par la bonne autorité, avec les certificats intermédiaires.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{Became, Fact, ServiceTold};
    use crate::service::certificate::{TlsTold, tests::told};

    fn scene(tls: Option<TlsTold>) -> Scene {
        let plan = "[[service]]\nname = \"broker\"\nhost = \"10.0.0.7\"\nkind = \"tls\"\nport = 8883";
        let (service, address, tls) = ("broker".to_owned(), "10.0.0.7".parse().ok(), tls.map(Box::new));
        let told = ServiceTold { service, address, became: Became::Answered, took_us: 0, tls, measured: None };
        Scene::swept().plan(plan).fact(Fact::ServiceTold(Box::new(told)))
    }

    #[test]
    fn one_that_ends_soon_is_a_risk_and_one_that_ended_is_broken() {
        assert_eq!(scene(Some(told())).verdict(judge), Verdict::Clear);
        let at_day = |day: i64| scene(Some(TlsTold { asked_s: day * 86_400, ..told() })).found(judge).remove(0);
        assert_eq!((at_day(190).severity, at_day(201).severity), (Severity::Risk, Severity::Broken));
        assert!(at_day(190).problem.explain().french().why.starts_with("Il prend fin dans 10 jours."));
        assert!(at_day(201).problem.explain().english().why.contains("ended on 1970-07-20"));
    }

    #[test]
    fn without_a_handshake_nothing_is_said_of_a_certificate() {
        let unreached = crate::finding::Reason::ServiceUnreached { service: "broker".to_owned() };
        assert_eq!(scene(None).verdict(judge), Verdict::NotTested(unreached));
    }
}
