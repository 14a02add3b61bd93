//! The devices of the plan against what was heard: the ground of the checks of who is missing, elsewhere, or not in it.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::answers_for_many;
use super::gap;
use super::virtual_address::Family;
use crate::finding::Reason;
use crate::net::{Ipv4Net, Mac, Targets};
use crate::observe::{Inventory, NameSource};
use crate::site::{Fixed, Plan};

/// Places that are told of one device.
const PLACES: usize = 8;

/// A card at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct At {
    /// The address.
    pub ip: IpAddr,
    /// The card.
    pub mac: Mac,
}

/// What became of a device of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is at its address.
    Present(Vec<Mac>),
    /// Its address is held by cards that are not its own.
    OtherCard(Vec<Mac>),
    /// It is at other addresses, and not at its own.
    Elsewhere(Vec<At>),
    /// Nobody answered for its address, which was asked through.
    Missing,
    /// Its address was not asked, or not to the end.
    NotAsked,
}

/// The plan beside what was heard.
pub struct Roll<'a> {
    inventory: &'a Inventory,
    plan: &'a Plan,
    /// Everything was heard out.
    whole: bool,
    /// Who said that it is called so, where the plan calls a device so whose card it does not tell.
    named: HashMap<String, Vec<At>>,
}

/// A name as two that tell it compare: the host's part, in whatever case (RFC 4343).
fn host_part(name: &str) -> String {
    name.split('.').next().unwrap_or_default().to_lowercase()
}

