//! Whether a lab that reads well can also be built: what the types alone do not rule out.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use super::topology::{Answers, Host, Lab, Span, Swarm};
use crate::fault::{Fault, Result};
use crate::net::{Ipv4Net, hex_digits};

/// The longest name of a Linux interface, of a bridge here (`IFNAMSIZ` less the final zero).
const LONGEST_NETWORK: usize = 15;

/// Whether the lab can be built; the fault is about its first mistake.
pub(super) fn check(lab: &Lab) -> Result<()> {
    let wrong =
        |what: (String, String)| Fault::new(format!("lab {}: {}", lab.name, what.0), format!("labo {} : {}", lab.name, what.1));
    let mut names = HashSet::from(["kit"]);
    for host in &lab.hosts {
        if !is_name(&host.name) || !names.insert(&host.name) {
            let name = &host.name;
            return Err(wrong((
                format!("host {name:?}: a name of its own in a-z, 0-9 and - is expected"),
                format!("hôte {name:?} : un nom à lui, en a-z, 0-9 et -, est attendu"),
            )));
        }
        let about =
            |(en, fr): (String, String)| wrong((format!("host {}: {en}", host.name), format!("hôte {} : {fr}", host.name)));
        check_host(host).map_err(about)?;
    }
    check_files(&lab.kit.files)
        .and_then(|()| check_routes(&lab.kit.routes))
        .map_err(|(en, fr)| wrong((format!("kit: {en}"), format!("kit : {fr}"))))?;
    for network in lab.networks() {
        if !is_name(network) || network.len() > LONGEST_NETWORK {
            return Err(wrong((
                format!("network {network:?}: at most 15 of a-z, 0-9 and - are expected"),
                format!("réseau {network:?} : au plus 15 caractères parmi a-z, 0-9 et - sont attendus"),
            )));
        }
    }
    for host in &lab.hosts {
        check_order(lab, host).map_err(wrong)?;
    }
    check_acts(lab).map_err(wrong)?;
    for swarm in &lab.swarms {
        let about = |(en, fr): (String, String)| {
            wrong((format!("swarm {}: {en}", swarm.prefix), format!("essaim {} : {fr}", swarm.prefix)))
        };
        check_swarm(lab, swarm).map_err(about)?;
    }
    Ok(())
}

/// The two languages of one complaint.
type Complaint = (String, String);

fn check_routes(routes: &[String]) -> std::result::Result<(), Complaint> {
    match routes.iter().find(|route| route.contains('\n')) {
        Some(route) => {
            Err((format!("route {route:?}: one line is expected"), format!("route {route:?} : une ligne est attendue")))
        }
        None => Ok(()),
    }
}

fn check_host(host: &Host) -> std::result::Result<(), Complaint> {
    let both = |en: &str, fr: &str| Err((en.to_owned(), fr.to_owned()));
    if !host.cards.is_empty() && (host.address.is_some() || host.mac.is_some() || !host.addresses.is_empty()) {
        return both("write either cards or one address and mac", "écrire soit cards, soit une address et une mac");
    }
    check_files(&host.files)?;
    if let Some(key) = host.sysctl.keys().find(|key| !key.starts_with("net.") || key.contains("..") || key.contains('/')) {
        return Err((
            format!("sysctl {key:?}: one of net., dots between, is expected"),
            format!("sysctl {key:?} : une clé de net., séparée par des points, est attendue"),
        ));
    }
    check_routes(&host.routes)?;
    let Some(answers) = &host.answers else { return Ok(()) };
    let kernel_only = !host.cards.is_empty()
        || !host.addresses.is_empty()
        || !host.run.as_slice().is_empty()
        || !host.sysctl.is_empty()
        || !host.routes.is_empty()
        || host.gateway.is_some();
    if kernel_only || host.ipv4().is_none() {
        return both(
            "with answers, a host has one IPv4 address, a mac, and nothing that runs on it",
            "avec answers, un hôte a une adresse IPv4, une mac, et rien qui tourne dessus",
        );
    }
    check_answers(answers)
}

fn check_files(files: &BTreeMap<String, String>) -> std::result::Result<(), Complaint> {
    match files.keys().find(|path| path.contains('/') || path.starts_with('.')) {
        Some(path) => {
            Err((format!("file {path:?}: a plain name is expected"), format!("fichier {path:?} : un nom simple est attendu")))
        }
        None => Ok(()),
    }
}

