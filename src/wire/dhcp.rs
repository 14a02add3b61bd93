//! DHCP for IPv4 (RFC 2131, RFC 2132): the questions that take no lease, and what servers answer.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use dhcproto::v4::borrowed::{self, DhcpOptionIterator};
use dhcproto::v4::{DhcpOption, Flags, Message, MessageType, OptionCode};
use dhcproto::{Encodable, Encoder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ipv4::{Receiver, udp_frame};
use super::{Malformed, Sender};
use crate::net::Mac;

/// The port that servers and relays listen on (RFC 2131, 4.1).
pub const SERVER_PORT: u16 = 67;
/// The port that clients listen on.
pub const CLIENT_PORT: u16 = 68;
/// The class by which a PC that starts from the network names itself (PXE 2.1, table 2-1), and by which its servers answer.
pub const PXE_CLIENT: &[u8] = b"PXEClient";

/// `tr`: the high half of every transaction id of ours, so that our questions stand out in a capture.
const XID: u32 = 0x7472_0000;
/// Bytes of the fixed fields, from `op` to the magic cookie.
const FIXED_LEN: usize = 240;
/// Where `sname` and `file` lie, which option 52 may fill with options (RFC 2131, 2; RFC 2132, 9.3).
const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;
/// Addresses that are kept of one list; no client uses more.
const ADDRESSES: usize = 16;
/// Bytes that are kept of one text: what one option holds (RFC 2132, 2).
const TEXT: usize = 255;
/// What is asked for: mask, router, DNS, domain, NTP, vendor's own, lease and its renewal times, server id, class, TFTP server and
/// file, relay, search list, routes, TFTP addresses (telephones), proxy configuration.
const PARAMETERS: [u8; 18] = [1, 3, 6, 15, 42, 43, 51, 54, 58, 59, 60, 66, 67, 82, 119, 121, 150, 252];
/// The largest message that we can take, in bytes: one Ethernet frame.
const MAX_MESSAGE: u16 = 1500;

/// A question of ours. None of them takes a lease: only a REQUEST would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// INFORM: the settings for an address that we have already (RFC 2131, 4.4.3).
    Inform,
    /// DISCOVER: what would be offered (RFC 2131, 4.4.1).
    Discover,
    /// DISCOVER as a PC that starts from the network: boot servers answer nobody else (PXE 2.1, 2.2).
    NetBoot,
}

impl Question {
    /// Its transaction id.
    pub fn xid(self) -> u32 {
        XID | match self {
            Question::Inform => 1,
            Question::Discover => 2,
            Question::NetBoot => 3,
        }
    }

    /// The question of a transaction id.
    pub fn of_xid(xid: u32) -> Option<Question> {
        [Question::Inform, Question::Discover, Question::NetBoot].into_iter().find(|question| question.xid() == xid)
    }
}

/// A question as a broadcast frame. `secs` is how long we claim to have waited, in seconds (RFC 2131, 2).
pub fn question(question: Question, from: Sender, secs: u16) -> Vec<u8> {
    let own = if question == Question::Inform { from.ip } else { Ipv4Addr::UNSPECIFIED };
    let nobody = Ipv4Addr::UNSPECIFIED;
    let mut message = Message::new_with_id(question.xid(), own, nobody, nobody, nobody, &from.mac.0);
    message.set_secs(secs);
    if question != Question::Inform {
        // Whoever has no address yet can be reached by broadcast only (RFC 2131, 4.1).
        message.set_flags(Flags::default().set_broadcast());
    }
    let options = message.opts_mut();
    let kind = if question == Question::Inform { MessageType::Inform } else { MessageType::Discover };
    options.insert(DhcpOption::MessageType(kind));
    options.insert(DhcpOption::ClientIdentifier(client_id(from.mac)));
    options.insert(DhcpOption::ParameterRequestList(PARAMETERS.map(OptionCode::from).to_vec()));
    options.insert(DhcpOption::MaxMessageSize(MAX_MESSAGE));
    if question == Question::NetBoot {
        options.insert(DhcpOption::ClassIdentifier(b"PXEClient:Arch:00000:UNDI:002001".to_vec()));
        options.insert(DhcpOption::ClientSystemArchitecture(0.into()));
        options.insert(DhcpOption::ClientNetworkInterface(1, 2, 1));
        // A machine id made of the card's address: type 0, then 16 bytes (RFC 4578, 2.3).
        options.insert(DhcpOption::ClientMachineIdentifier([&[0; 11][..], &from.mac.0].concat()));
    }
    let mut bytes = Vec::new();
    message.encode(&mut Encoder::new(&mut bytes)).expect("memory takes every byte and each option is shorter than 255");
    // BOOTP's own length (RFC 1542, 2.1): some relays drop what is shorter.
    bytes.resize(bytes.len().max(300), 0);
    let from = Sender { ip: own, ..from };
    udp_frame(from, CLIENT_PORT, Receiver { mac: Mac::BROADCAST, ip: Ipv4Addr::BROADCAST }, SERVER_PORT, &bytes)
}

