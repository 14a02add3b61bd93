//! What a reader fills: the leases of a file, the last word on each address, and what could not be read.

use std::collections::HashMap;
use std::net::Ipv4Addr;

use super::{Ends, Lease, State};
use crate::fault::Why;
use crate::net::Mac;

/// A line of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Counted from 1.
    pub(crate) number: u32,
    /// Without its end.
    pub(crate) text: &'a str,
}

/// Reads one format, line by line.
pub(crate) trait Reader {
    /// The next line.
    fn line(&mut self, line: Line<'_>, leases: &mut Leases);

    /// There are no more; the number of the last one.
    fn end(&mut self, _last: u32, _leases: &mut Leases) {}
}

/// Something in a file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, counted from 1.
    pub line: u32,
    /// What.
    pub why: Why,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Leases {
    /// The last entry of each address, and its reservation, in the order in which the addresses came up.
    pub leases: Vec<Lease>,
    /// The first lines that could not be read.
    pub complaints: Vec<Complaint>,
    /// How many more there were.
    pub more: u32,
    places: HashMap<(Ipv4Addr, bool), u32>,
}

/// Addresses that are kept of a file: more than any server of a site leases.
const MOST: usize = 1 << 20;
/// Complaints that are told one by one.
const COMPLAINTS: usize = 10;
/// Characters of a name that are kept: what an option of DHCP can hold (RFC 2132, 2).
const NAME: usize = 255;

impl Leases {
    /// Adds an entry, in place of an earlier one of the same address; where it stands.
    pub(super) fn add(&mut self, lease: Lease) -> Option<usize> {
        let next = self.leases.len();
        let place = *self.places.entry((lease.ip, lease.state == State::Reserved)).or_insert(next as u32) as usize;
        if place < next {
            self.leases[place] = lease;
        } else if next < MOST {
            self.leases.push(lease);
        } else {
            self.places.remove(&(lease.ip, lease.state == State::Reserved));
            let line = lease.line;
            self.bad(line, || {
                let many = "more than 1,048,576 addresses: this one is not kept";
                Why::new(many, "plus de 1 048 576 adresses : celle-ci n'est pas conservée")
            });
            return None;
        }
        Some(place)
    }

    /// Tells when the entry that a line put there ends, unless a later line has taken its place.
    pub(super) fn ends(&mut self, place: usize, line: u32, ends: Ends) {
        if let Some(lease) = self.leases.get_mut(place).filter(|lease| lease.line == line) {
            lease.ends = ends;
        }
    }

    /// Keeps the complaint, or counts it.
    pub(crate) fn bad(&mut self, line: u32, why: impl FnOnce() -> Why) {
        if self.complaints.len() < COMPLAINTS {
            self.complaints.push(Complaint { line, why: why() });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// A field that is not what it must be.
    pub(crate) fn bad_field(&mut self, line: u32, field: &str, text: &str) {
        self.bad(line, || {
            let shown: String = text.chars().take(40).collect();
            Why::new(format!("{field}: {shown:?} cannot be read"), format!("{field} : {shown:?} illisible"))
        });
    }

    /// The end of the file.
    pub(super) fn done(mut self) -> Leases {
        self.places = HashMap::new();
        self
    }

    /// The same leases as they stand at a time in seconds since 1970: what ended before it is over.
    pub fn as_of(mut self, now: i64) -> Leases {
        for lease in &mut self.leases {
            if lease.state == State::Active && matches!(lease.ends, Ends::At(end) if end <= now) {
                lease.state = State::Expired;
            }
        }
        self
    }
}

/// An entry as a reader gathers it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) mac: Option<Mac>,
    pub(crate) client_id: Option<Box<str>>,
    pub(crate) name: Option<Box<str>>,
}

impl Draft {
    /// Takes the client identifier, hexadecimal with or without signs between; one that only repeats the card is left out.
    pub(crate) fn client(&mut self, text: &str) {
        let again = ["01:", "01-", "1:"].iter().find_map(|kind| text.strip_prefix(kind)).and_then(pairs);
        if self.mac.is_some() && again == self.mac {
            return;
        }
        let written = tidy(text);
        self.client_id = (!written.is_empty()).then(|| written.into());
    }

    /// Takes a name; `*` and nothing are none.
    pub(crate) fn called(&mut self, text: &str) {
        let name = text.trim();
        let end = name.char_indices().nth(NAME).map_or(name.len(), |(at, _)| at);
        self.name = (!name.is_empty() && name != "*").then(|| name[..end].into());
    }

    /// The entry.
    pub(crate) fn lease(mut self, ip: Ipv4Addr, state: State, ends: Ends, line: u32) -> Lease {
        if self.mac.is_some() && self.client_id.as_deref().and_then(super::card_in) == self.mac {
            self.client_id = None;
        }
        Lease { ip, mac: self.mac, client_id: self.client_id, name: self.name, ends, state, line }
    }
}

/// A card in any of the usual spellings.
pub(crate) fn card(text: &str) -> Option<Mac> {
    pairs(text).or_else(|| text.parse().ok())
}

/// A card in the spelling of nearly all files, six pairs of digits with a sign between, which is worth reading fast.
fn pairs(text: &str) -> Option<Mac> {
    let bytes: &[u8; 17] = text.as_bytes().try_into().ok()?;
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let mut mac = Mac::ZERO;
    for (place, byte) in mac.0.iter_mut().enumerate() {
        let at = 3 * place;
        *byte = digit(bytes[at])? << 4 | digit(bytes[at + 1])?;
        if !matches!(bytes.get(at + 2), None | Some(b':' | b'-')) {
            return None;
        }
    }
    Some(mac)
}

/// Bytes in hexadecimal as `01:00:1b`; what is none as it stands. A single digit between two colons is a byte too (RouterOS).
fn tidy(text: &str) -> String {
    let text = text.trim().trim_matches('*');
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let bytes = parts.len() > 1 && parts.iter().all(|part| (1..=2).contains(&part.len()) && u8::from_str_radix(part, 16).is_ok());
    let end = text.char_indices().nth(NAME).map_or(text.len(), |(at, _)| at);
    if bytes {
        parts.iter().map(|part| format!("{:0>2}", part.to_ascii_lowercase())).collect::<Vec<_>>().join(":")
    } else {
        text[..end].to_owned()
    }
}