fn check_answers(answers: &Answers) -> std::result::Result<(), Complaint> {
    check_span("delay_ms", answers.delay_ms)?;
    check_share("loss", answers.loss)?;
    if answers.repeat == 0 {
        return Err(("repeat: 1 or more is expected".to_owned(), "repeat : 1 ou plus est attendu".to_owned()));
    }
    Ok(())
}

fn check_order(lab: &Lab, host: &Host) -> std::result::Result<(), Complaint> {
    let (mut seen, mut at) = (HashSet::from([host.name.as_str()]), host);
    while let Some(after) = &at.after {
        let unknown = || {
            (
                format!("host {}: no host {after:?} to wait for", at.name),
                format!("hôte {} : pas d'hôte {after:?} à attendre", at.name),
            )
        };
        at = lab.hosts.iter().find(|host| host.name == *after).ok_or_else(unknown)?;
        if !seen.insert(&at.name) {
            let name = &host.name;
            return Err((format!("host {name}: after goes in a circle"), format!("hôte {name} : after tourne en rond")));
        }
    }
    Ok(())
}

fn check_acts(lab: &Lab) -> std::result::Result<(), Complaint> {
    let mut names = HashSet::new();
    for act in &lab.acts {
        let (name, host) = (&act.name, &act.host);
        if !is_name(name) || !names.insert(name) {
            return Err((
                format!("act {name:?}: a name of its own in a-z, 0-9 and - is expected"),
                format!("acte {name:?} : un nom à lui, en a-z, 0-9 et -, est attendu"),
            ));
        }
        if host != "kit" && !lab.hosts.iter().any(|known| known.name == *host && known.answers.is_none()) {
            return Err((
                format!("act {name}: no host {host:?} on which anything runs"),
                format!("acte {name} : pas d'hôte {host:?} où lancer quoi que ce soit"),
            ));
        }
    }
    let unknown = lab.expect.then.iter().filter_map(|then| then.act.as_deref()).find(|name| lab.act(name).is_none());
    unknown
        .map_or(Ok(()), |name| Err((format!("then: there is no act {name:?}"), format!("then : il n'y a pas d'acte {name:?}"))))
}

fn check_swarm(lab: &Lab, swarm: &Swarm) -> std::result::Result<(), Complaint> {
    check_span("rtt_ms", swarm.rtt_ms)?;
    check_span("late_ms", swarm.late_ms)?;
    for (key, share) in [("late_share", swarm.late_share), ("deaf_share", swarm.deaf_share), ("loss", swarm.loss)] {
        check_share(key, share)?;
    }
    if let Some(text) = swarm.vendors.iter().find(|text| vendor(text).is_none()) {
        return Err((
            format!("vendor {text:?}: 6 hexadecimal digits are expected, as in b8:27:eb"),
            format!("fabricant {text:?} : 6 chiffres hexadécimaux sont attendus, comme b8:27:eb"),
        ));
    }
    let free = free_addresses(lab, swarm.prefix).len();
    if free < swarm.count as usize {
        let count = swarm.count;
        return Err((
            format!("{count} hosts do not fit into {free} free addresses"),
            format!("{count} hôtes ne tiennent pas dans {free} adresses libres"),
        ));
    }
    Ok(())
}

fn check_span(key: &str, span: Span) -> std::result::Result<(), Complaint> {
    let [from, to] = span.ends();
    if from <= to {
        return Ok(());
    }
    Err((
        format!("{key}: the shorter time comes first, not {from} before {to}"),
        format!("{key} : le temps le plus court d'abord, pas {from} avant {to}"),
    ))
}

fn check_share(key: &str, share: f64) -> std::result::Result<(), Complaint> {
    if (0.0..=1.0).contains(&share) {
        return Ok(());
    }
    Err((
        format!("{key}: a share from 0 to 1 is expected, not {share}"),
        format!("{key} : une part de 0 à 1 est attendue, pas {share}"),
    ))
}

/// The first half of a hardware address, from its six hexadecimal digits.
pub(super) fn vendor(text: &str) -> Option<[u8; 3]> {
    let digits = hex_digits(text).filter(|digits| digits.len() == 6)?;
    Some([0, 2, 4].map(|at| digits[at] << 4 | digits[at + 1]))
}

