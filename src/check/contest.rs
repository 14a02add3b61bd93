//! Who holds an address that several cards claim: two devices by mistake, or one of the arrangements that only look so.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::check::virtual_address::Family;
use crate::net::Mac;
use crate::observe::{Inventory, Name, NameSource, Owner};
use crate::site::Plan;

/// A card that answers for at least this many addresses and was not shown to hold them is taken for a proxy.
pub const PROXY_ADDRESSES: usize = 4;

/// What became of the claims to one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contest {
    /// Virtual cards: VRRP, HSRP, clusters.
    pub virtual_cards: Vec<Mac>,
    /// Cards that answer for somebody else.
    pub proxies: Vec<Mac>,
    /// Cards that answer for an IPv6 address as one of several that may, or in somebody's place.
    pub yielding: Vec<Mac>,
    /// Real cards by device: two cards of one host are one device.
    pub devices: Vec<BTreeSet<Mac>>,
    /// A card of ours answers for it too.
    pub ours: bool,
    /// The plan says that several may hold it.
    pub declared: bool,
}

impl Contest {
    /// Sorts the claims to an address of others; ours are judged by `L3-own-address-taken`.
    pub fn of(inventory: &Inventory, plan: &Plan, ip: IpAddr, owners: &[(Mac, &Owner)]) -> Contest {
        let mut contest = Contest::default();
        let mut real = Vec::new();
        let mut ours = BTreeSet::new();
        for &(mac, owner) in owners {
            if inventory.is_our_card(mac) {
                ours.insert(mac);
            } else if Family::of(mac).is_some() {
                contest.virtual_cards.push(mac);
            } else if ip.is_ipv6() && owner.yields() {
                contest.yielding.push(mac);
            } else if is_proxy(inventory, ip, mac) {
                contest.proxies.push(mac);
            } else {
                real.push(mac);
            }
        }
        contest.ours = !ours.is_empty();
        contest.devices = devices(inventory, ip, &real);
        // Another card of ours may hold it; a stranger beside that card is a rival of this very laptop.
        if !contest.devices.is_empty() && contest.ours {
            contest.devices.push(ours);
        }
        contest.declared = shared_by_plan(plan, ip, &real);
        contest
    }

    /// The cards of two or more devices that hold the address and should not.
    pub fn rivals(&self) -> Vec<Mac> {
        let several = self.devices.len() > 1 && !self.declared;
        if several { self.devices.iter().flatten().copied().collect() } else { Vec::new() }
    }
}

/// Every address that somebody else claims, with what became of the claims.
pub fn contests(inventory: &Inventory, plan: &Plan) -> Vec<(IpAddr, Contest)> {
    inventory
        .claimed()
        .filter(|(ip, _)| !inventory.is_ours(*ip))
        .map(|(ip, owners)| (ip, Contest::of(inventory, plan, ip, &owners)))
        .collect()
}

/// Whether a card answers for an address that is another's. What it said itself counts before how many it answers for.
fn is_proxy(inventory: &Inventory, ip: IpAddr, mac: Mac) -> bool {
    let Some(owner) = inventory.claim(ip, mac) else { return false };
    if owner.forwards {
        return true;
    }
    // A host has as many IPv6 addresses as it likes.
    if owner.echo_ttl.is_some() || ip.is_ipv6() {
        return false;
    }
    answers_for_many(inventory, mac)
}

/// Whether a card answers for so many addresses that it is taken for a proxy, unless it holds them.
pub fn answers_for_many(inventory: &Inventory, mac: Mac) -> bool {
    inventory
        .addresses_of(mac)
        .filter(|&ip| ip.is_ipv4() && inventory.claim(ip, mac).is_some_and(|owner| owner.echo_ttl.is_none()))
        .nth(PROXY_ADDRESSES - 1)
        .is_some()
}

/// Groups the cards that are one host: the same pair answers for another address too, and nothing tells them apart.
fn devices(inventory: &Inventory, ip: IpAddr, cards: &[Mac]) -> Vec<BTreeSet<Mac>> {
    let mut devices: Vec<BTreeSet<Mac>> = Vec::new();
    for &card in cards {
        let same = devices.iter_mut().find(|device| device.iter().any(|&other| one_host(inventory, ip, other, card)));
        match same {
            Some(device) => drop(device.insert(card)),
            None => devices.push(BTreeSet::from([card])),
        }
    }
    devices
}

fn one_host(inventory: &Inventory, ip: IpAddr, a: Mac, b: Mac) -> bool {
    // Of IPv6, a host answers by the card that has the address only.
    ip.is_ipv4() && common_addresses(inventory, a, b).iter().any(|&other| other != ip) && !told_apart(inventory, ip, a, b)
}

