//! The network as a drawing: switches with the ports that matter, gateways and servers, whoever is accused, and the rest by kind
//! or by network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Block, Tone};
use crate::finding::{Finding, Severity};
use crate::kind::Kind;
use crate::language::Language;
use crate::net::Mac;
use crate::report::words::counted;
use crate::report::{Host, Report};

/// A drawing has room for so many of each; the rest is counted.
const SWITCHES: usize = 8;
const PORTS: usize = 8;
const SERVERS: usize = 6;
const ACCUSED: usize = 8;
const OWNERS: usize = 5;
const GROUPS: usize = 8;
/// From so many networks of 256 addresses on, hosts are told by network and not by kind.
const NETWORKS: usize = 4;

/// Things and what hangs on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Its title.
    pub label: String,
    /// The segment.
    pub root: Node,
}

/// A thing on the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it stands out by, where it does.
    pub tone: Option<Tone>,
    /// What it is, and its address, port or number.
    pub lines: [String; 2],
    /// What hangs on it.
    pub below: Vec<Node>,
}

impl Node {
    fn new(what: impl Into<String>, which: impl Into<String>, tone: Option<Tone>) -> Node {
        Node { tone, lines: [what.into(), which.into()], below: Vec::new() }
    }

    fn over(self, below: Vec<Node>) -> Node {
        Node { below, ..self }
    }

    /// How many have nothing below them.
    pub fn leaves(&self) -> usize {
        self.below.iter().map(Node::leaves).sum::<usize>().max(1)
    }

    /// Changes every text.
    pub(super) fn each_text(&mut self, change: &impl Fn(&mut String)) {
        self.lines.iter_mut().for_each(change);
        self.below.iter_mut().for_each(|node| node.each_text(change));
    }
}

/// The section of the report; none where there is nothing to be drawn.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let servers = servers(report, language);
    let (accused, quiet) = accused(report, &servers, language);
    let mut below = switches(report, language);
    below.extend(bounded(servers.into_values().collect(), SERVERS, language));
    below.extend(accused);
    if below.is_empty() && quiet.len() < 2 {
        return Vec::new();
    }
    below.extend(groups(&quiet, language));
    let segment = report.visit.site.clone().unwrap_or_else(|| language.pick("Network", "Réseau").to_owned());
    let which = if report.visit.targets.is_empty() { &report.visit.addresses } else { &report.visit.targets };
    let label = language.pick("Map of the network", "Carte du réseau").to_owned();
    let root = Node::new(segment, which.join(", "), None).over(below);
    vec![Block::Map(Map { label, root })]
}

/// The first of many, and how many more there are.
fn bounded(mut nodes: Vec<Node>, room: usize, language: Language) -> Vec<Node> {
    let more = nodes.len().saturating_sub(room) as u32;
    nodes.truncate(room);
    if more > 0 {
        let others = counted(more, ("more", "autre"), ("more", "autres"), language);
        nodes.push(Node::new(language.pick(format!("and {others}"), format!("et {others}")), "", None));
    }
    nodes
}

/// How bad what is said of a card at an address is.
fn tone(report: &Report, ip: IpAddr, mac: Mac) -> Option<Tone> {
    let about = |finding: &&Finding| finding.severity != Severity::Note && finding.problem.explain().concerns(ip, mac);
    report.findings.iter().filter(about).map(|finding| finding.severity.into()).min()
}

/// How bad what is said of a server is: of its address, or of a card that holds it. Who only ignores pings is not broken.
fn tone_of_server(report: &Report, ip: IpAddr, macs: &[Mac]) -> Option<Tone> {
    let about = |finding: &&Finding| finding.severity != Severity::Note && finding.problem.explain().subject().ip == Some(ip);
    let of_address = report.findings.iter().filter(about).map(|finding| finding.severity.into());
    of_address.chain(macs.iter().filter_map(|&mac| tone(report, ip, mac))).min()
}

