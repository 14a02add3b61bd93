//! A device speaks on this segment with an address of another network: it was moved, or set by hand for elsewhere.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_address::evidence;
use super::holder::{Holder, list};
use super::served::{answers_us, serving};
use super::{Problem, clear_or_gap, gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Ipv4Net, Mac, Moment};
use crate::observe::{Card, Claim, Fact, Inventory, Observation, Owner};
use crate::site::Plan;

/// A device whose address is of no network of this segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WrongSubnet {
    /// Its address.
    pub ip: IpAddr,
    /// Its card.
    pub mac: Mac,
    /// It is this laptop.
    pub ours: bool,
    /// The networks of the segment: those of the plan, of DHCP offers and of our card.
    #[schemars(with = "Vec<String>")]
    pub networks: Vec<Ipv4Net>,
    /// What is known of the device; nothing of this laptop.
    pub holder: Option<Holder>,
}

/// How much of an address makes a network where nobody says its mask.
const USUAL_LENGTH: u8 = 24;
/// Devices that are reported one by one; a forger must not fill the report.
const REPORTED: usize = 32;

/// Every card that was heard to speak by itself in the name of an address outside the networks of the segment.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let own: Vec<Ipv4Net> = inventory.card().map(|card| card.addresses.clone()).unwrap_or_default();
    let own: Vec<Ipv4Net> = own.into_iter().filter(|net| !net.addr().is_link_local()).collect();
    let given: BTreeSet<Ipv4Net> = plan.networks.iter().map(|network| network.prefix.trunc()).chain(offered(inventory)).collect();
    let mut networks = given.clone();
    let mut findings = Vec::new();
    for net in &own {
        if given.is_empty() || given.iter().any(|network| network.contains(&net.addr())) {
            networks.insert(net.trunc());
        }
    }
    if networks.is_empty() {
        return Verdict::NotTested(gap(inventory).unwrap_or(Reason::NoAddressOfOurs));
    }
    let all: Vec<Ipv4Net> = networks.iter().copied().collect();
    if let Some(card) = inventory.card() {
        for net in own.iter().filter(|net| !networks.contains(&net.trunc()) && !all.iter().any(|network| network.contains(&net.addr()))) {
            let seen = Observation { at: Moment::default(), frame: None, fact: our_card(card) };
            let problem = WrongSubnet { ip: net.addr().into(), mac: card.mac, ours: true, networks: all.clone(), holder: None };
            findings.push(Finding::new(Severity::Degraded, Problem::WrongSubnet(problem), vec![seen]));
        }
    }
    let inside = |ip: Ipv4Addr| all.iter().chain(&own).any(|network| network.contains(&ip));
    // A device with an address in each network, a router mostly, shows that the other one is meant to be here.
    let at_home = |mac: Mac| inventory.addresses_of(mac).any(|ip| matches!(ip, IpAddr::V4(ip) if inside(ip)));
    let usual = |ip: Ipv4Addr| Ipv4Net::new(ip, USUAL_LENGTH).map(|net| net.trunc()).ok();
    let foreign = || {
        inventory.claimed().filter_map(|(ip, owners)| match ip {
            IpAddr::V4(ip) if !inside(ip) && !ip.is_link_local() => Some((ip, owners)),
            _ => None,
        })
    };
    let meant: BTreeSet<Ipv4Net> =
        foreign().filter(|(_, owners)| owners.iter().any(|(mac, _)| at_home(*mac))).filter_map(|(ip, _)| usual(ip)).collect();
    let gateways: BTreeSet<IpAddr> = inventory.path().gateways().collect();
    // A device is one case, whatever the number of its addresses.
    let mut told = BTreeSet::new();
    for (ip, owners) in foreign() {
        let known = gateways.contains(&IpAddr::V4(ip)) || usual(ip).is_some_and(|net| meant.contains(&net));
        for (mac, owner) in owners {
            let silent = known || !spoke(owner) || inventory.is_our_card(mac);
            if silent || findings.len() >= REPORTED || !told.insert(mac) {
                continue;
            }
            let holder = Some(Holder::of(inventory, plan, ip.into(), mac));
            let problem = WrongSubnet { ip: ip.into(), mac, ours: false, networks: all.clone(), holder };
            let seen = evidence(inventory, ip.into(), &[mac]);
            findings.push(Finding::new(Severity::Degraded, Problem::WrongSubnet(problem), seen));
        }
    }
    Verdict::of(findings, clear_or_gap(inventory))
}

