//! A DHCP server offers an address that somebody holds already: the next client that takes it shares it.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::Contest;
use super::duplicate_address::evidence;
use super::held::sure;
use super::holder::{self, Holder};
use super::served::Served;
use super::{Problem, dhcp_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::kind::Confidence;
use crate::language::Language;
use crate::net::{Mac, Moment};
use crate::observe::{DhcpServer, Inventory};
use crate::site::Plan;
use crate::wire::arp::PROBE_NUM;

/// An address offered, and who holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerOffersOccupiedAddress {
    /// The address.
    pub ip: IpAddr,
    /// The server that offers it.
    pub server: Served,
    /// When it offered it first.
    #[serde(rename = "offered_ms")]
    pub offered: Moment,
    /// Who answers for it.
    pub holders: Vec<Holder>,
    /// The plan fixes the address, for this name.
    pub planned: Option<String>,
    /// How sure it is that somebody holds it: heard once, or again.
    pub confidence: Confidence,
}

/// Every address that was offered to us, and whoever else answers for it. We are the client that it was offered to.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let servers = inventory.dhcp_servers();
    let findings = servers.iter().flat_map(|server| server.offers.keys().filter_map(|&ip| of(inventory, plan, server, ip)));
    let unasked = |ip: &Ipv4Addr| !inventory.is_ours((*ip).into()) && inventory.told().times_probed(*ip) < PROBE_NUM;
    let missed = servers.iter().flat_map(|server| server.offers.keys()).any(unasked);
    let gap = dhcp_gap(inventory).or(missed.then_some(Reason::OffersNotProbed));
    Verdict::of(findings.collect(), gap.map_or(Verdict::Clear, Verdict::NotTested))
}

fn of(inventory: &Inventory, plan: &Plan, server: &DhcpServer, offered: Ipv4Addr) -> Option<Finding> {
    let ip = IpAddr::V4(offered);
    // Ours: a server that goes by the card offers what we have.
    if inventory.is_ours(ip) {
        return None;
    }
    let contest = Contest::of(inventory, plan, ip, &inventory.claims_of(ip));
    let cards: Vec<Mac> = contest.virtual_cards.iter().chain(contest.devices.iter().flatten()).copied().collect();
    let holders: Vec<Holder> = cards
        .iter()
        .filter(|&&mac| !inventory.is_our_card(mac))
        .map(|&mac| Holder::of(inventory, plan, ip, mac))
        .collect();
    if holders.is_empty() {
        return None;
    }
    let again = holders.iter().any(|holder| holder.answers > 1);
    let offer = server.offers.get(&offered)?;
    let mut seen = vec![offer.clone()];
    seen.extend(evidence(inventory, ip, &cards));
    let problem = ServerOffersOccupiedAddress {
        ip,
        server: Served::of(inventory, plan, server),
        offered: offer.at,
        planned: plan.fixed.iter().find(|fixed| IpAddr::V4(fixed.address) == ip).map(|fixed| fixed.name.clone()),
        confidence: if again { Confidence::Likely } else { Confidence::Possible },
        holders,
    };
    Some(Finding::new(Severity::Broken, Problem::ServerOffersOccupiedAddress(problem), seen))
}

impl ServerOffersOccupiedAddress {
    /// When and how often the holders were heard, in the reader's numbers.
    fn heard(&self, language: Language) -> (String, u32) {
        let first = self.holders.iter().map(|holder| holder.first).min().unwrap_or_default();
        let seconds = format!("{:.2} s", first.ms() as f64 / 1000.0);
        let answers = self.holders.iter().map(|holder| holder.answers).fold(0, u32::saturating_add);
        (language.pick(seconds.clone(), seconds.replace('.', ",")), answers)
    }
}

