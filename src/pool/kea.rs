//! Kea's configuration of DHCPv4: JSON with comments of three kinds (Kea ARM, 3.1), pools and reservations of each subnet.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use serde_json::Value;

use super::{Configuration, Server, number};
use crate::fault::Why;
use crate::lease::sheet::{Draft, card};
use crate::lease::{Ends, State};
use crate::net::Ipv4Net;

pub(super) fn recognises(lines: &[String]) -> bool {
    lines.iter().any(|line| line.contains("\"Dhcp4\"") || line.contains("\"subnet4\""))
}

pub(super) fn read(lines: &[String], configuration: &mut Configuration) {
    let (text, included) = bare(&lines.join("\n"));
    for (at, file) in included {
        configuration.elsewhere(line_of(&text, at), "include", &file);
    }
    let whole: Value = match serde_json::from_str(&text) {
        Ok(whole) => whole,
        Err(error) => {
            let said = error.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            let line = number(error.line());
            return configuration.bad(line, Why::new(format!("no JSON: {said}"), format!("JSON illisible : {said}")));
        }
    };
    let mut lines = Occurrences { text: &text, seen: HashMap::new() };
    let dhcp = whole.get("Dhcp4").unwrap_or(&whole);
    reservations(dhcp, &mut lines, configuration);
    let shared = rows(dhcp, "shared-networks");
    for subnet in rows(dhcp, "subnet4").iter().chain(shared.iter().flat_map(|network| rows(network, "subnet4"))) {
        for pool in rows(subnet, "pools") {
            let Some(said) = pool.get("pool").and_then(Value::as_str) else {
                configuration.bad_field(1, "pool", &pool.to_string());
                continue;
            };
            let line = lines.next(said);
            match range(said) {
                Some((first, last)) => configuration.pool(Server::Kea, first, last, line),
                None => configuration.bad_field(line, "pool", said),
            }
        }
        reservations(subnet, &mut lines, configuration);
    }
}

fn rows<'a>(of: &'a Value, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `10.0.0.1 - 10.0.0.9` or `10.0.0.0/28`, which holds every address of the prefix.
fn range(said: &str) -> Option<(Ipv4Addr, Ipv4Addr)> {
    match said.split_once('-') {
        Some((first, last)) => Some((first.trim().parse().ok()?, last.trim().parse().ok()?)),
        None => said.trim().parse::<Ipv4Net>().ok().map(|net| (net.network(), net.broadcast())),
    }
}

fn reservations(of: &Value, lines: &mut Occurrences<'_>, configuration: &mut Configuration) {
    for host in rows(of, "reservations") {
        let field = |key: &str| host.get(key).and_then(Value::as_str);
        // One without an address gives a name or options only.
        let Some(address) = field("ip-address") else { continue };
        let line = lines.next(address);
        let Ok(ip) = address.parse() else {
            configuration.bad_field(line, "ip-address", address);
            continue;
        };
        let mut draft = Draft::default();
        if let Some(said) = field("hw-address") {
            match card(said) {
                Some(mac) => draft.mac = Some(mac),
                None => configuration.bad_field(line, "hw-address", said),
            }
        }
        draft.client(field("client-id").unwrap_or_default());
        draft.called(field("hostname").unwrap_or_default());
        configuration.reserve(draft.lease(ip, State::Reserved, Ends::Never, line));
    }
}

/// Where texts stand: what JSON says has no lines any more.
struct Occurrences<'a> {
    text: &'a str,
    seen: HashMap<String, usize>,
}

impl Occurrences<'_> {
    /// The line of the next place of a quoted text; the first line where it is written otherwise.
    fn next(&mut self, said: &str) -> u32 {
        let quoted = format!("\"{said}\"");
        let from = self.seen.get(said).copied().unwrap_or_default();
        let Some(found) = self.text[from..].find(&quoted) else { return 1 };
        self.seen.insert(said.to_owned(), from + found + quoted.len());
        line_of(self.text, from + found)
    }
}

fn line_of(text: &str, at: usize) -> u32 {
    number(1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count())
}

/// The text without comments (`//`, `#`, `/* */`), `<?include?>` and commas before a closing sign, each byte of them a space so
/// that lines stay what they are; and what was to be included, with its place.
fn bare(text: &str) -> (String, Vec<(usize, String)>) {
    let mut bytes = text.as_bytes().to_vec();
    let (mut included, mut comma, mut at) = (Vec::new(), None, 0);
    let until =
        |from: usize, end: &str| text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |found| from + found);
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        let end = match rest {
            [b'"', ..] => {
                comma = None;
                at = string_end(text.as_bytes(), at);
                continue;
            }
            [b'#', ..] | [b'/', b'/', ..] => until(at, "\n"),
            [b'/', b'*', ..] => until(at + 2, "*/").saturating_add(2),
            [b'<', b'?', ..] => {
                let end = until(at + 2, "?>").saturating_add(2).min(text.len());
                let file = text.get(at..end).and_then(|said| said.split('"').nth(1)).unwrap_or_default();
                included.push((at, file.to_owned()));
                end
            }
            [b',', ..] => {
                comma = Some(at);
                at += 1;
                continue;
            }
            [sign, ..] => {
                if matches!(sign, b'}' | b']')
                    && let Some(place) = comma
                {
                    bytes[place] = b' ';
                }
                if !sign.is_ascii_whitespace() {
                    comma = None;
                }
                at += 1;
                continue;
            }
            [] => break,
        };
        let end = end.min(bytes.len());
        bytes[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        at = end;
    }
    (String::from_utf8_lossy(&bytes).into_owned(), included)
}

/// Behind the quote that closes a text.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}
