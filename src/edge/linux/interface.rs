//! The interfaces of this machine, and which of them to use.

use std::net::{IpAddr, SocketAddr};

use pnet::datalink::{self, NetworkInterface};

use crate::fault::{Fault, Result};
use crate::net::{Ipv4Net, Mac};
use crate::probe::Identity;

/// An Ethernet interface that is up.
#[derive(Clone, Debug)]
pub struct Interface {
    /// As pnet knows it.
    pub inner: NetworkInterface,
    /// Who we are on it.
    pub identity: Identity,
}

impl Interface {
    /// The interface of that name, or that of the default route.
    pub fn choose(name: Option<&str>) -> Result<Interface> {
        let all = datalink::interfaces();
        let name = match name {
            Some(name) => name.to_owned(),
            None => default_route().ok_or_else(|| {
                Fault::new(
                    "no interface was named and there is no default route",
                    "aucune interface indiquée et pas de route par défaut",
                )
                .hint(format!("name one with -i: {}", names(&all)), format!("indiquez-en une avec -i : {}", names(&all)))
            })?,
        };
        let found = all.iter().find(|interface| interface.name == name).ok_or_else(|| {
            Fault::new(format!("no such interface: {name}"), format!("interface inconnue : {name}"))
                .hint(format!("there is: {}", names(&all)), format!("il y a : {}", names(&all)))
        })?;
        usable(found, &all)
    }
}

fn usable(found: &NetworkInterface, all: &[NetworkInterface]) -> Result<Interface> {
    let name = &found.name;
    let not_ethernet = || {
        Fault::new(format!("{name} is not an Ethernet interface"), format!("{name} n'est pas une interface Ethernet"))
            .hint(format!("name another with -i: {}", names(all)), format!("indiquez-en une autre avec -i : {}", names(all)))
    };
    let mac = |interface: &NetworkInterface| interface.mac.map(|mac| Mac(mac.octets())).filter(|&mac| mac != Mac::ZERO);
    let own = mac(found).filter(|_| !found.is_loopback()).ok_or_else(not_ethernet)?;
    if !found.is_up() {
        let hint = format!("sudo ip link set {name} up");
        return Err(Fault::new(format!("{name} is down"), format!("{name} est désactivée")).hint(hint.clone(), hint));
    }
    if !found.is_running() {
        return Err(Fault::new(format!("{name} has no link"), format!("{name} n'a pas de lien")).hint(
            "check the cable at both ends and the switch port",
            "vérifiez le cordon aux deux bouts et le port du commutateur",
        ));
    }
    let addresses: Vec<Ipv4Net> = found
        .ips
        .iter()
        .filter_map(|net| match net.ip() {
            IpAddr::V4(ip) => Ipv4Net::new(ip, net.prefix()).ok(),
            IpAddr::V6(_) => None,
        })
        .collect();
    let siblings = all.iter().filter(|other| other.index != found.index).filter_map(mac).filter(|&other| other != own).collect();
    Ok(Interface { inner: found.clone(), identity: Identity { mac: own, addresses, siblings } })
}

fn names(all: &[NetworkInterface]) -> String {
    let names: Vec<&str> =
        all.iter().filter(|interface| !interface.is_loopback()).map(|interface| interface.name.as_str()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

/// The interface of the default route with the lowest metric (`proc(5)`, /proc/net/route).
fn default_route() -> Option<String> {
    let table = std::fs::read_to_string("/proc/net/route").ok()?;
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (destination, mask) = (*fields.get(1)?, *fields.get(7)?);
            let metric: u32 = fields.get(6)?.parse().ok()?;
            (destination == "00000000" && mask == "00000000").then(|| (metric, fields[0].to_owned()))
        })
        .min()
        .map(|(_, name)| name)
}

/// The servers that this machine asks for names (`resolv.conf(5)`); at most the three that the resolver itself uses.
pub fn resolvers() -> Vec<SocketAddr> {
    const MAX_SERVERS: usize = 3;
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let servers = text.lines().filter_map(|line| {
        let server = line.trim().strip_prefix("nameserver")?.trim();
        server.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, crate::wire::dns::PORT))
    });
    servers.take(MAX_SERVERS).collect()
}