impl Explain for ServerOffersOccupiedAddress {
    fn english(&self) -> Wording {
        let (ip, server) = (self.ip, self.server.say(Language::En));
        let holders = holder::list(&self.holders, Language::En);
        let (first, answers) = self.heard(Language::En);
        let answer = if self.holders.len() == 1 { "answers" } else { "answer" };
        let origin = match &self.planned {
            Some(name) => format!("the plan fixes {ip} for {name}: the server's range or reservations do not know of it"),
            None => "the address was set by hand inside the server's range, or another server leased it".to_owned(),
        };
        Wording {
            title: format!("The DHCP server {} offers {ip}, which is in use", self.server.server),
            why: format!(
                "{server} offered {ip} to us. By ARP, {holders} {answer} for it, from {first} after the start ({answers}×): that is \
                 proved. Why is inferred ({}): {origin}. The next device that is given {ip} shares it: both work \
                 by turns, or refuse it and ask again and again.",
                sure(self.confidence, Language::En)
            ),
            remedy: vec![
                format!("Give {holders} an address outside the server's range, or set it to DHCP and reserve {ip} for its card."),
                format!("Until then exclude {ip} from the range on {}.", self.server.server),
                "Write fixed addresses into the plan, so that the next one is not taken from the range.".to_owned(),
                "Run trousse dhcp again: the server must offer another address.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, server) = (self.ip, self.server.say(Language::Fr));
        let holders = holder::list(&self.holders, Language::Fr);
        let (first, answers) = self.heard(Language::Fr);
        let answer = if self.holders.len() == 1 { "répond" } else { "répondent" };
        let origin = match &self.planned {
            Some(name) => format!("le plan fixe {ip} pour {name} : la plage ou les réservations du serveur n'en savent rien"),
            None => "l'adresse a été fixée à la main dans la plage du serveur, ou louée par un autre serveur".to_owned(),
        };
        Wording {
            title: format!("Le serveur DHCP {} propose {ip}, qui est occupée", self.server.server),
            why: format!(
                "{server} nous a proposé {ip}. Par ARP, {holders} {answer} pour elle, dès {first} après le début ({answers}×) : \
                 c'est prouvé. L'origine est déduite ({}) : {origin}. Le prochain appareil qui recevra {ip} la partagera : les deux \
                 fonctionneront tour à tour, ou il la refusera et redemandera sans fin.",
                sure(self.confidence, Language::Fr)
            ),
            remedy: vec![
                format!("Donnez à l'appareil ({holders}) une adresse hors de la plage du serveur, ou passez-le en DHCP et réservez {ip} pour sa carte."),
                format!("D'ici là, excluez {ip} de la plage sur {}.", self.server.server),
                "Notez les adresses fixes au plan, pour que la prochaine ne soit pas prise dans la plage.".to_owned(),
                "Relancez trousse dhcp : le serveur doit proposer une autre adresse.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Numbers are handed out that another device uses already.",
                "Give that device a number outside the range, or reserve it.",
            ],
            french: [
                "Des numéros sont distribués alors qu'un autre appareil les utilise déjà.",
                "Donner à cet appareil un numéro hors de la plage, ou le lui réserver.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        (ip == self.ip && self.holders.iter().any(|holder| holder.mac == mac)) || self.server.concerns(ip, mac)
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn holders(&self) -> &[Holder] {
        &self.holders
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Offered address in use",
            meaning: "A DHCP server offers an address that a device holds already. A careful client refuses it and asks again; another \
                      takes it, and both lose connections. It looks like a network that fails by chance.",
            seen: "Every address that a server offers to the laptop is asked for by ARP, three times, from 0.0.0.0 (RFC 5227, 2.1.1), as \
                   a client must (RFC 2131, 4.4.1). Somebody else answered. Servers ping before they offer, if at all: a device that \
                   does not answer ping is not seen by them, and Kea does not ping by itself.",
            lookalikes: "The laptop's own address, offered to it again, is none. A router that answers for others (proxy ARP) is left \
                         out. A device that leased the address from another server holds it rightly: then the two ranges overlap.",
            remedy: "Move the holder out of the range, or reserve the address for its card; exclude it from the range until then. Switch \
                     on the server's own check (ping-check, conflict detection) where it has one.",
        },
        Manual {
            title: "Adresse proposée mais occupée",
            meaning: "Un serveur DHCP propose une adresse qu'un appareil détient déjà. Un client prudent la refuse et redemande ; un autre \
                      la prend, et tous deux perdent des connexions. On croirait un réseau qui tombe en panne au hasard.",
            seen: "Chaque adresse qu'un serveur propose au portable est demandée par ARP, trois fois, depuis 0.0.0.0 (RFC 5227, 2.1.1), \
                   comme tout client doit le faire (RFC 2131, 4.4.1). Un autre a répondu. Les serveurs envoient au mieux un ping avant \
                   de proposer : un appareil qui n'y répond pas leur échappe, et Kea n'en envoie pas de lui-même.",
            lookalikes: "L'adresse du portable, qui lui est proposée de nouveau, n'en est pas une. Un routeur qui répond pour d'autres \
                         (proxy ARP) est écarté. Un appareil qui a loué l'adresse à un autre serveur la détient à bon droit : les deux \
                         plages se chevauchent alors.",
            remedy: "Sortez le détenteur de la plage, ou réservez l'adresse à sa carte ; d'ici là, excluez-la de la plage. Activez la \
                     vérification propre au serveur (ping-check, détection de conflit) s'il en a une.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, OURS, Scene, mac};
    use crate::observe::{Asked, DhcpAnswer, DhcpAsked, Fact};
    use crate::wire::dhcp::{Kind, Settings};

    fn ip(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, last)
    }

    /// A server offered 10.0.0.100 to us, and so many ARP requests asked for it.
    fn offered(times: u32) -> Scene {
        let answer = DhcpAnswer {
            how: Asked::Discover,
            kind: Kind::Offer,
            server: Some(ip(2)),
            mac: Mac([2, 0, 0, 0, 0, 9]),
            source: ip(2),
            relay: None,
            offered: Some(ip(100)),
            settings: Settings::default(),
        };
        let asked = DhcpAsked { informs: 2, discovers: 4, listened_ms: 4500, ..DhcpAsked::default() };
        Scene::swept()
            .fact(Fact::DhcpAsked(asked))
            .fact(Fact::DhcpAnswered(Box::new(answer)))
            .fact(Fact::OfferProbed { ip: ip(100), times })
    }

    #[test]
    fn somebody_else_who_answers_for_it_is_named_and_surer_when_heard_again() {
        let confidence = |scene: Scene| match &scene.found(judge)[0].problem {
            Problem::ServerOffersOccupiedAddress(problem) => {
                assert_eq!((problem.ip, problem.holders[0].mac), (ip(100).into(), mac(A)));
                problem.confidence
            }
            other => panic!("{other:?}"),
        };
        let once = offered(3).claim("10.0.0.100", A);
        assert_eq!(confidence(once.clone()), Confidence::Possible);
        assert_eq!(confidence(once.claim("10.0.0.100", A)), Confidence::Likely);
    }

    #[test]
    fn the_client_that_it_was_offered_to_may_hold_it() {
        assert_eq!(offered(3).claim("10.0.0.100", OURS).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_router_that_answers_for_others_holds_nothing() {
        let scene = offered(3).claim("10.0.0.100", A).forwards("10.0.0.100", A);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn it_is_clear_only_when_the_offer_was_asked_for_as_often_as_a_client_does() {
        assert_eq!(offered(3).verdict(judge), Verdict::Clear);
        assert_eq!(offered(2).verdict(judge), Verdict::NotTested(Reason::OffersNotProbed));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::DhcpNotAsked));
    }
}
