//! Who the responder plays: the hosts with `answers` and every host of every swarm, the same ones for the same seed.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use super::topology::{Lab, Span, Swarm, made_mac};
use super::validation::{free_addresses, vendor};
use crate::net::Mac;

/// First halves of hardware addresses that an office, a workshop and a hotel hold (IEEE registry, MA-L): Intel, Dell, HP, Lenovo,
/// Apple, Samsung, Raspberry Pi, Brother, Canon, Epson, Kyocera, Hikvision, Axis, Yealink, Espressif, Synology, TP-Link,
/// Ubiquiti, Cisco, Elitegroup.
const VENDORS: [[u8; 3]; 20] = [
    [0x00, 0x13, 0x02],
    [0x00, 0x08, 0x74],
    [0x04, 0x0e, 0x3c],
    [0x10, 0xc5, 0x95],
    [0x00, 0x03, 0x93],
    [0x84, 0x25, 0x19],
    [0xb8, 0x27, 0xeb],
    [0x3c, 0x2a, 0xf4],
    [0x00, 0x00, 0x85],
    [0x00, 0x26, 0xab],
    [0x24, 0x5f, 0xdf],
    [0x04, 0x03, 0x12],
    [0xac, 0xcc, 0x8e],
    [0x80, 0x5e, 0x0c],
    [0x08, 0x3a, 0x8d],
    [0x90, 0x09, 0xd0],
    [0x00, 0x31, 0x92],
    [0x00, 0x27, 0x22],
    [0x00, 0x1b, 0x67],
    [0x88, 0xae, 0xdd],
];

/// One host of the responder.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    /// The address it answers for.
    pub ip: Ipv4Addr,
    /// The hardware address it claims.
    pub mac: Mac,
    /// The Ethernet source of its frames.
    pub frame_mac: Mac,
    /// The shortest and longest delay of an answer, in microseconds.
    pub delay_us: [u32; 2],
    /// How many ARP requests it ignores before its first answer.
    pub deaf: u16,
    /// The share of frames lost each way.
    pub loss: f64,
    /// How many times it answers an ARP request.
    pub repeat: u8,
    /// What its delays and losses follow from.
    pub seed: u64,
}

/// A number that looks random and follows from `seed` (SplitMix64: Steele, Lea and Flood, 2014).
pub(super) fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number from 0 to 1, 1 left out, that follows from `seed`.
pub(super) fn fraction(seed: u64) -> f64 {
    (mix(seed) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Everyone the responder plays on one network, ordered by address.
pub(super) fn members(lab: &Lab, network: &str) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    for host in lab.hosts.iter().filter(|host| host.network == network) {
        let (Some(answers), Some(ip)) = (&host.answers, host.ipv4()) else { continue };
        let mac = host.mac.unwrap_or_else(|| made_mac(&host.name, 0));
        members.push(Member {
            ip,
            mac,
            frame_mac: answers.frame_mac.unwrap_or(mac),
            delay_us: microseconds(answers.delay_ms),
            deaf: answers.deaf,
            loss: answers.loss,
            repeat: answers.repeat,
            seed: mix(mac.to_bits()),
        });
    }
    for (number, swarm) in lab.swarms.iter().enumerate().filter(|(_, swarm)| swarm.network == network) {
        let seed = mix(swarm.seed ^ (number as u64) << 32);
        members.extend(swarm_members(swarm, seed, free_addresses(lab, swarm.prefix)));
    }
    members.sort_by_key(|member| member.ip);
    members
}

fn swarm_members(swarm: &Swarm, seed: u64, mut free: Vec<Ipv4Addr>) -> Vec<Member> {
    let vendors: Vec<[u8; 3]> = swarm.vendors.iter().filter_map(|text| vendor(text)).collect();
    let vendors = if vendors.is_empty() { &VENDORS[..] } else { &vendors };
    let chosen = (swarm.count as usize).min(free.len());
    for at in 0..chosen {
        // The start of a shuffle (Fisher-Yates): each address is as likely as any other.
        let other = at + (mix(seed ^ at as u64) % (free.len() - at) as u64) as usize;
        free.swap(at, other);
    }
    let mut macs = HashSet::new();
    free[..chosen].iter().map(|&ip| swarm_member(swarm, ip, mix(seed ^ u64::from(ip.to_bits())), vendors, &mut macs)).collect()
}

fn swarm_member(swarm: &Swarm, ip: Ipv4Addr, seed: u64, vendors: &[[u8; 3]], macs: &mut HashSet<Mac>) -> Member {
    let [a, b, c] = vendors[(seed % vendors.len() as u64) as usize];
    let mut serial = mix(seed);
    let mac = loop {
        let [d, e, g, ..] = serial.to_be_bytes();
        let mac = Mac([a, b, c, d, e, g]);
        if macs.insert(mac) {
            break mac;
        }
        serial = mix(serial);
    };
    let late = fraction(seed ^ 1) < swarm.late_share;
    let [from, to] = microseconds(swarm.rtt_ms);
    let [soon, late_by] = microseconds(swarm.late_ms);
    let more = if late { soon + (fraction(seed ^ 2) * f64::from(late_by - soon)) as u32 } else { 0 };
    Member {
        ip,
        mac,
        frame_mac: mac,
        delay_us: [from.saturating_add(more), to.saturating_add(more)],
        deaf: u16::from(fraction(seed ^ 3) < swarm.deaf_share),
        loss: swarm.loss,
        repeat: 1,
        seed,
    }
}

fn microseconds(span: Span) -> [u32; 2] {
    span.ends().map(|ms| ms.saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lab(swarm: &str) -> Lab {
        let text = format!("title = \"t\"\ntitle_fr = \"t\"\n[kit]\naddress = \"10.0.0.1/24\"\n[[swarm]]\n{swarm}");
        Lab::parse("x", &text).map_err(|fault| fault.to_string()).expect("a lab")
    }

    #[test]
    fn the_same_seed_gives_the_same_swarm_and_another_one_another() {
        let of =
            |seed: u32| members(&lab(&format!("prefix = \"10.0.0.0/24\"\ncount = 200\nseed = {seed}\nrtt_ms = [2, 10]")), "lan");
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn every_host_of_a_swarm_has_an_address_and_a_mac_of_its_own_and_none_has_the_kits() {
        let members = members(&lab("prefix = \"10.0.0.0/24\"\ncount = 253"), "lan");
        let addresses: HashSet<_> = members.iter().map(|member| member.ip).collect();
        let macs: HashSet<_> = members.iter().map(|member| member.mac).collect();
        assert_eq!((addresses.len(), macs.len()), (253, 253));
        assert!(!addresses.contains(&Ipv4Addr::new(10, 0, 0, 1)));
        assert!(macs.iter().all(|mac| !mac.is_local() && !mac.is_group()));
    }

    #[test]
    fn shares_are_kept_to_a_few_hundredths() {
        let members = members(
            &lab("prefix = \"10.8.0.0/20\"\ncount = 4000\ndeaf_share = 0.2\nlate_share = 0.1\nlate_ms = [100, 200]"),
            "lan",
        );
        let deaf = members.iter().filter(|member| member.deaf == 1).count();
        let late = members.iter().filter(|member| member.delay_us[0] >= 100_000).count();
        assert!((720..880).contains(&deaf), "{deaf}");
        assert!((340..460).contains(&late), "{late}");
    }
}