/// The host addresses of a prefix that neither the kit nor a host nor the name server holds, in order.
pub(super) fn free_addresses(lab: &Lab, prefix: Ipv4Net) -> Vec<Ipv4Addr> {
    let kit = lab.kit.address.iter().chain(&lab.kit.addresses).map(|net| net.addr());
    let hosts = lab.hosts.iter().flat_map(|host| host.all_cards()).flat_map(|card| card.all_addresses().collect::<Vec<_>>());
    let taken: HashSet<IpAddr> = hosts.map(|net| net.addr()).chain(kit).chain(lab.kit.dns).chain(lab.kit.gateway).collect();
    prefix.hosts().filter(|ip| !taken.contains(&IpAddr::V4(*ip))).collect()
}

fn is_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    plain && !text.is_empty() && text.len() <= 63 && !text.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    /// What is said of a lab with these lines after its title and kit.
    fn complaint(lines: &str) -> String {
        let text = format!("title = \"t\"\ntitle_fr = \"t\"\n[kit]\naddress = \"10.0.0.1/24\"\n{lines}");
        Lab::parse("x", &text).err().map(|fault| fault.say(Language::En)).unwrap_or_default()
    }

    #[test]
    fn a_lab_that_cannot_be_built_is_one_line_that_says_why() {
        let cases = [
            ("[[host]]\nname = \"kit\"", "lab x: host \"kit\": a name of its own in a-z, 0-9 and - is expected"),
            (
                "[[host]]\nname = \"a\"\n[[host]]\nname = \"a\"",
                "lab x: host \"a\": a name of its own in a-z, 0-9 and - is expected",
            ),
            ("[[host]]\nname = \"a\"\nafter = \"b\"", "lab x: host a: no host \"b\" to wait for"),
            ("[[host]]\nname = \"a\"\nafter = \"a\"", "lab x: host a: after goes in a circle"),
            ("[[host]]\nname = \"a\"\nfiles = { \"../b\" = \"\" }", "lab x: host a: file \"../b\": a plain name is expected"),
            (
                "[[host]]\nname = \"a\"\nsysctl = { \"kernel.panic\" = 1 }",
                "lab x: host a: sysctl \"kernel.panic\": one of net., dots between, is expected",
            ),
            (
                "[[act]]\nname = \"cut\"\ntitle = \"t\"\ntitle_fr = \"t\"\nhost = \"a\"\nrun = \"true\"",
                "lab x: act cut: no host \"a\" on which anything runs",
            ),
            ("[[expect.then]]\nact = \"cut\"", "lab x: then: there is no act \"cut\""),
            (
                "[[swarm]]\nprefix = \"10.0.0.0/29\"\ncount = 9",
                "lab x: swarm 10.0.0.0/29: 9 hosts do not fit into 5 free addresses",
            ),
            (
                "[[swarm]]\nprefix = \"10.0.0.0/24\"\ncount = 9\nloss = 5.0",
                "lab x: swarm 10.0.0.0/24: loss: a share from 0 to 1 is expected, not 5",
            ),
            (
                "[[swarm]]\nprefix = \"10.0.0.0/24\"\ncount = 9\nrtt_ms = [5, 2]",
                "lab x: swarm 10.0.0.0/24: rtt_ms: the shorter time comes first, not 5 before 2",
            ),
        ];
        for (lines, expected) in cases {
            assert_eq!(complaint(lines), expected);
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let said = complaint("colour = \"red\"");
        assert!(said.starts_with("lab x, line 5: unknown field `colour`"), "{said}");
        assert!(!said.contains('\n'), "{said}");
    }

    #[test]
    fn a_host_played_by_the_responder_runs_nothing() {
        let said = complaint("[[host]]\nname = \"a\"\naddress = \"10.0.0.2/24\"\nrun = \"sleep 1\"\nanswers = {}");
        assert_eq!(said, "lab x: host a: with answers, a host has one IPv4 address, a mac, and nothing that runs on it");
    }

    #[test]
    fn a_card_without_a_mac_gets_one_of_its_own() {
        let text = "title = \"t\"\ntitle_fr = \"t\"\n[kit]\n[[host]]\nname = \"a\"\ncards = [{ network = \"b\" }, {}]\n";
        let lab = Lab::parse("x", text).map_err(|fault| fault.to_string()).expect("a lab");
        let cards = lab.hosts[0].all_cards();
        assert_ne!(cards[0].mac, cards[1].mac);
        assert!(cards.iter().flat_map(|card| card.mac).all(|mac| mac.is_local() && !mac.is_group()));
        assert_eq!(lab.networks(), ["b", "lan"]);
    }
}
