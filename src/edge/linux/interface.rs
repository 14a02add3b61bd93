//! The interfaces of this machine, and which of them to use.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use pnet::datalink::{self, NetworkInterface};

use crate::fault::{Fault, Result};
use crate::net::{Ipv4Net, Ipv6Net, Mac};
use crate::observe::LinkState;
use crate::probe::Identity;

/// An Ethernet interface that is up.
#[derive(Clone, Debug)]
pub struct Interface {
    /// As pnet knows it.
    pub inner: NetworkInterface,
    /// Who we are on it.
    pub identity: Identity,
    /// Its link.
    pub link: LinkState,
}

impl Interface {
    /// The interface of that name, or that of the default route; its link must be up.
    pub fn choose(name: Option<&str>) -> Result<Interface> {
        let interface = found(name.map(str::to_owned).or_else(default_route))?;
        let name = &interface.inner.name;
        if !interface.link.carrier {
            return Err(Fault::new(format!("{name} has no link"), format!("{name} n'a pas de lien")).hint(
                "check the cable at both ends and the switch port",
                "vérifiez le cordon aux deux bouts et le port du commutateur",
            ));
        }
        Ok(interface)
    }

    /// The same whatever its link. A machine whose only card has none often has no default route either: then it is that card.
    pub fn choose_whatever_its_link(name: Option<&str>) -> Result<Interface> {
        found(name.map(str::to_owned).or_else(default_route).or_else(only_one))
    }
}

/// The interface of that name, where there is one and it can be used.
fn found(name: Option<String>) -> Result<Interface> {
    let all = datalink::interfaces();
    let name = name.ok_or_else(|| {
        Fault::new("no interface was named and there is no default route", "aucune interface indiquée et pas de route par défaut")
            .hint(format!("name one with -i: {}", names(&all)), format!("indiquez-en une avec -i : {}", names(&all)))
    })?;
    let found = all.iter().find(|interface| interface.name == name).ok_or_else(|| {
        Fault::new(format!("no such interface: {name}"), format!("interface inconnue : {name}"))
            .hint(format!("there is: {}", names(&all)), format!("il y a : {}", names(&all)))
    })?;
    usable(found, &all)
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
    let addresses: Vec<Ipv4Net> = found
        .ips
        .iter()
        .filter_map(|net| match net.ip() {
            IpAddr::V4(ip) => Ipv4Net::new(ip, net.prefix()).ok(),
            IpAddr::V6(_) => None,
        })
        .collect();
    let addresses6 = found.ips.iter().filter_map(|net| match net.ip() {
        IpAddr::V6(ip) => Ipv6Net::new(ip, net.prefix()).ok(),
        IpAddr::V4(_) => None,
    });
    let addresses6 = addresses6.collect();
    let siblings = all.iter().filter(|other| other.index != found.index).filter_map(mac).filter(|&other| other != own).collect();
    Ok(Interface { inner: found.clone(), identity: Identity { mac: own, addresses, addresses6, siblings }, link: link(found) })
}

/// The link of an interface: whether it is there is told with the interface, the rest is in sysfs (sysfs-class-net), unless that
/// shows another network's interfaces.
fn link(found: &NetworkInterface) -> LinkState {
    let read = |what: &str| std::fs::read_to_string(format!("/sys/class/net/{}/{what}", found.name)).ok();
    let ours = read("ifindex").is_some_and(|index| index.trim() == found.index.to_string());
    let told = |what: &str| read(what).filter(|_| ours).map(|text| text.trim().to_owned());
    LinkState {
        // The first follows the second up to a second later.
        carrier: found.is_running() && found.is_lower_up(),
        // -1 is what a driver says that does not know.
        speed_mbps: told("speed").and_then(|text| text.parse().ok()).filter(|&speed| speed > 0),
        full_duplex: told("duplex").and_then(|text| match text.as_str() {
            "full" => Some(true),
            "half" => Some(false),
            _ => None,
        }),
    }
}

/// The card of a machine that has one only.
fn only_one() -> Option<String> {
    let mut cards = datalink::interfaces()
        .into_iter()
        .filter(|interface| !interface.is_loopback() && interface.mac.is_some() && interface.is_up());
    cards.next().filter(|_| cards.next().is_none()).map(|card| card.name)
}