/// The subnets of the addresses that DHCP servers offered to us.
fn offered(inventory: &Inventory) -> Vec<Ipv4Net> {
    let servers = serving(inventory);
    let offers = servers.iter().filter(|server| answers_us(server)).filter_map(|server| server.offered.zip(server.settings.mask));
    offers.filter_map(|(ip, mask)| Ipv4Net::with_netmask(ip, mask).ok()).map(|net| net.trunc()).collect()
}

/// It asked or announced by itself; an answer for an address may be another's, given by a router (proxy ARP).
fn spoke(owner: &Owner) -> bool {
    let by_itself = |fact: &Fact| {
        matches!(fact, Fact::AddressClaimed { how: Claim::Request | Claim::Announcement, via: None, .. })
    };
    owner.evidence.iter().any(|seen| by_itself(&seen.fact))
}

fn our_card(card: &Card) -> Fact {
    Fact::OurCard { mac: card.mac, addresses: card.addresses.clone(), siblings: card.siblings.clone() }
}

impl WrongSubnet {
    fn networks(&self) -> String {
        self.networks.iter().map(Ipv4Net::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Explain for WrongSubnet {
    fn english(&self) -> Wording {
        let (ip, networks) = (self.ip, self.networks());
        if self.ours {
            return Wording {
                title: format!("This laptop's address {ip} is of another network"),
                why: format!(
                    "The network here is {networks}. With {ip} the laptop reaches no device of it, and what this report says of other \
                     addresses is said from outside."
                ),
                remedy: vec![
                    "Set the laptop to DHCP, or give it a free address of the network here.".to_owned(),
                    "If the address is right, this outlet is in another VLAN, or the plan or the DHCP server is wrong.".to_owned(),
                    "Run the same command again.".to_owned(),
                ],
            };
        }
        Wording {
            title: format!("{ip} is of another network than this one"),
            why: format!(
                "{} speaks here as {ip}, and the network here is {networks}. It finds neither the devices nor the gateway of this network.",
                list(self.holder.as_slice(), Language::En)
            ),
            remedy: vec![
                "Find the device by its maker, its name and its MAC (the switch's address table tells the port).".to_owned(),
                "If it belongs here, set it to DHCP or give it an address of this network. If it belongs to another network, move its cable or the VLAN of its port.".to_owned(),
                format!("If a second network is meant to be on this cable, write it in the plan ([[network]]); {ip} is then no fault."),
                "Run the same command again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, networks) = (self.ip, self.networks());
        if self.ours {
            return Wording {
                title: format!("L'adresse {ip} de ce portable est d'un autre réseau"),
                why: format!(
                    "Ici, le réseau est {networks}. Avec {ip}, le portable n'y joint aucun appareil, et ce que ce rapport dit des autres \
                     adresses est dit de l'extérieur."
                ),
                remedy: vec![
                    "Passez le portable en DHCP, ou donnez-lui une adresse libre du réseau d'ici.".to_owned(),
                    "Si l'adresse est juste, c'est que cette prise est dans un autre VLAN, ou que le plan ou le serveur DHCP se trompe.".to_owned(),
                    "Relancez la même commande.".to_owned(),
                ],
            };
        }
        Wording {
            title: format!("{ip} est d'un autre réseau que celui-ci"),
            why: format!(
                "{} parle ici sous {ip}, alors que le réseau est {networks}. L'appareil ne trouve ni les appareils ni la passerelle de ce réseau.",
                list(self.holder.as_slice(), Language::Fr)
            ),
            remedy: vec![
                "Retrouvez l'appareil par son fabricant, son nom et sa MAC (la table d'adresses du commutateur donne le port).".to_owned(),
                "S'il est à sa place, passez-le en DHCP ou donnez-lui une adresse de ce réseau. S'il est d'un autre réseau, déplacez son câble ou changez le VLAN de son port.".to_owned(),
                format!("Si un second réseau est voulu sur ce câble, écrivez-le au plan ([[network]]) ; {ip} n'est alors plus une anomalie."),
                "Relancez la même commande.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device has a number of another network: it reaches nothing here.",
                "Set it to receive its number by itself.",
            ],
            french: [
                "Un appareil a un numéro d'un autre réseau : il n'accède à rien ici.",
                "Le mettre en numérotation automatique.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && mac == self.mac
    }

    fn subject(&self) -> Subject {
        Subject::cards(&[self.mac])
    }

    fn holders(&self) -> &[Holder] {
        self.holder.as_slice()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Address of another network",
            meaning: "A device on this segment has an address that belongs elsewhere: set by hand for another site, left from before a \
                      renumbering, still at its factory address, or plugged into the wrong VLAN. It works with nobody here.",
            seen: "ARP requests and announcements (RFC 826; RFC 5227, 3) heard from a card whose address is in no network of the plan, \
                   of a DHCP offer or of the laptop's card; and the laptop's own address, against the plan and the offers. Devices that \
                   keep silent are not heard.",
            lookalikes: "A router with an address in both networks shows that the second network is meant: its devices are not reported. \
                         Answers by proxy ARP are not taken for the device's own word. Networks that the plan names are right.",
            remedy: "Set the device to DHCP, give it an address of this network, or put it back into its own.",
        },
        Manual {
            title: "Adresse d'un autre réseau",
            meaning: "Un appareil du segment a une adresse d'ailleurs : réglée à la main pour un autre site, restée d'avant un \
                      changement de plan, adresse d'usine, ou appareil branché dans le mauvais VLAN. Il ne fonctionne ici avec personne.",
            seen: "Requêtes et annonces ARP (RFC 826 ; RFC 5227, 3) d'une carte dont l'adresse n'est d'aucun réseau du plan, d'une offre \
                   DHCP ou de la carte du portable ; et l'adresse du portable, face au plan et aux offres. Les appareils muets ne \
                   s'entendent pas.",
            lookalikes: "Un routeur ayant une adresse dans chacun des réseaux montre que le second est voulu : ses appareils ne sont pas \
                         signalés. Une réponse en proxy ARP n'est pas prise pour la parole de l'appareil. Les réseaux du plan sont bons.",
            remedy: "Passez l'appareil en DHCP, donnez-lui une adresse de ce réseau, ou remettez-le dans le sien.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, OURS, SIBLING, Scene};

    #[test]
    fn a_device_that_speaks_from_another_network_is_found() {
        let found = Scene::swept().says("192.168.1.50", A, Claim::Request).claim("10.0.0.7", B).found(judge);
        let Problem::WrongSubnet(wrong) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!((found.len(), wrong.ip, wrong.ours), (1, IpAddr::from([192, 168, 1, 50]), false));
        assert!(wrong.french().why.contains("10.0.0.0/24"), "{:?}", wrong.french());
    }

    #[test]
    fn a_router_in_both_networks_shows_that_the_second_one_is_meant() {
        let scene = Scene::swept().says("192.168.1.1", A, Claim::Request).claim("10.0.0.254", A).says("192.168.1.50", B, Claim::Request);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn answers_for_others_link_local_addresses_our_own_cards_and_planned_networks_are_none() {
        let scene = Scene::swept()
            .says("192.168.1.50", A, Claim::Overheard)
            .says("169.254.3.3", B, Claim::Request)
            .says("192.168.8.8", SIBLING, Claim::Request)
            .says("10.9.0.3", B, Claim::Announcement)
            .plan("[[network]]\nprefix = \"10.9.0.0/24\"\n[[network]]\nprefix = \"10.0.0.0/24\"");
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn the_laptop_itself_may_be_the_one() {
        let found = Scene::swept().plan("[[network]]\nprefix = \"10.9.0.0/24\"").found(judge);
        let Problem::WrongSubnet(wrong) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!((wrong.ours, wrong.mac.to_string().as_str(), found.len()), (true, OURS, 1));
    }

    #[test]
    fn a_capture_without_a_plan_does_not_know_which_network_is_meant() {
        let heard = Scene::capture().says("192.168.1.50", A, Claim::Request);
        assert_eq!(heard.verdict(judge), Verdict::NotTested(Reason::NothingAsked));
    }
}
