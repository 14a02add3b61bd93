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

mod options;

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

#[cfg(test)]
#[path = "dhcp/tests.rs"]
mod tests;