fn names(all: &[NetworkInterface]) -> String {
    let names: Vec<&str> =
        all.iter().filter(|interface| !interface.is_loopback()).map(|interface| interface.name.as_str()).collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

/// One route of this machine.
struct Route {
    metric: u32,
    interface: String,
    destination: u32,
    mask: u32,
    gateway: Ipv4Addr,
}

/// The routes (`proc(5)`, /proc/net/route).
fn routes() -> Vec<Route> {
    let table = std::fs::read_to_string("/proc/net/route").unwrap_or_default();
    let route = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // The bytes of an address as they lie in memory, read as one number.
        let address = |field: usize| -> Option<Ipv4Addr> {
            Some(Ipv4Addr::from(u32::from_str_radix(fields.get(field)?, 16).ok()?.to_ne_bytes()))
        };
        let (destination, gateway, mask) = (address(1)?.into(), address(2)?, address(7)?.into());
        Some(Route { metric: fields.get(6)?.parse().ok()?, interface: fields[0].to_owned(), destination, mask, gateway })
    };
    table.lines().skip(1).filter_map(route).collect()
}

fn default_routes() -> impl Iterator<Item = Route> {
    routes().into_iter().filter(|route| route.mask == 0)
}

/// Whether a route by this interface leads to an address. What is bound to an interface without one is sent as if its neighbour
/// had the address, and silence would be blamed on whoever has it.
pub fn leads_to(interface: &str, ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let leads = |route: &Route| route.interface == interface && u32::from(ip) & route.mask == route.destination;
            routes().iter().any(leads)
        }
        IpAddr::V6(ip) => routes6().iter().any(|route| route.interface == interface && route.destination.contains(&ip)),
    }
}

/// Whether any route by this interface leads beyond what is link-local by nature: every card has an IPv6 address of that kind,
/// and by it alone no server is asked for names.
pub fn leads_beyond_link(interface: &str) -> bool {
    let beyond = |net: &Ipv6Net| !net.addr().is_unicast_link_local() && !net.addr().is_multicast();
    routes().iter().any(|route| route.interface == interface)
        || routes6().iter().any(|route| route.interface == interface && beyond(&route.destination))
}

/// One IPv6 route of this machine.
struct Route6 {
    metric: u32,
    interface: String,
    destination: Ipv6Net,
    gateway: Ipv6Addr,
}

/// The IPv6 routes (`proc(5)`, /proc/net/ipv6_route): destination and its length, source and its length, gateway, metric, two
/// counts, flags, interface. Those that refuse what is sent by them are left out (`RTF_REJECT`).
fn routes6() -> Vec<Route6> {
    const RTF_REJECT: u32 = 0x200;
    let table = std::fs::read_to_string("/proc/net/ipv6_route").unwrap_or_default();
    let route = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let address = |field: usize| -> Option<Ipv6Addr> { Some(u128::from_str_radix(fields.get(field)?, 16).ok()?.into()) };
        let number = |field: usize| -> Option<u32> { u32::from_str_radix(fields.get(field)?, 16).ok() };
        let destination = Ipv6Net::new(address(0)?, number(1)?.try_into().ok()?).ok()?;
        let usable = number(8)? & RTF_REJECT == 0;
        let interface = (*fields.get(9)?).to_owned();
        usable.then_some(Route6 { metric: number(5)?, interface, destination, gateway: address(4)? })
    };
    table.lines().filter_map(route).collect()
}

fn default_routes6() -> impl Iterator<Item = Route6> {
    routes6().into_iter().filter(|route| route.destination.prefix_len() == 0)
}

/// The interface of the default route with the lowest metric; that of IPv6 where there is none of IPv4.
fn default_route() -> Option<String> {
    let by_ipv6 = || default_routes6().min_by_key(|route| route.metric).map(|route| route.interface);
    default_routes().min_by_key(|route| route.metric).map(|route| route.interface).or_else(by_ipv6)
}

/// The gateways of the default routes on an interface; a route that needs none has none.
pub fn gateways(interface: &str) -> Vec<IpAddr> {
    let routes = default_routes().filter(|route| route.interface == interface).map(|route| IpAddr::V4(route.gateway));
    let routes6 = default_routes6().filter(|route| route.interface == interface).map(|route| IpAddr::V6(route.gateway));
    routes.chain(routes6).filter(|gateway| !gateway.is_unspecified()).collect()
}

/// The largest packet that an interface sends, in bytes.
pub fn mtu(interface: &str) -> Option<u16> {
    std::fs::read_to_string(Path::new("/sys/class/net").join(interface).join("mtu")).ok()?.trim().parse().ok()
}

/// The servers that this machine asks for names (`resolv.conf(5)`); at most the three that the resolver itself uses.
pub fn resolvers() -> Vec<SocketAddr> {
    const MAX_SERVERS: usize = 3;
    let text = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    let servers = text.lines().filter_map(|line| {
        let server = line.trim().strip_prefix("nameserver")?.trim();
        // What follows the sign names the interface of a link-local address (RFC 4007, 11).
        let (server, _) = server.split_once('%').unwrap_or((server, ""));
        server.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, crate::wire::dns::PORT))
    });
    servers.take(MAX_SERVERS).collect()
}