/// What a host is called: by its name, its kind, its maker, in that order.
fn called(host: &Host, language: Language) -> String {
    let kind = host.kind.as_deref().and_then(Kind::of_id).map(|kind| kind.word(language).to_owned());
    host.called().first().map(|name| (*name).to_owned()).or(kind).or(host.vendor.clone()).unwrap_or_else(|| host.mac.to_string())
}

/// The switches that are known, with the ports whose cards are known.
fn switches(report: &Report, language: Language) -> Vec<Node> {
    let laptop = language.pick("this laptop", "ce portable");
    let mut ports: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    let mut silent = BTreeSet::new();
    for switch in &report.switches {
        let name = switch.name.clone().unwrap_or_else(|| switch.address.to_string());
        ports.entry(name.clone()).or_default();
        if switch.unanswered.is_some() {
            silent.insert(name);
        }
    }
    for card in &report.whereabouts {
        for plug in card.way.iter().chain(&card.plug) {
            let host = report.hosts.iter().find(|host| host.mac == card.mac);
            let who = match host {
                _ if card.ours => laptop.to_owned(),
                Some(host) => called(host, language),
                None => card.mac.to_string(),
            };
            ports.entry(plug.switch_called()).or_default().entry(plug.port.clone()).or_default().insert(who);
        }
    }
    // What a neighbour says of itself is the laptop's own cable.
    for row in report.neighbours.iter().filter(|row| !row.gone) {
        let name = row.told.name.clone().unwrap_or_else(|| row.told.chassis.clone());
        let known = ports.entry(name).or_default();
        if !known.values().any(|who| who.contains(laptop)) {
            known.entry(row.told.port.clone()).or_default().insert(laptop.to_owned());
        }
    }
    let word = language.pick("switch", "commutateur");
    let nodes = ports.into_iter().map(|(name, ports)| {
        let tone = silent.contains(&name).then_some(Tone::NotTested);
        let ports = ports.into_iter().map(|(port, who)| Node::new(port, who.into_iter().collect::<Vec<_>>().join(", "), None));
        Node::new(word, name, tone).over(bounded(ports.collect(), PORTS, language))
    });
    bounded(nodes.collect(), SWITCHES, language)
}

/// Gateways, DHCP and DNS servers, each once with all that it is.
fn servers(report: &Report, language: Language) -> BTreeMap<IpAddr, Node> {
    let mut known: BTreeMap<IpAddr, (Vec<&str>, Option<Tone>)> = BTreeMap::new();
    let mut add = |ip: IpAddr, what, tone: Option<Tone>| {
        let entry = known.entry(ip).or_default();
        entry.0.push(what);
        entry.1 = [entry.1, tone].into_iter().flatten().min();
    };
    for (rows, what) in [(&report.gateways, language.pick("gateway", "passerelle")), (&report.dns_servers, "DNS")] {
        for row in rows {
            let owners: Vec<Mac> = report.hosts.iter().filter(|host| host.ip == row.ip).map(|host| host.mac).collect();
            add(row.ip, what, tone_of_server(report, row.ip, &owners));
        }
    }
    for row in report.dhcp_servers.iter().filter(|row| !row.server.boot_only) {
        let ip = IpAddr::V4(row.server.id());
        let macs: Vec<Mac> = row.server.macs.iter().copied().collect();
        add(ip, "DHCP", tone_of_server(report, ip, &macs));
    }
    known.into_iter().map(|(ip, (what, tone))| (ip, Node::new(what.join(", "), ip.to_string(), tone))).collect()
}

