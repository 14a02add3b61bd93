//! The options of a DHCP answer (RFC 2132): each read by itself, so that one that cannot be read hides no other.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use dhcproto::v4::borrowed::{self, DhcpOptionIterator};

use super::{FIXED_LEN, Kind, Says, Settings, some};

/// Where `sname` and `file` lie, which option 52 may fill with options (RFC 2131, 2; RFC 2132, 9.3).
const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;
/// Addresses that are kept of one list; no client uses more.
pub(super) const ADDRESSES: usize = 16;
/// Bytes that are kept of one text: what one option holds (RFC 2132, 2).
pub(super) const TEXT: usize = 255;

/// The options by their codes, each whole wherever its parts lie (RFC 3396, 5: options, then `file`, then `sname`).
pub(super) struct Options {
    by_code: BTreeMap<u8, Vec<u8>>,
    file_is_options: bool,
}

impl Options {
    /// `bytes` hold the fixed fields at least.
    pub(super) fn read(bytes: &[u8]) -> Options {
        let mut by_code = BTreeMap::new();
        gather(&mut by_code, &bytes[FIXED_LEN..]);
        let overload = by_code.get(&52).and_then(|value| value.first()).copied().unwrap_or(0);
        let (file_is_options, sname_is_options) = (matches!(overload, 1 | 3), matches!(overload, 2 | 3));
        if file_is_options {
            gather(&mut by_code, &bytes[FILE]);
        }
        if sname_is_options {
            gather(&mut by_code, &bytes[SNAME]);
        }
        Options { by_code, file_is_options }
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        match self.by_code.get(&53)?.as_slice() {
            [2] => Some(Kind::Offer),
            [5] => Some(Kind::Ack),
            [6] => Some(Kind::Nak),
            _ => None,
        }
    }

    pub(super) fn is_lease_query(&self) -> bool {
        self.by_code.get(&53).is_some_and(|value| *value == [10])
    }

    pub(super) fn says(&self) -> Option<Says> {
        match self.by_code.get(&53)?.as_slice() {
            [11] => Some(Says::Unassigned),
            [12] => Some(Says::Unknown),
            [13] => Some(Says::Active),
            _ => None,
        }
    }

    pub(super) fn hex(&self, code: u8) -> Option<String> {
        self.by_code.get(&code).map(|value| value.iter().take(TEXT).map(|byte| format!("{byte:02x}")).collect())
    }

    pub(super) fn settings(&self, message: &borrowed::Message<'_>, unreadable: Vec<u8>) -> Settings {
        let mut bad = unreadable;
        let file = if self.file_is_options { None } else { text(message.fname()) };
        let mut settings = Settings {
            mask: self.address(1, &mut bad),
            routers: self.addresses(3, &mut bad),
            dns: self.addresses(6, &mut bad),
            domain: self.text(15),
            ntp: self.addresses(42, &mut bad),
            lease_s: self.seconds(51, &mut bad),
            renew_s: self.seconds(58, &mut bad),
            rebind_s: self.seconds(59, &mut bad),
            vendor: self.hex(43),
            class: self.text(60),
            tftp: self.text(66),
            boot_file: self.text(67).or(file),
            tftp_addresses: self.addresses(150, &mut bad),
            proxy: self.text(252),
            routes: self.by_code.contains_key(&121),
            route_list: self.routes(121, &mut bad),
            search: self.search(119, &mut bad),
            next_server: some(message.siaddr()),
            unreadable: Vec::new(),
        };
        settings.unreadable = bad;
        settings
    }

    /// Classless routes (RFC 3442): the length of a prefix, as many of its bytes as that takes, the router.
    fn routes(&self, code: u8, bad: &mut Vec<u8>) -> Vec<String> {
        let Some(mut rest) = self.by_code.get(&code).map(Vec::as_slice) else { return Vec::new() };
        let mut routes = Vec::new();
        while let Some((&length, after)) = rest.split_first() {
            let bytes = usize::from(length).div_ceil(8);
            let Some((prefix, router, after)) = (length <= 32).then(|| split(after, bytes)).flatten() else {
                bad.push(code);
                break;
            };
            let mut network = [0; 4];
            network[..bytes].copy_from_slice(prefix);
            if routes.len() < ADDRESSES {
                routes.push(format!("{}/{length} via {}", Ipv4Addr::from(network), Ipv4Addr::from(router)));
            }
            rest = after;
        }
        routes
    }

