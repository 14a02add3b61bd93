//! Kea's memfile, `kea-leases4.csv`: a journal in which the last row of an address counts (Kea ARM, 8.2.4.1).

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::tz::TimeZone;

use super::sheet::{Draft, card};
use super::table::{Columns, split};
use super::{Ends, Leases, Line, Reader, State};

pub(super) fn recognises(head: &[String]) -> bool {
    head.iter().find(|line| !line.trim().is_empty()).is_some_and(|line| {
        let columns = Columns::of(line);
        columns.find(&["address"]).is_some() && columns.find(&["validlifetime"]).is_some()
    })
}

pub(super) fn reader(_: &TimeZone) -> Box<dyn Reader> {
    Box::new(Kea { columns: None })
}

/// Where each field of a lease stands.
struct Places {
    address: usize,
    hwaddr: Option<usize>,
    client_id: Option<usize>,
    lifetime: Option<usize>,
    expire: Option<usize>,
    hostname: Option<usize>,
    state: Option<usize>,
}

struct Kea {
    columns: Option<Places>,
}

impl Reader for Kea {
    fn line(&mut self, line: Line<'_>, leases: &mut Leases) {
        if line.text.trim().is_empty() {
            return;
        }
        let Some(places) = &self.columns else {
            let columns = Columns::of(line.text);
            let Some(address) = columns.find(&["address"]) else { return leases.bad_field(line.number, "headings", line.text) };
            self.columns = Some(Places {
                address,
                hwaddr: columns.find(&["hwaddr"]),
                client_id: columns.find(&["clientid"]),
                lifetime: columns.find(&["validlifetime"]),
                expire: columns.find(&["expire"]),
                hostname: columns.find(&["hostname"]),
                state: columns.find(&["state"]),
            });
            return;
        };
        let fields = split(line.text, ',');
        let field = |place: Option<usize>| place.and_then(|place| fields.get(place)).map_or("", |field| field.trim());
        let address = field(Some(places.address));
        let Ok(ip) = address.parse::<Ipv4Addr>() else {
            if address.parse::<Ipv6Addr>().is_err() && address != "address" {
                leases.bad_field(line.number, "address", address);
            }
            return;
        };
        let mut draft = Draft::default();
        match field(places.hwaddr) {
            // A declined lease is nobody's.
            "" => {}
            text => match card(text) {
                Some(mac) => draft.mac = Some(mac),
                None => leases.bad_field(line.number, "hwaddr", text),
            },
        }
        draft.client(field(places.client_id));
        // Kea writes a comma in a name so.
        draft.called(&field(places.hostname).replace("&#x2c", ","));
        let lifetime = field(places.lifetime).parse::<u32>().ok();
        let (state, word) = (field(places.state), field(places.expire));
        // A row with a lifetime of 0 takes the lease back.
        let state = match state {
            _ if lifetime == Some(0) => State::Expired,
            "0" | "" => State::Active,
            "1" => State::Declined,
            "2" | "3" => State::Expired,
            other => return leases.bad_field(line.number, "state", other),
        };
        let ends = match word.parse::<i64>() {
            _ if lifetime == Some(Ends::FOR_EVER) => Ends::Never,
            Ok(seconds) => Ends::At(seconds),
            Err(_) => {
                leases.bad_field(line.number, "expire", word);
                Ends::Unknown
            }
        };
        leases.add(draft.lease(ip, state, ends, line.number));
    }
}
