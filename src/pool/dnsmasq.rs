//! `dnsmasq.conf`: `dhcp-range=` and `dhcp-host=` (dnsmasq(8)).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Configuration, Server, numbered};
use crate::lease::sheet::{Draft, card};
use crate::lease::{Ends, State};

/// Keys that stand in such a file and in no other.
const KEYS: [&str; 16] = [
    "conf-dir",
    "conf-file",
    "interface",
    "except-interface",
    "listen-address",
    "bind-interfaces",
    "bind-dynamic",
    "domain-needed",
    "bogus-priv",
    "no-resolv",
    "no-hosts",
    "port",
    "server",
    "address",
    "domain",
    "local",
];

pub(super) fn recognises(lines: &[String]) -> bool {
    lines.iter().filter_map(|line| setting(line)).any(|(key, _)| key.starts_with("dhcp-") || KEYS.contains(&key))
}

pub(super) fn read(lines: &[String], configuration: &mut Configuration) {
    for (line, text) in numbered(lines) {
        match setting(text) {
            Some(("dhcp-range", value)) => range(value, line, configuration),
            Some(("dhcp-host", value)) => host(value, line, configuration),
            Some((key @ ("conf-file" | "conf-dir" | "dhcp-hostsfile" | "dhcp-hostsdir"), value)) if !value.is_empty() => {
                configuration.elsewhere(line, key, value);
            }
            _ => {}
        }
    }
}

/// The key and the value of a line, without its comment: one starts the line, or stands after a space.
fn setting(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let mut before = ' ';
    let mut quoted = false;
    let comment = line.char_indices().find(|&(_, c)| {
        quoted ^= c == '"';
        let starts = c == '#' && before.is_whitespace() && !quoted;
        before = c;
        starts
    });
    let line = comment.map_or(line, |(at, _)| &line[..at]);
    let (key, value) = line.split_once('=').unwrap_or((line, ""));
    let key = key.trim();
    let is_key = !key.is_empty() && key.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    is_key.then(|| (key, value.trim().trim_matches('"')))
}

/// `[tag:…,][set:…,]first[,last|static|proxy][,mask[,broadcast]][,lease time]`; tags also as `net:…` or, long ago, bare.
fn range(value: &str, line: u32, configuration: &mut Configuration) {
    // A bare tag is a word; what begins as an address must be one.
    let is_tag = |part: &&str| part.contains(':') || !(part.contains('.') && part.starts_with(|c: char| c.is_ascii_digit()));
    let mut parts = value.split(',').map(str::trim).skip_while(|part| part.parse::<Ipv4Addr>().is_err() && is_tag(part));
    let Some(first) = parts.next().and_then(|part| part.parse::<Ipv4Addr>().ok()) else {
        if !value.split(',').any(is_six) {
            configuration.bad_field(line, "dhcp-range", value);
        }
        return;
    };
    match parts.next() {
        // Addresses are given by reservation only, or none at all.
        Some("static" | "proxy") => {}
        Some(second) => match second.parse::<Ipv4Addr>() {
            // dnsmasq turns a range that stands backwards.
            Ok(last) => configuration.pool(Server::Dnsmasq, first.min(last), first.max(last), line),
            Err(_) if is_time(second) => configuration.pool(Server::Dnsmasq, first, first, line),
            Err(_) => configuration.bad_field(line, "dhcp-range", value),
        },
        None => configuration.pool(Server::Dnsmasq, first, first, line),
    }
}

/// An address of IPv6, or the rest of one that is made from an interface.
fn is_six(part: &str) -> bool {
    let part = part.trim();
    part.parse::<Ipv6Addr>().is_ok() || part.starts_with("constructor:") || part.starts_with("::")
}

/// `12h`, `45m`, `3600`, `infinite`, `deprecated`.
fn is_time(part: &str) -> bool {
    let digits = part.trim_end_matches(['s', 'm', 'h', 'd', 'w', 'S', 'M', 'H', 'D', 'W']);
    part == "infinite" || part == "deprecated" || (!digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit()))
}

/// `card,card,id:…,set:…,tag:…,address,name,lease time,ignore` in nearly any order; every card may have the address.
fn host(value: &str, line: u32, configuration: &mut Configuration) {
    let (mut cards, mut ip, mut draft, mut name) = (Vec::new(), None, Draft::default(), None);
    for part in value.split(',').map(str::trim) {
        if part == "ignore" {
            return;
        }
        if let Some(id) = part.strip_prefix("id:") {
            draft.client(id);
        } else if let Ok(address) = part.parse::<Ipv4Addr>() {
            ip = Some(address);
        } else if let Some(mac) = card(part) {
            cards.push(mac);
        } else if !part.contains([':', '[', '*']) && !is_time(part) {
            name = name.or(Some(part));
        }
    }
    draft.called(name.unwrap_or_default());
    // A name without an address: the hosts file has that.
    let Some(ip) = ip else { return };
    let keep = |draft: Draft, configuration: &mut Configuration| {
        configuration.reserve(draft.lease(ip, State::Reserved, Ends::Never, line));
    };
    if cards.is_empty() {
        return keep(draft, configuration);
    }
    for mac in cards {
        keep(Draft { mac: Some(mac), ..draft.clone() }, configuration);
    }
}