    /// A search list (RFC 3397), whose names are written as DNS writes them, compressed within the option.
    fn search(&self, code: u8, bad: &mut Vec<u8>) -> Vec<String> {
        let Some(value) = self.by_code.get(&code) else { return Vec::new() };
        let (mut place, mut names) = (0, Vec::new());
        while place < value.len() {
            let Some((name, after)) = name(value, place) else {
                bad.push(code);
                break;
            };
            if names.len() < ADDRESSES {
                names.push(name);
            }
            place = after;
        }
        names
    }

    fn addresses(&self, code: u8, bad: &mut Vec<u8>) -> Vec<Ipv4Addr> {
        let Some(value) = self.by_code.get(&code) else { return Vec::new() };
        let (addresses, rest) = value.as_chunks::<4>();
        if !rest.is_empty() || addresses.is_empty() {
            bad.push(code);
        }
        addresses.iter().take(ADDRESSES).map(|&bytes| Ipv4Addr::from(bytes)).collect()
    }

    pub(super) fn address(&self, code: u8, bad: &mut Vec<u8>) -> Option<Ipv4Addr> {
        self.four(code, bad).map(Ipv4Addr::from)
    }

    pub(super) fn seconds(&self, code: u8, bad: &mut Vec<u8>) -> Option<u32> {
        self.four(code, bad).map(u32::from_be_bytes)
    }

    fn four(&self, code: u8, bad: &mut Vec<u8>) -> Option<[u8; 4]> {
        let value = self.by_code.get(&code)?;
        let four = <[u8; 4]>::try_from(value.as_slice()).ok();
        if four.is_none() {
            bad.push(code);
        }
        four
    }

    pub(super) fn text(&self, code: u8) -> Option<String> {
        self.by_code.get(&code).and_then(|value| text(value))
    }
}

fn gather(by_code: &mut BTreeMap<u8, Vec<u8>>, bytes: &[u8]) {
    for option in DhcpOptionIterator::new(bytes) {
        by_code.entry(option.code().into()).or_default().extend_from_slice(option.data());
    }
}

/// The first bytes, the four of an address after them, and the rest.
fn split(bytes: &[u8], first: usize) -> Option<(&[u8], [u8; 4], &[u8])> {
    let (prefix, rest) = bytes.split_at_checked(first)?;
    let (router, rest) = rest.split_first_chunk::<4>()?;
    Some((prefix, *router, rest))
}

/// The name at a place of a search list, and where the next one begins. A pointer leads backwards only, so that none goes in
/// circles.
fn name(bytes: &[u8], place: usize) -> Option<(String, usize)> {
    let (mut at, mut end, mut labels, mut length) = (place, None, Vec::new(), 0);
    loop {
        let size = usize::from(*bytes.get(at)?);
        match size {
            0 => return Some((labels.join("."), end.unwrap_or(at + 1))),
            1..=63 => {
                let label = bytes.get(at + 1..at + 1 + size)?;
                length += size + 1;
                // The longest name (RFC 1035, 2.3.4).
                if length > TEXT {
                    return None;
                }
                labels.push(String::from_utf8_lossy(label).into_owned());
                at += 1 + size;
            }
            192.. => {
                let to = (size & 0x3f) << 8 | usize::from(*bytes.get(at + 1)?);
                end = end.or(Some(at + 2));
                if to >= at {
                    return None;
                }
                at = to;
            }
            _ => return None,
        }
    }
}

/// A text as it was sent, its final zeros left out; whatever is no UTF-8 in it is marked.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|&byte| byte != 0)? + 1;
    Some(String::from_utf8_lossy(&bytes[..end.min(TEXT)]).into_owned())
}
