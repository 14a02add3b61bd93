//! `dnsmasq.leases`: `expiry mac address name client-id`, a line each (dnsmasq(8), `--dhcp-leasefile`).

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::tz::TimeZone;

use super::sheet::{self, Draft};
use super::{Ends, Leases, Line, Reader, State};

pub(super) fn recognises(head: &[String]) -> bool {
    head.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let expiry = |word: &&str| word.bytes().all(|c| c.is_ascii_digit());
        match words[..] {
            ["duid", _] => true,
            [end, _, ip, _, ..] => expiry(&end) && (ip.parse::<Ipv4Addr>().is_ok() || ip.parse::<Ipv6Addr>().is_ok()),
            _ => false,
        }
    })
}

pub(super) fn reader(_: &TimeZone) -> Box<dyn Reader> {
    Box::new(Dnsmasq)
}

struct Dnsmasq;

impl Reader for Dnsmasq {
    fn line(&mut self, line: Line<'_>, leases: &mut Leases) {
        let mut words = line.text.split_whitespace();
        let Some(first) = words.next() else { return };
        // The server's own identifier, before the leases of IPv6.
        if first == "duid" {
            return;
        }
        let Ok(expiry) = first.parse::<i64>() else { return leases.bad_field(line.number, "expiry", first) };
        let (Some(card), Some(address), Some(name)) = (words.next(), words.next(), words.next()) else {
            return leases.bad_field(line.number, "line", line.text);
        };
        let Ok(ip) = address.parse::<Ipv4Addr>() else {
            if address.parse::<Ipv6Addr>().is_err() {
                leases.bad_field(line.number, "address", address);
            }
            return;
        };
        // A card of another type than Ethernet has the type's number before it (`06-…`).
        let mut draft = Draft { mac: sheet::card(card), ..Draft::default() };
        if draft.mac.is_none() && !card.contains(['-', '*']) {
            return leases.bad_field(line.number, "mac", card);
        }
        draft.called(name);
        draft.client(words.next().unwrap_or_default());
        let ends = if expiry == 0 { Ends::Never } else { Ends::At(expiry) };
        leases.add(draft.lease(ip, State::Active, ends, line.number));
    }
}
