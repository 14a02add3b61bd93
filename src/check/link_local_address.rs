//! A device gave itself a 169.254 address: it asked for one and nobody answered.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_address::evidence;
use super::holder::{Holder, list};
use super::served::serving;
use super::{Problem, clear_or_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Observation};
use crate::site::Plan;

/// A device and the address that it gave itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkLocal {
    /// The address.
    pub ip: IpAddr,
    /// Its card.
    pub mac: Mac,
    /// It is this laptop.
    pub ours: bool,
}

/// The devices without a given address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkLocalAddress {
    /// Each of them.
    pub hosts: Vec<LinkLocal>,
    /// What is known of each of the first ones, this laptop left out.
    pub holders: Vec<Holder>,
}

/// Devices that are told apart; all of them are listed.
const TOLD: usize = 6;

/// A card that claims an address of 169.254/16 (RFC 3927) and no other. One that has another as well is well.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let is_link_local = |ip: &IpAddr| matches!(ip, IpAddr::V4(ip) if ip.is_link_local());
    let mut hosts = Vec::new();
    let mut holders = Vec::new();
    let mut seen: Vec<Observation> = Vec::new();
    if let Some(card) = inventory.card()
        && !card.addresses.is_empty()
        && card.addresses.iter().all(|net| net.addr().is_link_local())
    {
        hosts.extend(card.addresses.first().map(|net| LinkLocal { ip: net.addr().into(), mac: card.mac, ours: true }));
    }
    for (ip, owners) in inventory.claimed().filter(|(ip, _)| is_link_local(ip)) {
        for (mac, _) in owners {
            if inventory.is_our_card(mac) || inventory.addresses_of(mac).any(|other| other.is_ipv4() && !is_link_local(&other)) {
                continue;
            }
            hosts.push(LinkLocal { ip, mac, ours: false });
            if holders.len() < TOLD {
                holders.push(Holder::of(inventory, plan, ip, mac));
                seen.extend(evidence(inventory, ip, &[mac]));
            }
        }
    }
    if hosts.is_empty() {
        return clear_or_gap(inventory);
    }
    let problem = Problem::LinkLocalAddress(LinkLocalAddress { hosts, holders });
    let mut finding = Finding::new(Severity::Broken, problem, seen);
    let asked = inventory.dhcp().coverage().discovers > 0;
    if asked && serving(inventory).is_empty() {
        finding.because_of = Some("L3-no-dhcp-server".to_owned());
    }
    Verdict::Found(vec![finding])
}

impl LinkLocalAddress {
    /// Who, in one sentence: the laptop first.
    fn who(&self, language: Language) -> String {
        let laptop = self.hosts.iter().find(|host| host.ours).map(|host| {
            let ip = host.ip;
            language.pick(format!("This laptop has {ip}"), format!("Ce portable a {ip}"))
        });
        let others = (!self.holders.is_empty()).then(|| {
            let addresses: Vec<String> = self.hosts.iter().filter(|host| !host.ours).take(TOLD).map(|host| host.ip.to_string()).collect();
            let (who, addresses) = (list(&self.holders, language), addresses.join(", "));
            let (have, ont) = if self.holders.len() > 1 { ("have", "ont") } else { ("has", "a") };
            language.pick(format!("{who} {have} {addresses}"), format!("{who} {ont} {addresses}"))
        });
        laptop.into_iter().chain(others).collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }

    fn title(&self, language: Language) -> String {
        match self.hosts.as_slice() {
            [one] => {
                let ip = one.ip;
                language.pick(format!("A device got no address and gave itself {ip}"), format!("Un appareil n'a pas reçu d'adresse et s'est donné {ip}"))
            }
            many => {
                let count = many.len();
                language.pick(
                    format!("{count} devices got no address and gave themselves one of 169.254"),
                    format!("{count} appareils n'ont pas reçu d'adresse et s'en sont donné une en 169.254"),
                )
            }
        }
    }
}

