//! A DNS server that devices are told to ask does not answer.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::dhcp_wrong_option::Wrong;
use super::way_out::{NamedBy, dns_servers, has_no_address, is_near, is_shut, unasked, wrong_settings};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Part, Replies};
use crate::site::Plan;

/// A DNS server that is silent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DnsSilent {
    /// The server.
    pub ip: IpAddr,
    /// Who names it.
    pub named_by: NamedBy,
    /// Questions that it did not answer.
    pub questions: u32,
    /// Others that did answer.
    pub others: Vec<IpAddr>,
}

/// Every DNS server that somebody names. One behind a gateway that is silent is not to blame.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let asked = |ip: &IpAddr| inventory.path().dns(*ip).filter(|(replies, _)| replies.sent > 0);
    let answers = |ip: &IpAddr| asked(ip).is_some_and(|(replies, _)| !replies.rtts_us.is_empty());
    let mut named = dns_servers(inventory, plan);
    // What only a router tells and this machine has no way to is not ours to ask.
    let has_no_way = |ip: &IpAddr| inventory.path().dns(*ip).is_some_and(|(replies, _)| replies.sent == 0);
    named.retain(|ip, by| !by.is_only_advertised() || !has_no_way(ip));
    let others: Vec<IpAddr> = named.keys().copied().filter(answers).collect();
    let mut untested = None;
    let mut findings = Vec::new();
    for (&ip, named_by) in &named {
        match asked(&ip) {
            Some((replies, _)) if !replies.rtts_us.is_empty() => {}
            _ if !is_near(inventory, ip) && !ip.is_loopback() && is_shut(inventory, plan, ip) => untested = Some(Reason::GatewaySilent),
            None => untested = untested.or_else(|| Some(unasked(inventory, Part::WayOut))),
            Some((Replies { sent, .. }, seen)) => {
                let severity = if others.is_empty() { Severity::Broken } else { Severity::Degraded };
                let problem = DnsSilent { ip, named_by: named_by.clone(), questions: *sent, others: others.clone() };
                let because_of = wrong_settings(inventory, plan, &problem);
                let finding = Finding::new(severity, Problem::DnsSilent(problem), vec![seen.clone()]);
                findings.push(Finding { because_of, ..finding });
            }
        }
    }
    let otherwise = match untested {
        Some(reason) => Verdict::NotTested(reason),
        None if !named.is_empty() => Verdict::Clear,
        None if has_no_address(inventory) => Verdict::NotTested(Reason::NoAddressOfOurs),
        None => Verdict::NotTested(Reason::NoDnsServer),
    };
    Verdict::of(findings, otherwise)
}

