//! What a plan may say, and yet is seldom meant: for `trousse site check`.

use std::net::Ipv4Addr;

use super::Plan;
use crate::fault::Why;
use crate::net::Mac;

impl Plan {
    /// What a person should look at again, in the order of the plan.
    pub fn remarks(&self) -> Vec<Why> {
        let mut remarks = self.outside();
        remarks.extend(self.in_ranges());
        remarks.extend(self.cards_given_twice());
        remarks.extend(self.shared_by_one());
        remarks.extend(self.without_card());
        remarks.extend(self.without_ranges());
        remarks
    }

    /// Every address that belongs to a device, and what the plan calls it.
    fn named(&self) -> impl Iterator<Item = (Ipv4Addr, &str)> {
        let shared = self.shared.iter().map(|shared| (shared.address, shared.name.as_deref().unwrap_or_default()));
        self.fixed.iter().map(|fixed| (fixed.address, fixed.name.as_str())).chain(shared)
    }

    /// Addresses in no network, and those that no device can have.
    fn outside(&self) -> Vec<Why> {
        let said = |(ip, name): (Ipv4Addr, &str)| match self.networks.iter().find(|network| network.prefix.contains(&ip)) {
            None => Some(Why::new(
                format!("{ip} ({name}) is in no network of the plan"),
                format!("{ip} ({name}) n'est dans aucun réseau du plan"),
            )),
            Some(network) if network.prefix.prefix_len() < 31 && ip == network.prefix.network() => Some(Why::new(
                format!("{ip} ({name}) is the address of the network {} itself", network.prefix.trunc()),
                format!("{ip} ({name}) est l'adresse du réseau {} lui-même", network.prefix.trunc()),
            )),
            Some(network) if network.prefix.prefix_len() < 31 && ip == network.prefix.broadcast() => Some(Why::new(
                format!("{ip} ({name}) is the broadcast address of {}", network.prefix.trunc()),
                format!("{ip} ({name}) est l'adresse de diffusion de {}", network.prefix.trunc()),
            )),
            Some(_) => None,
        };
        if self.networks.is_empty() { Vec::new() } else { self.named().filter_map(said).collect() }
    }

    /// Addresses of devices that a server would lease to others.
    fn in_ranges(&self) -> Vec<Why> {
        let ranges = || self.dhcp.iter().flat_map(|dhcp| dhcp.ranges.iter().map(move |range| (dhcp.server, range)));
        let said = |(ip, name): (Ipv4Addr, &str)| {
            let (server, range) = ranges().find(|(_, range)| range.contains(ip))?;
            Some(Why::new(
                format!(
                    "{ip} ({name}) lies in the range {range} of the DHCP server {server}: right only if it is reserved there"
                ),
                format!(
                    "{ip} ({name}) est dans la plage {range} du serveur DHCP {server} : juste seulement si elle y est réservée"
                ),
            ))
        };
        self.named().filter_map(said).collect()
    }

    fn cards_given_twice(&self) -> Vec<Why> {
        let cards: Vec<(Mac, &str)> = self.fixed.iter().filter_map(|fixed| Some((fixed.mac?, fixed.name.as_str()))).collect();
        let said = |(place, (mac, name)): (usize, &(Mac, &str))| {
            let (_, other) = cards[..place].iter().find(|(other, _)| other == mac)?;
            Some(Why::new(
                format!("the card {mac} stands for {other:?} and for {name:?}"),
                format!("la carte {mac} figure pour {other:?} et pour {name:?}"),
            ))
        };
        cards.iter().enumerate().filter_map(said).collect()
    }

    fn shared_by_one(&self) -> Vec<Why> {
        let one = self.shared.iter().filter(|shared| shared.macs.len() == 1);
        let said = one.map(|shared| {
            let ip = shared.address;
            Why::new(
                format!("{ip} is shared, and one card only may hold it: name the others, or make it a fixed address"),
                format!(
                    "{ip} est partagée, mais une seule carte peut la détenir : indiquez les autres, ou faites-en une adresse fixe"
                ),
            )
        });
        said.collect()
    }

    fn without_card(&self) -> Option<Why> {
        let count = self.fixed.iter().filter(|fixed| fixed.mac.is_none()).count();
        let (english, french) = match count {
            0 => return None,
            1 => ("1 fixed address names no card".to_owned(), "1 adresse fixe n'indique pas sa carte".to_owned()),
            _ => (format!("{count} fixed addresses name no card"), format!("{count} adresses fixes n'indiquent pas leur carte")),
        };
        Some(Why::new(
            format!("{english}: a stranger that takes such an address is not told"),
            format!("{french} : un intrus sur une telle adresse ne sera pas signalé"),
        ))
    }

    fn without_ranges(&self) -> Vec<Why> {
        let bare = self.dhcp.iter().filter(|dhcp| dhcp.ranges.is_empty());
        let said = bare.map(|dhcp| {
            let server = dhcp.server;
            Why::new(
                format!("the DHCP server {server} names no range: stale leases and fixed addresses in the pool cannot be told"),
                format!("le serveur DHCP {server} n'indique aucune plage : ni bail périmé ni adresse fixe dans la plage ne pourront être signalés"),
            )
        });
        said.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remarks(text: &str) -> Vec<String> {
        Plan::parse(text).expect("a plan").remarks().into_iter().map(|why| why.english).collect()
    }

    #[test]
    fn a_sound_plan_has_none() {
        let sound = "[[network]]\nprefix = \"10.0.0.0/24\"\n[[fixed]]\nname = \"till\"\naddress = \"10.0.0.9\"\nmac = \"02:00:00:00:00:09\"\n\
                     [[shared]]\naddress = \"10.0.0.1\"\n[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.199\"]\n";
        assert_eq!(remarks(sound), Vec::<String>::new());
    }

    #[test]
    fn what_is_seldom_meant_is_told() {
        let odd = "[[network]]\nprefix = \"10.0.0.0/24\"\n\
                   [[fixed]]\nname = \"a\"\naddress = \"10.0.1.9\"\nmac = \"02:00:00:00:00:09\"\n\
                   [[fixed]]\nname = \"b\"\naddress = \"10.0.0.255\"\nmac = \"02:00:00:00:00:09\"\n\
                   [[fixed]]\nname = \"c\"\naddress = \"10.0.0.0\"\n\
                   [[fixed]]\nname = \"d\"\naddress = \"10.0.0.100\"\nmac = \"02:00:00:00:00:0d\"\n\
                   [[shared]]\naddress = \"10.0.0.1\"\nmacs = [\"02:00:00:00:00:01\"]\n\
                   [[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.199\"]\n[[dhcp]]\nserver = \"10.0.0.3\"\n";
        let said = remarks(odd);
        for (told, part) in said.iter().zip([
            "10.0.1.9 (a) is in no network",
            "10.0.0.255 (b) is the broadcast address of 10.0.0.0/24",
            "10.0.0.0 (c) is the address of the network",
            "10.0.0.100 (d) lies in the range 10.0.0.100-10.0.0.199 of the DHCP server 10.0.0.2",
            "the card 02:00:00:00:00:09 stands for \"a\" and for \"b\"",
            "10.0.0.1 is shared, and one card only",
            "1 fixed address names no card",
            "the DHCP server 10.0.0.3 names no range",
        ]) {
            assert!(told.starts_with(part), "{told}");
        }
        assert_eq!(said.len(), 8, "{said:?}");
    }
}
