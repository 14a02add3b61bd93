//! The addresses that a command is about: prefixes of any length, ranges and single addresses.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Ipv4Net;
use crate::fault::Fault;

/// A set of IPv4 addresses, as sorted ranges that neither touch nor overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Vec<String>", try_from = "Vec<String>")]
pub struct Targets {
    /// First and last address of each range, both included.
    ranges: Vec<(u32, u32)>,
}

impl Targets {
    /// The most addresses that one look may be about: those of a /8. No segment has more.
    pub const MOST: u64 = 1 << 24;

    /// The hosts of a prefix: without its network and broadcast addresses where it has them (longer than /30 it has none).
    pub fn of_prefix(prefix: Ipv4Net) -> Targets {
        let (first, last) = (u32::from(prefix.network()), u32::from(prefix.broadcast()));
        let ends = u32::from(prefix.prefix_len() < 31);
        Targets { ranges: vec![(first + ends, last - ends)] }
    }

    /// Single addresses, in whatever order.
    pub fn of_addresses(ips: impl Iterator<Item = Ipv4Addr>) -> Targets {
        let single = ips.map(|ip| (ip.into(), ip.into())).collect();
        Targets::default().union(Targets { ranges: single })
    }

    /// Both sets together.
    pub fn union(mut self, other: Targets) -> Targets {
        self.ranges.extend(other.ranges);
        self.ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(self.ranges.len());
        for (first, last) in self.ranges {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Targets { ranges: merged }
    }

    /// The number of addresses.
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|&(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether the address is one of them.
    pub fn contains(&self, ip: Ipv4Addr) -> bool {
        self.position(ip).is_some()
    }

    /// The address's place among them, counted from 0.
    pub fn position(&self, ip: Ipv4Addr) -> Option<usize> {
        let ip = u32::from(ip);
        let mut before = 0;
        for &(first, last) in &self.ranges {
            if ip < first {
                return None;
            }
            if ip <= last {
                return Some(before + (ip - first) as usize);
            }
            before += (last - first) as usize + 1;
        }
        None
    }

    /// Whether all of the other's addresses are among them.
    pub fn covers(&self, other: &Targets) -> bool {
        other.ranges.iter().all(|&(first, last)| self.ranges.iter().any(|range| range.0 <= first && last <= range.1))
    }

    /// Whether some address is in both.
    pub fn meets(&self, other: &Targets) -> bool {
        self.ranges.iter().any(|one| other.ranges.iter().any(|two| one.0 <= two.1 && two.0 <= one.1))
    }

    /// Every address, in order.
    pub fn iter(&self) -> impl Iterator<Item = Ipv4Addr> + '_ {
        self.ranges.iter().flat_map(|&(first, last)| (first..=last).map(Ipv4Addr::from))
    }

    /// The address at a place counted from 0.
    pub fn at(&self, mut place: usize) -> Option<Ipv4Addr> {
        for &(first, last) in &self.ranges {
            let length = (last - first) as usize + 1;
            if place < length {
                return Some(Ipv4Addr::from(first + place as u32));
            }
            place -= length;
        }
        None
    }

    /// The first address that is in none of the prefixes.
    pub fn first_outside(&self, prefixes: &[Ipv4Net]) -> Option<Ipv4Addr> {
        let mut inside = prefixes.to_vec();
        inside.sort_unstable();
        self.ranges.iter().find_map(|&(first, last)| {
            let mut next = u64::from(first);
            for prefix in &inside {
                if (u64::from(u32::from(prefix.network()))..=u64::from(u32::from(prefix.broadcast()))).contains(&next) {
                    next = u64::from(u32::from(prefix.broadcast())) + 1;
                }
            }
            (next <= u64::from(last)).then(|| Ipv4Addr::from(next as u32))
        })
    }
}

impl FromStr for Targets {
    type Err = Fault;

    /// Reads `192.168.1.0/24`, `192.168.1.10-192.168.1.20`, `192.168.1.10-20` or `192.168.1.7`.
    fn from_str(text: &str) -> Result<Targets, Fault> {
        let not = || {
            Fault::new(format!("\"{text}\" is not a target"), format!("« {text} » n'est pas une cible")).hint(
                "a prefix, a range or an address: 192.168.1.0/24, 192.168.1.10-20, 192.168.1.7",
                "un préfixe, une plage ou une adresse : 192.168.1.0/24, 192.168.1.10-20, 192.168.1.7",
            )
        };
        let backwards = || {
            Fault::new(
                format!("the range \"{text}\" ends before it begins"),
                format!("la plage « {text} » finit avant de commencer"),
            )
            .hint("write the lower address first", "écrivez d'abord l'adresse la plus basse")
        };
        if text.contains('/') {
            return text.parse().map(Targets::of_prefix).map_err(|_| not());
        }
        let Some((from, to)) = text.split_once('-') else {
            let ip: Ipv4Addr = text.parse().map_err(|_| not())?;
            return Ok(Targets { ranges: vec![(ip.into(), ip.into())] });
        };
        let first: Ipv4Addr = from.trim().parse().map_err(|_| not())?;
        let [a, b, c, _] = first.octets();
        let last = match to.trim().parse::<u8>() {
            Ok(d) => Ipv4Addr::new(a, b, c, d),
            Err(_) => to.trim().parse().map_err(|_| not())?,
        };
        if last < first {
            return Err(backwards());
        }
        Ok(Targets { ranges: vec![(first.into(), last.into())] })
    }
}

impl From<Targets> for Vec<String> {
    /// Each range as the prefix that it is, where it is one.
    fn from(targets: Targets) -> Vec<String> {
        let text = |(first, last)| {
            let (first, last) = (Ipv4Addr::from(first), Ipv4Addr::from(last));
            match prefix_of(first, last) {
                _ if first == last => first.to_string(),
                Some(prefix) => prefix.to_string(),
                None => format!("{first}-{last}"),
            }
        };
        targets.ranges.into_iter().map(text).collect()
    }
}

impl TryFrom<Vec<String>> for Targets {
    type Error = Fault;