/// Those of whom something is said, address by address with its owners; and the others. A server that nobody else plays is drawn
/// already.
fn accused<'a>(report: &'a Report, servers: &BTreeMap<IpAddr, Node>, language: Language) -> (Vec<Node>, Vec<&'a Host>) {
    let mut by_address: BTreeMap<IpAddr, Vec<(&Host, Tone)>> = BTreeMap::new();
    let mut quiet = Vec::new();
    for host in &report.hosts {
        match tone(report, host.ip, host.mac) {
            Some(tone) => by_address.entry(host.ip).or_default().push((host, tone)),
            None if servers.contains_key(&host.ip) => {}
            None => quiet.push(host),
        }
    }
    by_address.retain(|ip, owners| owners.len() > 1 || !servers.contains_key(ip));
    let owner = |&(host, tone): &(&Host, Tone)| Node::new(called(host, language), host.mac.to_string(), Some(tone));
    let mut nodes: Vec<Node> = Vec::new();
    for (ip, owners) in &by_address {
        let worst = owners.iter().map(|(_, tone)| *tone).min();
        nodes.push(match owners.as_slice() {
            [(host, _)] => Node::new(called(host, language), ip.to_string(), worst),
            owners => {
                let count = counted(owners.len() as u32, ("owner", "détenteur"), ("owners", "détenteurs"), language);
                Node::new(ip.to_string(), count, worst).over(bounded(owners.iter().map(owner).collect(), OWNERS, language))
            }
        });
    }
    nodes.sort_by_key(|node| node.tone);
    (bounded(nodes, ACCUSED, language), quiet)
}