impl<'a> Roll<'a> {
    /// Lays them side by side.
    pub fn of(inventory: &'a Inventory, plan: &'a Plan) -> Roll<'a> {
        let by_name = plan.fixed.iter().filter(|fixed| fixed.mac.is_none());
        let mut named: HashMap<String, Vec<At>> = by_name.map(|fixed| (host_part(&fixed.name), Vec::new())).collect();
        named.remove("");
        if !named.is_empty() {
            for (ip, owners) in inventory.claimed().filter(|(ip, _)| ip.is_ipv4() && !inventory.is_ours(*ip)) {
                for (mac, owner) in owners {
                    // What a DNS server says of an address may be years old; what a device says of itself is not.
                    let own = owner.names.iter().filter(|name| name.source != NameSource::Dns).map(|name| host_part(&name.name));
                    for name in own.collect::<HashSet<_>>() {
                        if let Some(places) = named.get_mut(&name) {
                            places.push(At { ip, mac });
                        }
                    }
                }
            }
        }
        Roll { inventory, plan, whole: gap(inventory).is_none(), named }
    }

    /// Whether it is known who is at an address: somebody answered for it, or it was asked through to the end, on our own
    /// segment.
    pub fn is_asked(&self, ip: Ipv4Addr) -> bool {
        self.whole && self.is_near(ip) && self.is_settled(ip)
    }

    fn is_near(&self, ip: Ipv4Addr) -> bool {
        self.inventory.card().is_some_and(|card| card.addresses.iter().any(|net| net.contains(&ip)))
    }

    /// Who answered is not asked a second time.
    fn is_settled(&self, ip: Ipv4Addr) -> bool {
        let inventory = self.inventory;
        inventory.reach().holds(ip) || !inventory.claims_of(ip.into()).is_empty() || inventory.is_ours(ip.into())
    }

    /// Why it is not known of every device that the plan has on our segment whether it is there.
    pub fn unasked(&self) -> Option<Reason> {
        let mut near = self.plan.fixed.iter().map(|fixed| fixed.address).filter(|ip| self.is_near(*ip)).peekable();
        if near.peek().is_none() {
            return Some(Reason::NoDevicePlanned);
        }
        let count = near.filter(|ip| !self.is_settled(*ip)).count() as u32;
        (count > 0).then_some(Reason::PlannedNotAsked { count })
    }

    /// Whether every address that a network has on our segment was asked through; `None` where it has none there.
    pub fn is_asked_throughout(&self, network: Ipv4Net) -> Option<bool> {
        let own = self.inventory.card().map(|card| card.addresses.as_slice()).unwrap_or_default();
        let common = |net: &Ipv4Net| match (net.contains(&network), network.contains(&net.trunc())) {
            (true, _) => Some(network),
            (_, true) => Some(net.trunc()),
            _ => None,
        };
        let wanted: Vec<Targets> = own.iter().filter_map(common).map(Targets::of_prefix).collect();
        let heard = self.inventory.claimed().filter_map(|(ip, _)| match ip {
            IpAddr::V4(ip) => Some(ip),
            IpAddr::V6(_) => None,
        });
        let known =
            Targets::of_addresses(heard.chain(own.iter().map(Ipv4Net::addr))).union(self.inventory.reach().targets().clone());
        (!wanted.is_empty()).then(|| wanted.iter().all(|wanted| known.covers(wanted)))
    }

    /// What became of a device of the plan.
    pub fn standing(&self, fixed: &Fixed) -> Standing {
        let holders: Vec<Mac> = self.inventory.claims_of(fixed.address.into()).into_iter().map(|(mac, _)| mac).collect();
        let ours = self.inventory.card().filter(|_| self.inventory.is_ours(fixed.address.into())).map(|card| card.mac);
        let holders: Vec<Mac> = holders.into_iter().chain(ours).collect();
        // A virtual card is the device's own: a router, or a cluster.
        let at_home = holders.iter().any(|&mac| fixed.mac.is_none_or(|own| own == mac) || Family::of(mac).is_some());
        if at_home {
            return Standing::Present(holders);
        }
        let asked = self.is_asked(fixed.address);
        let elsewhere = if asked { self.elsewhere(fixed) } else { Vec::new() };
        match (elsewhere.is_empty(), holders.is_empty()) {
            (false, _) => Standing::Elsewhere(elsewhere),
            (true, false) => Standing::OtherCard(holders),
            (true, true) if asked => Standing::Missing,
            (true, true) => Standing::NotAsked,
        }
    }

    /// The cards that hold the address of a device for themselves, where its own, which the plan tells, does not.
    pub fn in_place_of(&self, fixed: &Fixed) -> Vec<Mac> {
        let (ip, Some(own)) = (IpAddr::V4(fixed.address), fixed.mac) else { return Vec::new() };
        let holders: Vec<Mac> = self.inventory.claims_of(ip).into_iter().map(|(mac, _)| mac).collect();
        let at_home = self.inventory.is_ours(ip) || holders.iter().any(|&mac| mac == own || Family::of(mac).is_some());
        if at_home { Vec::new() } else { holders.into_iter().filter(|&mac| self.is_its_own(At { ip, mac })).collect() }
    }

    /// Where else a device was heard. Addresses that are its own by another line of the plan, or shared, are none.
    fn elsewhere(&self, fixed: &Fixed) -> Vec<At> {
        let mut places: Vec<At> = match fixed.mac {
            Some(mac) if self.inventory.is_our_card(mac) => Vec::new(),
            Some(mac) => self.inventory.addresses_of(mac).map(|ip| At { ip, mac }).collect(),
            None => self.named.get(&host_part(&fixed.name)).cloned().unwrap_or_default(),
        };
        places.retain(|at| self.is_its_own(*at) && !self.is_planned_for(fixed, at.ip));
        places.sort_unstable();
        places.truncate(PLACES);
        places
    }

    /// Whether a card holds an address for itself: neither for somebody else, nor together with others.
    fn is_its_own(&self, at: At) -> bool {
        let (inventory, mac) = (self.inventory, at.mac);
        at.ip.is_ipv4()
            && Family::of(mac).is_none()
            && !inventory.is_our_card(mac)
            && !answers_for_many(inventory, mac)
            && inventory.claim(at.ip, mac).is_some_and(|owner| !owner.forwards)
    }

    fn is_planned_for(&self, fixed: &Fixed, ip: IpAddr) -> bool {
        let IpAddr::V4(ip) = ip else { return false };
        let same = |other: &Fixed| match fixed.mac {
            Some(mac) => other.mac == Some(mac),
            None => true,
        };
        self.plan.shared(ip).is_some() || self.plan.fixed(ip).is_some_and(same)
    }

    /// Whether a card at an address is nobody of the plan.
    pub fn is_stranger(&self, ip: Ipv4Addr, mac: Mac) -> bool {
        let at = At { ip: ip.into(), mac };
        let by_card = self.plan.fixed.iter().any(|fixed| fixed.mac == Some(mac))
            || self.plan.shared.iter().any(|shared| shared.macs.contains(&mac));
        let by_name = || self.named.values().any(|places| places.contains(&at));
        !self.inventory.is_ours(at.ip) && self.is_its_own(at) && !by_card && !self.is_named_by_plan(ip) && !by_name()
    }

    /// Whether the plan has any use for an address.
    fn is_named_by_plan(&self, ip: Ipv4Addr) -> bool {
        let (plan, any) = (self.plan, IpAddr::V4(ip));
        let asked = |name: &str| self.inventory.services().of(name).and_then(|(told, _)| told.address) == Some(any);
        plan.fixed(ip).is_some()
            || plan.shared(ip).is_some()
            || plan.networks.iter().any(|network| network.gateways.contains(&ip) || network.dns.contains(&any))
            || plan.dhcp.iter().any(|dhcp| dhcp.server == ip || dhcp.ranges.iter().any(|range| range.contains(ip)))
            || plan.switches.iter().any(|switch| switch.address == Some(ip))
            || plan.services.iter().any(|service| service.host == ip.to_string() || asked(&service.name))
            || plan.barriers.iter().any(|barrier| barrier.host == ip.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, OURS, Scene, address, mac, macs};

    const PLAN: &str = "[[fixed]]\nname = \"Caisse.lan\"\naddress = \"10.0.0.9\"\n\
         [[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"\nmac = \"b8:27:eb:00:00:0a\"";

    fn standings(scene: &Scene) -> Vec<Standing> {
        let (inventory, plan) = scene.seen();
        let roll = Roll::of(&inventory, plan);
        plan.fixed.iter().map(|fixed| roll.standing(fixed)).collect()
    }

    #[test]
    fn a_device_is_known_by_its_card_else_by_the_name_that_it_tells() {
        let at = |ip, card| Standing::Elsewhere(vec![At { ip: address(ip), mac: mac(card) }]);
        let scene = Scene::swept().plan(PLAN).claim("10.0.0.50", B).named("10.0.0.50", B, "CAISSE").claim("10.0.0.51", A);
        assert_eq!(standings(&scene), [at("10.0.0.50", B), at("10.0.0.51", A)]);
        let home = scene.claim("10.0.0.9", C).claim("10.0.0.20", A);
        assert_eq!(standings(&home), [Standing::Present(macs(&[C])), Standing::Present(macs(&[A]))]);
    }

    #[test]
    fn silence_tells_only_of_what_was_asked_to_the_end() {
        assert_eq!(standings(&Scene::swept().plan(PLAN)), [Standing::Missing, Standing::Missing]);
        assert_eq!(standings(&Scene::partly(10).plan(PLAN)), [Standing::Missing, Standing::NotAsked]);
        let cut = Scene::swept().plan(PLAN).cut(crate::observe::Cut::User);
        assert_eq!(standings(&cut), [Standing::NotAsked, Standing::NotAsked]);
        assert_eq!(standings(&Scene::capture().plan(PLAN)), [Standing::NotAsked, Standing::NotAsked]);
    }

    #[test]
    fn a_network_is_asked_throughout_where_each_address_was_asked_or_answered() {
        let asked = |scene: &Scene, network: &str| {
            let (inventory, plan) = scene.seen();
            Roll::of(&inventory, plan).is_asked_throughout(network.parse().expect("a prefix"))
        };
        assert_eq!(asked(&Scene::swept(), "10.0.0.0/24"), Some(true));
        assert_eq!(asked(&Scene::swept(), "10.0.0.0/16"), Some(true), "what of it is on our segment");
        assert_eq!(asked(&Scene::swept(), "10.9.0.0/24"), None);
        let quick = Scene::partly(10);
        assert_eq!((asked(&quick, "10.0.0.0/29"), asked(&quick, "10.0.0.0/28")), (Some(true), Some(false)));
        let answered = quick.claims(&["10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14"], &[A]);
        assert_eq!(asked(&answered, "10.0.0.0/28"), Some(true), "who answers is not asked again");
    }

    #[test]
    fn a_virtual_card_is_the_devices_own_and_another_card_is_told() {
        let of_nas = |scene: Scene| standings(&scene.plan(PLAN)).remove(1);
        let vrrp = "00:00:5e:00:01:33";
        assert_eq!(of_nas(Scene::swept().claim("10.0.0.20", vrrp)), Standing::Present(macs(&[vrrp])));
        assert_eq!(of_nas(Scene::swept().claim("10.0.0.20", B)), Standing::OtherCard(macs(&[B])));
    }

    #[test]
    fn who_answers_for_many_or_is_planned_twice_is_nowhere_else() {
        let proxy = Scene::swept().claims(&["10.0.0.50", "10.0.0.51", "10.0.0.52", "10.0.0.53"], &[A]);
        assert_eq!(standings(&proxy.plan(PLAN))[1], Standing::Missing);
        let twice = format!("{PLAN}\n[[fixed]]\nname = \"nas, second\"\naddress = \"10.0.0.21\"\nmac = \"{A}\"");
        assert_eq!(standings(&Scene::swept().claim("10.0.0.21", A).plan(&twice))[1], Standing::Missing);
    }

    #[test]
    fn the_laptop_is_no_stranger_and_may_hold_a_planned_address() {
        let plan = "[[fixed]]\nname = \"portable\"\naddress = \"10.0.0.1\"";
        assert_eq!(standings(&Scene::swept().plan(plan)), [Standing::Present(macs(&[OURS]))]);
    }
}