    fn try_from(texts: Vec<String>) -> Result<Targets, Fault> {
        texts.iter().try_fold(Targets::default(), |all, text| Ok(all.union(text.parse()?)))
    }
}

impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Vec::from(self.clone()).join(", "))
    }
}

/// The prefix whose hosts are exactly these.
fn prefix_of(first: Ipv4Addr, last: Ipv4Addr) -> Option<Ipv4Net> {
    let hosts = u64::from(u32::from(last) - u32::from(first)) + 1;
    let length = match hosts {
        2 => 31,
        _ => 32 - (hosts + 2).checked_ilog2().filter(|bits| 1 << bits == hosts + 2)?,
    };
    [length, 30]
        .into_iter()
        .filter_map(|length| Ipv4Net::new(first, length as u8).ok())
        .map(|net| net.trunc())
        .find(|&net| Targets::of_prefix(net).ranges == [(first.into(), last.into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn targets(text: &str) -> Targets {
        text.split(',').map(|part| part.trim().parse::<Targets>().expect(part)).fold(Targets::default(), Targets::union)
    }

    #[test]
    fn a_prefix_is_its_hosts() {
        assert_eq!(targets("10.0.0.0/24").count(), 254);
        assert_eq!(targets("10.0.0.77/24"), targets("10.0.0.1-254"));
        assert_eq!(targets("10.0.0.0/31").count(), 2);
        assert_eq!(targets("10.0.0.1/32").count(), 1);
        assert_eq!(targets("0.0.0.0/0").count(), (1 << 32) - 2);
    }

    #[test]
    fn single_addresses_join_too() {
        let ips = [3, 1, 2, 9].map(|last| Ipv4Addr::new(10, 0, 0, last));
        assert_eq!(Targets::of_addresses(ips.into_iter()), targets("10.0.0.1-3, 10.0.0.9"));
    }

    #[test]
    fn ranges_join_where_they_touch() {
        assert_eq!(targets("10.0.0.6-9, 10.0.0.1-5, 10.0.0.3"), targets("10.0.0.1-9"));
        assert_eq!(targets("10.0.0.1-9").to_string(), "10.0.0.1-10.0.0.9");
        assert_eq!(
            targets("255.255.255.255, 10.0.0.0/24, 10.0.2.0/30, 10.0.4.0/31").to_string(),
            "10.0.0.0/24, 10.0.2.0/30, 10.0.4.0/31, 255.255.255.255"
        );
    }

    #[test]
    fn what_is_no_target_is_said_in_one_line() {
        for text in ["", "10.0.0", "10.0.0.0/33", "10.0.0.1-", "10.0.0.1-10.0.0.256", "fe80::1", "lan"] {
            assert!(text.parse::<Targets>().is_err(), "{text}");
        }
        assert!("10.0.0.9-3".parse::<Targets>().expect_err("backwards").to_string().contains("ends before it begins"));
    }

    #[test]
    fn one_set_covers_or_meets_another() {
        let (lan, part, far) = (targets("10.0.0.0/24"), targets("10.0.0.5-9, 10.0.0.200"), targets("10.0.1.0/24"));
        assert!(lan.covers(&part) && !part.covers(&lan) && lan.covers(&Targets::default()));
        assert!(lan.meets(&part) && part.meets(&lan) && !lan.meets(&far) && !lan.meets(&Targets::default()));
        assert!(!lan.covers(&lan.clone().union(far)));
    }

    #[test]
    fn the_first_address_outside_the_prefixes_is_found() {
        let nets: Vec<Ipv4Net> = ["10.0.1.0/24", "10.0.0.0/24"].iter().map(|net| net.parse().expect("a prefix")).collect();
        assert_eq!(targets("10.0.0.5-10.0.1.9").first_outside(&nets), None);
        assert_eq!(targets("10.0.1.250-10.0.2.9").first_outside(&nets), Some(Ipv4Addr::new(10, 0, 2, 0)));
        assert_eq!(targets("9.0.0.1").first_outside(&nets), Some(Ipv4Addr::new(9, 0, 0, 1)));
    }

    proptest! {
        #[test]
        fn place_and_address_are_each_other_s_inverse(parts in prop::collection::vec((0u32..2000, 0u32..50), 1..8)) {
            let all = parts.iter().fold(Targets::default(), |all, &(first, more)| {
                all.union(Targets { ranges: vec![(first, first + more)] })
            });
            let listed: Vec<_> = all.iter().collect();
            prop_assert_eq!(listed.len() as u64, all.count());
            for (place, &ip) in listed.iter().enumerate() {
                prop_assert_eq!(all.position(ip), Some(place));
                prop_assert_eq!(all.at(place), Some(ip));
            }
            prop_assert_eq!(all.at(listed.len()), None);
        }
    }
}