/// The others, by kind; where there are many networks, by network. A card with several addresses is one device, of the network of
/// its first.
fn groups(quiet: &[&Host], language: Language) -> Vec<Node> {
    let network = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => format!("{}.0/24", ip.octets().map(|byte| byte.to_string())[..3].join(".")),
        IpAddr::V6(ip) => {
            format!("{:x}:{:x}:{:x}:{:x}::/64", ip.segments()[0], ip.segments()[1], ip.segments()[2], ip.segments()[3])
        }
    };
    let mut cards: BTreeMap<Mac, (IpAddr, Option<&str>)> = BTreeMap::new();
    for host in quiet {
        let card = cards.entry(host.mac).or_insert((host.ip, None));
        *card = (card.0.min(host.ip), card.1.or(host.kind.as_deref()));
    }
    let networks: BTreeSet<String> = cards.values().map(|(ip, _)| network(*ip)).collect();
    let mut groups: BTreeMap<String, u32> = BTreeMap::new();
    for (ip, kind) in cards.into_values() {
        let kind = || kind.and_then(Kind::of_id).map(|kind| kind.word(language));
        let group = match networks.len() >= NETWORKS {
            true => network(ip),
            false => kind().unwrap_or(language.pick("other devices", "autres appareils")).to_owned(),
        };
        *groups.entry(group).or_default() += 1;
    }
    let mut groups: Vec<(String, u32)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let left: u32 = groups.iter().skip(GROUPS).map(|(_, count)| count).sum();
    let devices = |count| counted(count, ("device", "appareil"), ("devices", "appareils"), language);
    let mut nodes: Vec<Node> =
        groups.into_iter().take(GROUPS).map(|(group, count)| Node::new(group, devices(count), None)).collect();
    if left > 0 {
        nodes.push(Node::new(language.pick("elsewhere", "ailleurs"), devices(left), None));
    }
    nodes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Inventory, Observation};
    use crate::oui::Vendors;
    use crate::report::Visit;
    use crate::site::Plan;

    /// A report of hosts, each an address and the last two bytes of a card.
    fn report(hosts: impl Iterator<Item = ([u8; 4], u16)>) -> Report {
        let mut inventory = Inventory::new(Vendors::builtin());
        for (frame, (ip, card)) in (0..).zip(hosts) {
            let [high, low] = card.to_be_bytes();
            let mac = Mac([0xb8, 0x27, 0xeb, 0, high, low]);
            let fact = crate::observe::Fact::AddressClaimed {
                ip: ip.into(),
                mac,
                how: crate::observe::Claim::Reply,
                rtt_us: None,
                via: None,
            };
            inventory.fold(&Observation { at: Default::default(), frame: Some(frame), fact });
        }
        let visit = serde_json::json!({"started": "", "finished": "", "interface": null, "mac": null, "addresses": [],
                                       "targets": ["10.0.0.0/8"], "site": null, "quick": false, "capture": null});
        let visit: Visit = serde_json::from_value(visit).expect("a visit");
        Report::of(visit, &inventory, &Plan::default())
    }

    fn root(report: &Report) -> Node {
        match blocks(report, Language::En).pop() {
            Some(Block::Map(map)) => map.root,
            other => panic!("no map: {other:?}"),
        }
    }

    #[test]
    fn both_owners_of_an_address_stand_out_and_the_rest_is_counted() {
        let one = |host: u8| ([10, 0, 0, host], u16::from(host));
        let root = root(&report((1..=20).map(one).chain([([10, 0, 0, 7], 700)])));
        let [shared, rest] = root.below.as_slice() else { panic!("{root:?}") };
        assert_eq!((shared.lines[0].as_str(), shared.tone), ("10.0.0.7", Some(Tone::Broken)));
        let owners: Vec<&str> = shared.below.iter().map(|owner| owner.lines[1].as_str()).collect();
        assert_eq!(owners, ["b8:27:eb:00:00:07", "b8:27:eb:00:02:bc"]);
        assert!(shared.below.iter().all(|owner| owner.tone == Some(Tone::Broken)));
        assert_eq!((rest.tone, rest.lines[1].as_str()), (None, "19 devices"));
    }

    #[test]
    fn five_thousand_hosts_are_a_handful_of_networks() {
        let host = |place: u16| ([10, 0, (place / 250) as u8, (place % 250) as u8 + 1], place);
        let root = root(&report((0..5_000).map(host)));
        assert_eq!(root.leaves(), GROUPS + 1);
        assert_eq!(root.below[0].lines[1], "250 devices");
        assert_eq!(root.below[GROUPS].lines, ["elsewhere", "3,000 devices"].map(str::to_owned));
    }

    #[test]
    fn a_card_with_addresses_of_both_kinds_is_one_device() {
        let mut report = report((1..=20).map(|host: u8| ([10, 0, 0, host], u16::from(host))));
        let sixth: Vec<Host> =
            report.hosts.iter().cloned().map(|host| Host { ip: "fe80::7".parse().expect("IPv6"), ..host }).collect();
        report.hosts.extend(sixth);
        let twenty = groups(&report.hosts.iter().collect::<Vec<_>>(), Language::En);
        assert_eq!(twenty.iter().map(|node| node.lines[1].as_str()).collect::<Vec<_>>(), ["20 devices"]);
    }

    #[test]
    fn a_gateway_that_ignores_pings_and_a_server_behind_a_silent_one_are_not_drawn_as_broken() {
        let mut report = report([([10, 0, 0, 1], 1)].into_iter());
        let named_by = serde_json::json!({"laptop": true, "plan": false, "dhcp": []});
        let silent = serde_json::json!([{"ip": "10.0.0.1", "named_by": named_by, "replies": {"sent": 20, "rtts_us": []}}]);
        report.gateways = serde_json::from_value(silent.clone()).expect("a gateway");
        report.dns_servers = serde_json::from_value(silent).expect("a DNS server");
        let ip: IpAddr = [10, 0, 0, 1].into();
        assert_eq!(servers(&report, Language::En)[&ip].tone, None);
        let problem = serde_json::json!({"ip": "10.0.0.1", "named_by": named_by, "questions": 4, "others": []});
        let problem = serde_json::json!({"code": "L7-dns-silent", "problem": problem});
        let finding = Finding::new(Severity::Broken, serde_json::from_value(problem).expect("a problem"), Vec::new());
        report.findings.push(finding);
        assert_eq!(servers(&report, Language::En)[&ip].tone, Some(Tone::Broken));
    }

    #[test]
    fn many_that_are_accused_are_bounded() {
        let twice = |place: u16| ([10, 0, 0, (place / 2) as u8], place);
        let root = root(&report((0..400).map(twice)));
        assert_eq!(root.below.len(), ACCUSED + 1);
        assert_eq!(root.below[ACCUSED].lines[0], "and 192 more");
    }
}