impl DnsSilent {
    fn others(&self) -> String {
        self.others.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Explain for DnsSilent {
    fn english(&self) -> Wording {
        let (ip, by, questions) = (self.ip, self.named_by.say(Language::En), self.questions);
        let effect = if self.others.is_empty() {
            "No other one answers: devices find no name, and for their users “the Internet is down”.".to_owned()
        } else {
            format!("{} answers: devices that ask {ip} first wait seconds for every name, and then go on.", self.others())
        };
        Wording {
            title: format!("The DNS server {ip} does not answer"),
            why: format!("{questions} questions for a name that every server knows by itself were not answered. {effect} (Named by: {by}.)"),
            remedy: vec![
                format!("Check that the DNS service on {ip} runs, and that no firewall between blocks UDP port 53."),
                format!("If that server is gone, take {ip} out where it stands ({by})."),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, by, questions) = (self.ip, self.named_by.say(Language::Fr), self.questions);
        let effect = if self.others.is_empty() {
            "Aucun autre ne répond : les appareils ne trouvent aucun nom et, pour leurs utilisateurs, « Internet est en panne ».".to_owned()
        } else {
            let verb = if self.others.len() > 1 { "répondent" } else { "répond" };
            format!("{} {verb} : les appareils qui interrogent {ip} en premier attendent des secondes à chaque nom, puis continuent.", self.others())
        };
        Wording {
            title: format!("Le serveur DNS {ip} ne répond pas"),
            why: format!("{questions} questions sur un nom que tout serveur connaît de lui-même sont restées sans réponse. {effect} (Indiqué par : {by}.)"),
            remedy: vec![
                format!("Vérifiez que le service DNS de {ip} tourne, et qu'aucun pare-feu ne bloque le port UDP 53 entre les deux."),
                format!("Si ce serveur n'existe plus, retirez {ip} là où il figure ({by})."),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "What finds Internet names does not answer: pages do not open although the connection is there.",
                "Start the box or the server again; if it stays silent, call the Internet provider.",
            ],
            french: [
                "Ce qui trouve les noms d'Internet ne répond pas : les pages ne s'ouvrent pas alors que la connexion est là.",
                "Redémarrer la box ou le serveur ; s'il reste muet, appeler l'opérateur.",
            ],
            by: By::Provider,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        ip == self.ip
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        let ours = |wrong: &Wrong| matches!(wrong, Wrong::DnsUnreachable { dns } if IpAddr::V4(*dns) == self.ip);
        matches!(cause, Problem::DhcpWrongOption(cause) if cause.wrong.iter().any(ours))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Silent DNS server",
            meaning: "A server that turns names into addresses does not answer. Where it is the only one, nothing that has a name can be \
                      reached; where it is one of several, every page opens seconds late.",
            seen: "3 questions for the name of 127.0.0.1, which every server answers by itself (RFC 6303, 4.1), each waited for 1 s, to \
                   the servers of the laptop, of the plan ([[network]], dns), of DHCP offers and of IPv6 routers. Any answer counts, a refusal too.",
            lookalikes: "A server behind a gateway that is silent cannot be reached: it is not tested, and L3-gateway-silent says why. One \
                         to which no route by this interface leads is not asked. A server that answers its own clients only may ignore a laptop of another network.",
            remedy: "Check the service and the firewall; take servers that are gone out of the DHCP settings.",
        },
        Manual {
            title: "Serveur DNS muet",
            meaning: "Un serveur qui traduit les noms en adresses ne répond pas. S'il est seul, rien de ce qui a un nom n'est joignable ; \
                      s'ils sont plusieurs, chaque page s'ouvre avec des secondes de retard.",
            seen: "3 questions sur le nom de 127.0.0.1, auxquelles tout serveur répond de lui-même (RFC 6303, 4.1), chacune attendue 1 s, \
                   aux serveurs du portable, du plan ([[network]], dns), des offres DHCP et des routeurs IPv6. Toute réponse compte, même un refus.",
            lookalikes: "Un serveur derrière une passerelle muette est hors d'atteinte : il n'est pas testé, et L3-gateway-silent dit \
                         pourquoi. Celui vers lequel aucune route ne mène par cette interface n'est pas interrogé. Un serveur réservé à ses propres clients peut ignorer un portable d'un autre réseau.",
            remedy: "Vérifiez le service et le pare-feu ; retirez des réglages DHCP les serveurs disparus.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    fn scene() -> Scene {
        Scene::swept().routed("10.0.0.254").resolvers(&["10.0.0.53", "9.9.9.9"])
    }

    fn severities(scene: &Scene) -> Vec<Severity> {
        scene.found(judge).into_iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn one_of_two_is_degraded_and_both_are_broken() {
        let well = scene().pinged("10.0.0.254", 20, &[300; 20]);
        let answers = well.clone().dns("10.0.0.53", 3, &[400; 3]);
        assert_eq!(answers.clone().dns("9.9.9.9", 3, &[9000]).verdict(judge), Verdict::Clear);
        assert_eq!(severities(&answers.dns("9.9.9.9", 3, &[])), [Severity::Degraded]);
        let silent = well.dns("10.0.0.53", 3, &[]).dns("9.9.9.9", 3, &[]);
        assert_eq!(severities(&silent), [Severity::Broken, Severity::Broken]);
    }

    #[test]
    fn a_server_behind_a_silent_gateway_is_not_to_blame() {
        let shut = scene().pinged("10.0.0.254", 20, &[]).dns("9.9.9.9", 3, &[]);
        assert_eq!(shut.clone().dns("10.0.0.53", 3, &[400; 3]).verdict(judge), Verdict::NotTested(Reason::GatewaySilent));
        assert_eq!(shut.clone().dns("10.0.0.53", 3, &[]).found(judge).len(), 1);
        // Another gateway answers, and it is not the one that the laptop's questions go by.
        let plan = "[[network]]\nprefix = \"10.0.0.0/24\"\ngateways = [\"10.0.0.253\"]";
        let other = shut.plan(plan).pinged("10.0.0.253", 20, &[300; 20]).dns("10.0.0.53", 3, &[400; 3]);
        assert_eq!(other.verdict(judge), Verdict::NotTested(Reason::GatewaySilent));
    }

    #[test]
    fn what_was_not_asked_is_not_tested() {
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoDnsServer));
        assert_eq!(scene().verdict(judge), Verdict::NotTested(Reason::NotSent));
        assert_eq!(scene().dns("9.9.9.9", 0, &[]).verdict(judge), Verdict::NotTested(Reason::NotSent));
    }
}