/// Who we are to a server: not a hardware address (type 0, RFC 2132, 9.14) but a name of the kit's own, so that a server does not
/// take us for the laptop's DHCP client and its lease.
fn client_id(mac: Mac) -> Vec<u8> {
    [&[0][..], b"trousse", &mac.0].concat()
}

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An address is offered.
    Offer,
    /// An address is leased, or settings are told.
    Ack,
    /// An address is refused.
    Nak,
}

/// The settings that a server would give. A list or text that cannot be read is left out and named in `unreadable`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Subnet mask (option 1).
    pub mask: Option<Ipv4Addr>,
    /// Routers (3).
    pub routers: Vec<Ipv4Addr>,
    /// Name servers (6).
    pub dns: Vec<Ipv4Addr>,
    /// Domain (15).
    pub domain: Option<String>,
    /// Time servers (42).
    pub ntp: Vec<Ipv4Addr>,
    /// Lease time in seconds (51); 4294967295 is for ever.
    pub lease_s: Option<u32>,
    /// When the lease is to be renewed, in seconds (58).
    pub renew_s: Option<u32>,
    /// When any server is to be asked to renew it, in seconds (59).
    pub rebind_s: Option<u32>,
    /// The vendor's own (43), in hexadecimal.
    pub vendor: Option<String>,
    /// Vendor class (60).
    pub class: Option<String>,
    /// Boot or provisioning server (66).
    pub tftp: Option<String>,
    /// Boot file (67, or the field `file`).
    pub boot_file: Option<String>,
    /// TFTP servers of telephones (150).
    pub tftp_addresses: Vec<Ipv4Addr>,
    /// Where the proxy configuration is (252).
    pub proxy: Option<String>,
    /// Routes are given one by one (121), which may stand for a router.
    pub routes: bool,
    /// The server to start from (`siaddr`).
    pub next_server: Option<Ipv4Addr>,
    /// Options whose content could not be read.
    pub unreadable: Vec<u8>,
}

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What kind of answer.
    pub kind: Kind,
    /// The transaction that it belongs to.
    pub xid: u32,
    /// Whom it is for.
    pub client: Mac,
    /// The address offered or leased; `None` where none is.
    pub address: Option<Ipv4Addr>,
    /// The relay that it came by (`giaddr`).
    pub relay: Option<Ipv4Addr>,
    /// The server's own identifier (54).
    pub server: Option<Ipv4Addr>,
    /// What it would set.
    pub settings: Settings,
}

/// What a DHCP message is to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A client's message of this transaction and card.
    Asked(u32, Mac),
    /// A server's answer.
    Answered(Box<Reply>),
    /// Any other: BOOTP, another kind of hardware, other kinds of message.
    Other,
}

/// Reads the payload of a datagram between the ports 67 and 68. Trailing bytes are no fault.
pub fn parse(bytes: &[u8]) -> Result<Heard, Malformed> {
    let bad = |field, offset| Malformed { protocol: "DHCP", field, offset };
    let message = borrowed::Message::new(bytes).map_err(|_| bad("header", bytes.len()))?;
    const COOKIE: [u8; 4] = [99, 130, 83, 99];
    if bytes[236..FIXED_LEN] != COOKIE {
        return Err(bad("magic cookie", 236));
    }
    const ETHERNET: (u8, u8) = (1, 6);
    if (bytes[1], message.hlen()) != ETHERNET {
        return Ok(Heard::Other);
    }
    let mut client = Mac::default();
    client.0.copy_from_slice(&bytes[28..34]);
    let options = Options::read(bytes);
    const BOOTREQUEST: u8 = 1;
    const BOOTREPLY: u8 = 2;
    match (bytes[0], options.kind()) {
        (BOOTREQUEST, _) => return Ok(Heard::Asked(message.xid(), client)),
        (BOOTREPLY, Some(_)) => {}
        (BOOTREPLY, None) => return Ok(Heard::Other),
        _ => return Err(bad("op", 0)),
    }
    let Some(kind) = options.kind() else { return Ok(Heard::Other) };
    let mut unreadable = Vec::new();
    let server = options.address(54, &mut unreadable);
    let settings = options.settings(&message, unreadable);
    Ok(Heard::Answered(Box::new(Reply {
        kind,
        xid: message.xid(),
        client,
        address: some(message.yiaddr()),
        relay: some(message.giaddr()),
        server,
        settings,
    })))
}

fn some(ip: Ipv4Addr) -> Option<Ipv4Addr> {
    (!ip.is_unspecified()).then_some(ip)
}

/// The options by their codes, each whole wherever its parts lie (RFC 3396, 5: options, then `file`, then `sname`).
struct Options {
    by_code: BTreeMap<u8, Vec<u8>>,
    file_is_options: bool,
}

impl Options {
    /// `bytes` hold the fixed fields at least.
    fn read(bytes: &[u8]) -> Options {
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

    fn kind(&self) -> Option<Kind> {
        match self.by_code.get(&53)?.as_slice() {
            [2] => Some(Kind::Offer),
            [5] => Some(Kind::Ack),
            [6] => Some(Kind::Nak),
            _ => None,
        }
    }

    fn settings(&self, message: &borrowed::Message<'_>, unreadable: Vec<u8>) -> Settings {
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

    fn address(&self, code: u8, bad: &mut Vec<u8>) -> Option<Ipv4Addr> {
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

#[cfg(test)]
#[path = "dhcp/tests.rs"]
mod tests;
