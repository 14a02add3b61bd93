//! Builds the networks of a lab: bridges, a network namespace for each host, and a cable from each card to its bridge.

use std::ffi::CString;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::ops::RangeFrom;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::ifaddrs::getifaddrs;
use nix::mount::{MsFlags, mount};
use nix::net::if_::InterfaceFlags;

use super::namespaces::{FOLDER, Lodging};
use super::processes::search_path;
use super::swarm::{self, Member};
use super::topology::{Card, Host, Kit, Lab, made_mac};
use crate::fault::{Fault, Result};
use crate::net::IpNet;

/// The number of the first card, beyond those that the kernel gives to bridges and their ports.
const FIRST_INDEX: u32 = 1000;
/// How long a cable may take until both ends see it.
const CABLED_WITHIN: Duration = Duration::from_secs(5);

/// A host of the kernel's, or the kit: a network namespace and a folder.
pub(super) struct Place {
    /// Its name.
    pub(super) name: String,
    /// Its network.
    pub(super) network: File,
    /// Its own folder, `/run/lab/NAME`.
    pub(super) folder: PathBuf,
    /// What its processes see as `/run`.
    pub(super) run: CString,
}

/// What one place is made from.
struct Plan<'a> {
    name: &'a str,
    cards: Vec<Card>,
    gateway: Option<IpAddr>,
    routes: &'a [String],
    host: Option<&'a Host>,
}

/// What a thing that could not be done is called, in both languages.
pub(super) fn failed(english: String, french: String) -> impl FnOnce(io::Error) -> Fault {
    move |error| Fault::new(format!("{english}: {error}"), format!("{french} : {error}"))
}

/// The network in which the responder of a bridge is.
pub(super) struct Backstage {
    /// The responder's own network namespace; its card is `lan0`.
    pub(super) network: File,
    /// Whom it plays there.
    pub(super) members: Vec<Member>,
}

/// Everything that was built.
pub(super) struct Built {
    /// The kit, then the kernel's hosts in the order of the lab.
    pub(super) places: Vec<Place>,
    /// A responder for each network that has hosts to play.
    pub(super) backstages: Vec<Backstage>,
}

/// Builds everything up to addresses and routes.
pub(super) fn build(lab: &Lab, lodging: &Lodging) -> Result<Built> {
    let plans = plans(lab);
    let unmade =
        |error| failed("cannot make a network namespace".into(), "impossible de créer un espace de noms réseau".into())(error);
    let places = plans.iter().map(|plan| place(plan.name, lodging)).collect::<io::Result<Vec<Place>>>().map_err(unmade)?;
    let mut backstages = Vec::new();
    let mut lines = String::from("link set dev lo up\n");
    let mut ports = FIRST_INDEX..;
    for network in lab.networks() {
        let members = swarm::members(lab, network);
        let mut ends: Vec<String> = plans.iter().flat_map(|plan| card_ends(plan, network)).collect();
        if !members.is_empty() {
            // A dot, which no host's name holds.
            let name = format!("responder.{network}");
            backstages.push(Backstage { network: lodging.network(&name).map_err(unmade)?, members });
            ends.push(format!("name lan0 netns {name}"));
        }
        lay(network, &ends, &mut ports, &mut lines);
    }
    ip(&lines)?;
    for backstage in &backstages {
        // The kernel has no address there, and nothing to answer.
        lodging
            .visit(&backstage.network, || Ok(ip("link set dev lan0 arp off up\n")))
            .unwrap_or_else(|error| Err(moved(error)))?;
    }
    for (plan, place) in plans.iter().zip(&places) {
        let name = plan.name;
        let settings = settings(plan);
        lodging
            .visit(&place.network, || {
                settings.iter().try_for_each(|(key, value)| {
                    let path = Path::new("/proc/sys").join(key.replace('.', "/"));
                    fs::write(&path, value.to_string()).map_err(|error| io::Error::new(error.kind(), format!("{key}: {error}")))
                })
            })
            .map_err(failed(format!("cannot set host {name}"), format!("impossible de régler l'hôte {name}")))?;
        lodging.visit(&place.network, || Ok(ip(&addresses(plan)))).unwrap_or_else(|error| Err(moved(error)))?;
    }
    let networks = places.iter().map(|place| &place.network).chain(backstages.iter().map(|backstage| &backstage.network));
    for network in networks {
        lodging.visit(network, cabled).map_err(failed("a cable is not seen".into(), "un câble n'est pas vu".into()))?;
    }
    Ok(Built { places, backstages })
}