impl Explain for LinkLocalAddress {
    fn english(&self) -> Wording {
        Wording {
            title: self.title(Language::En),
            why: format!(
                "{}. That is what a device does that is set to DHCP and gets no answer (RFC 3927): it reaches no other network, and \
                 none of those with a given address.",
                self.who(Language::En)
            ),
            remedy: vec![
                "Check that a DHCP server answers on this segment (trousse dhcp) and that its range has free addresses.".to_owned(),
                "Check the VLAN of the device's port, and on a switch with port security that the device is let in.".to_owned(),
                "Restart the device, or renew its address (ipconfig /renew), and run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        Wording {
            title: self.title(Language::Fr),
            why: format!(
                "{}. C'est ce que fait un appareil en DHCP à qui personne ne répond (RFC 3927) : il ne joint aucun autre réseau, ni \
                 aucun appareil ayant une adresse attribuée.",
                self.who(Language::Fr)
            ),
            remedy: vec![
                "Vérifiez qu'un serveur DHCP répond sur ce segment (trousse dhcp) et que sa plage a des adresses libres.".to_owned(),
                "Vérifiez le VLAN du port de l'appareil et, si le commutateur filtre par port, que l'appareil y est admis.".to_owned(),
                "Redémarrez l'appareil, ou renouvelez son adresse (ipconfig /renew), puis relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device found nobody to give it a number: it reaches nothing.",
                "Look at its cable, and at what hands out the numbers.",
            ],
            french: [
                "Un appareil n'a trouvé personne pour lui donner un numéro : il n'accède à rien.",
                "Vérifier son câble, et ce qui distribue les numéros.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.hosts.iter().any(|host| host.ip == ip && host.mac == mac)
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }

    fn holders(&self) -> &[Holder] {
        &self.holders
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        matches!(cause, Problem::NoDhcpServer(_))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Link-local address (169.254)",
            meaning: "A device that is set to DHCP got no answer and gave itself an address of 169.254.0.0/16. It is on the segment and \
                      reaches nothing that others reach.",
            seen: "ARP heard from a card that claims such an address (RFC 3927, 2.4) and no other; or the laptop's own address. Such \
                   devices are not asked, since 65,534 addresses are too many: they are heard when they speak.",
            lookalikes: "A device that keeps a 169.254 address beside a given one, as printers and Macs do, is well and is not reported. \
                         Two devices joined by a cord on purpose have such addresses by right.",
            remedy: "Find out why DHCP does not answer that device: the server, its free addresses, the VLAN, the port.",
        },
        Manual {
            title: "Adresse locale du lien (169.254)",
            meaning: "Un appareil en DHCP n'a pas obtenu de réponse et s'est donné une adresse en 169.254.0.0/16. Il est sur le segment \
                      et ne joint rien de ce que joignent les autres.",
            seen: "L'ARP d'une carte qui revendique une telle adresse (RFC 3927, 2.4) et aucune autre ; ou l'adresse du portable. Ces \
                   appareils ne sont pas interrogés, 65 534 adresses étant trop : on les entend quand ils parlent.",
            lookalikes: "Un appareil qui garde une adresse en 169.254 à côté d'une adresse attribuée, comme le font imprimantes et Mac, \
                         va bien et n'est pas signalé. Deux appareils reliés exprès par un cordon ont de telles adresses à bon droit.",
            remedy: "Cherchez pourquoi le DHCP ne répond pas à cet appareil : le serveur, ses adresses libres, le VLAN, le port.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};
    use crate::finding::Reason;
    use crate::observe::{Claim, DhcpAsked, Fact};

    #[test]
    fn a_device_that_gave_itself_an_address_is_found_with_its_cause() {
        let scene = Scene::swept().says("169.254.9.7", A, Claim::Request).claim("10.0.0.7", B);
        let found = scene.found(judge);
        assert_eq!((found[0].severity, found[0].because_of.as_deref()), (Severity::Broken, None));
        let asked = Fact::DhcpAsked(DhcpAsked { informs: 2, discovers: 4, listened_ms: 4500, ..DhcpAsked::default() });
        let found = scene.fact(asked).found(judge);
        assert_eq!(found[0].because_of.as_deref(), Some("L3-no-dhcp-server"));
    }

    #[test]
    fn one_that_has_a_given_address_as_well_is_not() {
        let scene = Scene::swept().says("169.254.9.7", A, Claim::Announcement).claim("10.0.0.7", A);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn the_laptop_itself_may_be_one() {
        let addresses = vec!["169.254.3.3/16".parse().expect("a prefix")];
        let card = Fact::OurCard { mac: Mac([2; 6]), addresses, siblings: vec![] };
        let found = Scene::capture().fact(card).found(judge);
        let Problem::LinkLocalAddress(problem) = &found[0].problem else { panic!("{found:?}") };
        assert!(problem.hosts[0].ours && problem.english().why.starts_with("This laptop has 169.254.3.3."));
    }

    #[test]
    fn a_capture_in_which_none_was_heard_does_not_say_clear() {
        assert_eq!(Scene::capture().verdict(judge), Verdict::NotTested(Reason::NothingAsked));
    }
}
