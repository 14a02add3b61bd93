//! The options of a DHCP answer (RFC 2132): each read by itself, so that one that cannot be read hides no other.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use dhcproto::v4::borrowed::{self, DhcpOptionIterator};

use super::{FIXED_LEN, Kind, Settings, some};

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
            vendor: self.by_code.get(&43).map(|value| value.iter().take(TEXT).map(|byte| format!("{byte:02x}")).collect()),
            class: self.text(60),
            tftp: self.text(66),
            boot_file: self.text(67).or(file),
            tftp_addresses: self.addresses(150, &mut bad),
            proxy: self.text(252),
            routes: self.by_code.contains_key(&121),
            next_server: some(message.siaddr()),
            unreadable: Vec::new(),
        };
        settings.unreadable = bad;
        settings
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

    fn seconds(&self, code: u8, bad: &mut Vec<u8>) -> Option<u32> {
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

    fn text(&self, code: u8) -> Option<String> {
        self.by_code.get(&code).and_then(|value| text(value))
    }
}

fn gather(by_code: &mut BTreeMap<u8, Vec<u8>>, bytes: &[u8]) {
    for option in DhcpOptionIterator::new(bytes) {
        by_code.entry(option.code().into()).or_default().extend_from_slice(option.data());
    }
}

/// A text as it was sent, its final zeros left out; whatever is no UTF-8 in it is marked.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|&byte| byte != 0)? + 1;
    Some(String::from_utf8_lossy(&bytes[..end.min(TEXT)]).into_owned())
}