/// The IPv4 addresses that both cards claim.
pub fn common_addresses(inventory: &Inventory, a: Mac, b: Mac) -> Vec<IpAddr> {
    inventory.addresses_of(a).filter(|&ip| ip.is_ipv4() && inventory.claim(ip, b).is_some()).collect()
}

/// Whether the two cards gave different names by the same protocol, or answer echoes with different TTLs: two systems.
fn told_apart(inventory: &Inventory, ip: IpAddr, a: Mac, b: Mac) -> bool {
    let (Some(a), Some(b)) = (inventory.claim(ip, a), inventory.claim(ip, b)) else { return false };
    let of = |owner: &Owner, source: NameSource| -> BTreeSet<Name> {
        owner.names.iter().filter(|name| name.source == source).cloned().collect()
    };
    let names_differ = [NameSource::NetBios, NameSource::Mdns, NameSource::Llmnr].into_iter().any(|source| {
        let (a, b) = (of(a, source), of(b, source));
        !a.is_empty() && !b.is_empty() && a.is_disjoint(&b)
    });
    names_differ || a.echo_ttl.zip(b.echo_ttl).is_some_and(|(a, b)| a != b)
}

fn shared_by_plan(plan: &Plan, ip: IpAddr, cards: &[Mac]) -> bool {
    let IpAddr::V4(ip) = ip else { return false };
    plan.shared(ip).is_some_and(|shared| shared.macs.is_empty() || cards.iter().all(|card| shared.macs.contains(card)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, SIBLING, Scene, address, macs};

    /// What became of the claims to an address.
    fn contest(scene: &Scene, ip: &str) -> Contest {
        let (inventory, plan) = scene.seen();
        let mut all = contests(&inventory, plan).into_iter();
        all.find(|(other, _)| *other == address(ip)).map(|(_, contest)| contest).expect("somebody claims it")
    }

    fn devices_of(scene: &Scene, ip: &str) -> Vec<Vec<Mac>> {
        contest(scene, ip).devices.into_iter().map(|device| device.into_iter().collect()).collect()
    }

    #[test]
    fn every_claim_is_of_a_virtual_card_a_proxy_or_a_device() {
        let virtual_card = "00:00:5e:00:01:07";
        let scene = Scene::swept().claims(&["10.0.0.9"], &[virtual_card, A, B]).forwards("10.0.0.9", B);
        let contest = contest(&scene, "10.0.0.9");
        assert_eq!((contest.virtual_cards.clone(), contest.proxies.clone()), (macs(&[virtual_card]), macs(&[B])));
        assert_eq!(contest.devices, [BTreeSet::from_iter(macs(&[A]))]);
        assert!(contest.rivals().is_empty());
    }

    #[test]
    fn a_third_card_joins_the_device_whose_card_it_shares_another_address_with() {
        let scene = Scene::swept().claims(&["10.0.0.9", "10.0.0.10"], &[A, B]).claim("10.0.0.9", C).claim("10.0.0.11", C);
        assert_eq!(devices_of(&scene, "10.0.0.9"), [macs(&[A, B]), macs(&[C])]);
        assert_eq!(devices_of(&scene.claim("10.0.0.10", C), "10.0.0.9"), [macs(&[A, B, C])]);
    }

    #[test]
    fn an_echo_that_a_card_answers_is_one_address_less_that_it_answers_for() {
        let four = ["10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.13"];
        let scene = Scene::swept().claims(&four, &[A]);
        assert_eq!(contest(&scene, four[3]).proxies, macs(&[A]));
        assert!(contest(&scene.echo(four[0], A, 64), four[3]).proxies.is_empty());
    }

    #[test]
    fn names_of_different_protocols_are_not_compared() {
        let scene = Scene::swept().claims(&["10.0.0.9", "10.0.0.10"], &[A, B]).named("10.0.0.9", A, "SRV");
        let mdns = crate::observe::Fact::Named {
            ip: address("10.0.0.9"),
            mac: Some(macs(&[B])[0]),
            name: "srv.local".into(),
            source: NameSource::Mdns,
        };
        assert_eq!(devices_of(&scene.fact(mdns), "10.0.0.9"), [macs(&[A, B])]);
    }

    #[test]
    fn our_other_card_is_a_device_of_its_own_beside_a_stranger() {
        let scene = Scene::swept().claims(&["10.0.0.9"], &[SIBLING, A]);
        assert_eq!(contest(&scene, "10.0.0.9").rivals(), macs(&[A, SIBLING]));
    }
}
