//! DHCP for IPv4 (RFC 2131, RFC 2132): the questions that take no lease, and what servers answer.

use std::net::Ipv4Addr;

use dhcproto::v4::borrowed;
use dhcproto::v4::{DhcpOption, Flags, Message, MessageType, OptionCode};
use dhcproto::{Encodable, Encoder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::options::Options;
use super::ipv4::{Receiver, udp_frame};
use super::{Malformed, Sender};
use crate::net::Mac;

mod leasequery;
mod options;

pub use leasequery::{LeaseReply, Says, lease_question};

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
/// What is asked for: mask, router, DNS, domain, NTP, vendor's own, lease and its renewal times, server id, class, TFTP server
/// and file, relay, search list, routes, TFTP addresses (telephones), proxy configuration.
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

/// Transaction ids of the DISCOVERs that ask for an address, and of the lease queries: one each for 256 questions.
const POOL_XID: u32 = XID | 0x100;
const LEASE_XID: u32 = XID | 0x200;

/// Whether a transaction is a DISCOVER of ours that asks for an address.
pub fn is_pool_xid(xid: u32) -> bool {
    xid & !0xff == POOL_XID
}

/// Whether a transaction is a lease query of ours.
pub fn is_lease_xid(xid: u32) -> bool {
    xid & !0xff == LEASE_XID
}

/// A DISCOVER that asks for an address (option 50, RFC 2132, 9.1), as a broadcast frame. A server that leases the address and
/// finds it free offers it; nothing is leased.
pub fn pool_question(number: u8, wanted: Ipv4Addr, from: Sender) -> Vec<u8> {
    let wish = DhcpOption::RequestedIpAddress(wanted);
    broadcast(Question::Discover, POOL_XID | u32::from(number), from, 0, Some(wish))
}

/// A question as a broadcast frame. `secs` is how long we claim to have waited, in seconds (RFC 2131, 2).
pub fn question(question: Question, from: Sender, secs: u16) -> Vec<u8> {
    broadcast(question, question.xid(), from, secs, None)
}

fn broadcast(question: Question, xid: u32, from: Sender, secs: u16, wish: Option<DhcpOption>) -> Vec<u8> {
    let own = if question == Question::Inform { from.ip } else { Ipv4Addr::UNSPECIFIED };
    let nobody = Ipv4Addr::UNSPECIFIED;
    let mut message = Message::new_with_id(xid, own, nobody, nobody, nobody, &from.mac.0);
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
    wish.into_iter().for_each(|wish| drop(options.insert(wish)));
    if question == Question::NetBoot {
        options.insert(DhcpOption::ClassIdentifier(b"PXEClient:Arch:00000:UNDI:002001".to_vec()));
        options.insert(DhcpOption::ClientSystemArchitecture(0.into()));
        options.insert(DhcpOption::ClientNetworkInterface(1, 2, 1));
        // A machine id made of the card's address: type 0, then 16 bytes (RFC 4578, 2.3).
        options.insert(DhcpOption::ClientMachineIdentifier([&[0; 11][..], &from.mac.0].concat()));
    }
    let bytes = encode(&message);
    let from = Sender { ip: own, ..from };
    udp_frame(from, CLIENT_PORT, Receiver { mac: Mac::BROADCAST, ip: Ipv4Addr::BROADCAST }, SERVER_PORT, &bytes)
}

fn encode(message: &Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut Encoder::new(&mut bytes)).expect("memory takes every byte and each option is shorter than 255");
    // BOOTP's own length (RFC 1542, 2.1): some relays drop what is shorter.
    bytes.resize(bytes.len().max(300), 0);
    bytes
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
    /// Those routes, as in `10.0.0.0/8 via 10.77.0.9`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route_list: Vec<String>,
    /// The domains that names are searched in (119).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
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
    /// A client's message.
    Asked {
        /// The transaction.
        xid: u32,
        /// The client's card.
        client: Mac,
        /// The address that it asks for (option 50), or asks about (a lease query's `ciaddr`).
        about: Option<Ipv4Addr>,
    },
    /// A server's answer.
    Answered(Box<Reply>),
    /// A server's answer to a lease query.
    Lease(Box<LeaseReply>),
    /// Any other: BOOTP, another kind of hardware, other kinds of message.
    Other,
}

/// Reads the payload of a datagram between the ports 67 and 68, or from 67 to 67. Trailing bytes are no fault.
pub fn parse(bytes: &[u8]) -> Result<Heard, Malformed> {
    let bad = |field, offset| Malformed { protocol: "DHCP", field, offset };
    let message = borrowed::Message::new(bytes).map_err(|_| bad("header", bytes.len()))?;
    const COOKIE: [u8; 4] = [99, 130, 83, 99];
    if bytes[236..FIXED_LEN] != COOKIE {
        return Err(bad("magic cookie", 236));
    }
    const ETHERNET: (u8, u8) = (1, 6);
    const BOOTREQUEST: u8 = 1;
    const BOOTREPLY: u8 = 2;
    let mut client = Mac::default();
    client.0.copy_from_slice(&bytes[28..34]);
    let is_ethernet = (bytes[1], message.hlen()) == ETHERNET;
    let options = Options::read(bytes);
    // A query by address names no card, and its answer need not either (RFC 4388, 6.2).
    if bytes[0] == BOOTREQUEST && (is_ethernet || options.is_lease_query()) {
        let about = options.address(50, &mut Vec::new()).or(some(message.ciaddr()));
        return Ok(Heard::Asked { xid: message.xid(), client, about });
    }
    if let Some(reply) =
        (bytes[0] == BOOTREPLY).then(|| LeaseReply::of(&options, &message, is_ethernet.then_some(client))).flatten()
    {
        return Ok(Heard::Lease(Box::new(reply)));
    }
    if !is_ethernet {
        return Ok(Heard::Other);
    }
    match (bytes[0], options.kind()) {
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

#[cfg(test)]
#[path = "dhcp/tests.rs"]
mod tests;