/// Waits until every card of the calling thread's network sees its cable.
fn cabled() -> io::Result<()> {
    let since = Instant::now();
    while getifaddrs()?.any(|card| card.interface_name.starts_with("lan") && !card.flags.contains(InterfaceFlags::IFF_RUNNING)) {
        if since.elapsed() > CABLED_WITHIN {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

fn moved(error: io::Error) -> Fault {
    failed("cannot enter a network namespace".into(), "impossible d'entrer dans un espace de noms réseau".into())(error)
}

fn plans(lab: &Lab) -> Vec<Plan<'_>> {
    let kernel = lab.hosts.iter().filter(|host| host.answers.is_none());
    std::iter::once(kit_plan(&lab.kit)).chain(kernel.map(host_plan)).collect()
}

fn host_plan(host: &Host) -> Plan<'_> {
    Plan { name: &host.name, cards: host.all_cards(), gateway: host.gateway, routes: &host.routes, host: Some(host) }
}

fn kit_plan(kit: &Kit) -> Plan<'_> {
    let mac = kit.mac.or(Some(made_mac("kit", 0)));
    let card = Card { address: kit.address, addresses: kit.addresses.clone(), mac, network: kit.network.clone() };
    Plan { name: "kit", cards: vec![card], gateway: kit.gateway, routes: &kit.routes, host: None }
}

fn place(name: &str, lodging: &Lodging) -> io::Result<Place> {
    let folder = Path::new(FOLDER).join(name);
    let run = folder.join("run");
    // Within its own /run, a process still finds the folders of all hosts.
    let inner = run.join("lab");
    fs::create_dir_all(&inner)?;
    mount(Some(FOLDER), &inner, None::<&str>, MsFlags::MS_BIND, None::<&str>)?;
    let run = CString::new(run.into_os_string().into_encoded_bytes())?;
    Ok(Place { name: name.to_owned(), network: lodging.network(name)?, folder, run })
}

/// The ends of cables at a host's cards on a network, as ip-link(8) describes the end of a veth.
fn card_ends(plan: &Plan<'_>, network: &str) -> Vec<String> {
    let cards = plan.cards.iter().enumerate().filter(|(_, card)| card.network == network);
    let end = |(number, card): (usize, &Card)| {
        let mac = card.mac.unwrap_or_else(|| made_mac(plan.name, number));
        format!("name lan{number} address {mac} netns {}", plan.name)
    };
    cards.map(end).collect()
}

/// Lays a network, as lines for `ip -batch`: two ends are one cable, which is twice as fast as a bridge; any other number of them
/// is a bridge, which forwards at once and learns nothing about multicast.
fn lay(network: &str, ends: &[String], ports: &mut RangeFrom<u32>, lines: &mut String) {
    // Numbers of their own: where both ends of a veth have the same one, the kernel takes a second to say that the cable is in.
    let ends: Vec<String> = ends.iter().zip(&mut *ports).map(|(end, port)| format!("{end} index {port}")).collect();
    if let [one, other] = &ends[..] {
        let _ = writeln!(lines, "link add {one} type veth peer {other}");
        return;
    }
    let _ = writeln!(lines, "link add name {network} type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
    let _ = writeln!(lines, "link set dev {network} up");
    for (end, port) in ends.iter().zip(ports) {
        let _ = writeln!(lines, "link add name p{port} master {network} type veth peer {end}\nlink set dev p{port} up");
    }
}

/// What is written under `/proc/sys` on a host before its cards come up: IPv6 where it has such an address, then what the lab
/// says.
fn settings(plan: &Plan<'_>) -> Vec<(String, i64)> {
    let has_ipv6 = |card: &Card| card.all_addresses().any(|net| matches!(net, IpNet::V6(_)));
    let with_ipv6 = plan.cards.iter().enumerate().filter(|(_, card)| has_ipv6(card));
    let ipv6 = with_ipv6.map(|(number, _)| (format!("net.ipv6.conf.lan{number}.disable_ipv6"), 0));
    let own = plan.host.into_iter().flat_map(|host| host.sysctl.iter().map(|(key, value)| (key.clone(), *value)));
    ipv6.chain(own).collect()
}

/// A host's addresses and routes, as lines for `ip -batch`.
fn addresses(plan: &Plan<'_>) -> String {
    let mut lines = String::from("link set dev lo up\n");
    for (number, card) in plan.cards.iter().enumerate() {
        for net in card.all_addresses() {
            let quiet = if matches!(net, IpNet::V6(_)) { " nodad" } else { "" };
            let _ = writeln!(lines, "address add {net} dev lan{number}{quiet}");
        }
        let _ = writeln!(lines, "link set dev lan{number} up");
    }
    if let Some(gateway) = plan.gateway {
        // What is link-local says nothing of the card.
        let card = match gateway {
            IpAddr::V6(ip) if ip.is_unicast_link_local() => " dev lan0",
            _ => "",
        };
        let _ = writeln!(lines, "route add default via {gateway}{card}");
    }
    for route in plan.routes {
        let _ = writeln!(lines, "route add {route}");
    }
    lines
}

/// Runs lines of ip(8) in the calling thread's network namespace.
fn ip(lines: &str) -> Result<()> {
    let run = || {
        let mut child = Command::new("ip")
            .env("PATH", search_path())
            .args(["-batch", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(lines.as_bytes())?;
        }
        child.wait_with_output()
    };
    let output = run().map_err(|error| {
        failed("cannot run ip".into(), "impossible de lancer ip".into())(error).hint(
            "sudo apt install iproute2, or your system's package of that name",
            "sudo apt install iproute2, ou le paquet de ce nom de votre système",
        )
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).lines().collect::<Vec<_>>().join("; ");
    Err(Fault::new(format!("ip refused to build the lab: {said}"), format!("ip a refusé de construire le labo : {said}")))
}
