//! The lease query (RFC 4388): what a server knows of an address, asked as a relay asks. It changes nothing on the server.

use std::net::Ipv4Addr;

use dhcproto::v4::borrowed;
use dhcproto::v4::{DhcpOption, Message, MessageType, OptionCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::options::Options;
use super::{LEASE_XID, SERVER_PORT, encode, some};
use crate::net::Mac;
use crate::wire::Sender;
use crate::wire::ipv4::{Receiver, udp_frame};

/// What is asked for: host name, lease time, server id, client identifier (RFC 4388, 6.2).
const PARAMETERS: [u8; 4] = [12, 51, 54, 61];

/// A server's word on an address (RFC 4388, 6.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Says {
    /// Leased (DHCPLEASEACTIVE).
    Active,
    /// The server would lease it, and has not (DHCPLEASEUNASSIGNED).
    Unassigned,
    /// The server leases no such address (DHCPLEASEUNKNOWN).
    Unknown,
    /// No answer.
    Silent,
}

/// The answer to a lease query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseReply {
    /// The transaction that it belongs to.
    pub xid: u32,
    /// What it says.
    pub says: Says,
    /// The address (`ciaddr`).
    pub address: Ipv4Addr,
    /// The server's own identifier.
    pub server: Option<Ipv4Addr>,
    /// The card that leased it.
    pub client: Option<Mac>,
    /// The client's identifier (61), in hexadecimal.
    pub client_id: Option<String>,
    /// The name that the client gave (12).
    pub name: Option<String>,
    /// For how many seconds more it is leased (51).
    pub lease_s: Option<u32>,
}

impl LeaseReply {
    /// `None` for an answer of another kind.
    pub(super) fn of(options: &Options, message: &borrowed::Message<'_>, client: Option<Mac>) -> Option<LeaseReply> {
        let bad = &mut Vec::new();
        Some(LeaseReply {
            xid: message.xid(),
            says: options.says()?,
            address: some(message.ciaddr())?,
            server: options.address(54, bad),
            client: client.filter(|mac| *mac != Mac::ZERO),
            client_id: options.hex(61),
            name: options.text(12),
            lease_s: options.seconds(51, bad),
        })
    }
}

/// The query about an address to a server, as a frame from the port of relays: it answers to our address there, `giaddr`
/// (RFC 4388, 6.2).
pub fn lease_question(number: u8, about: Ipv4Addr, from: Sender, to: Receiver) -> Vec<u8> {
    let nobody = Ipv4Addr::UNSPECIFIED;
    let mut message = Message::new_with_id(LEASE_XID | u32::from(number), about, nobody, nobody, from.ip, &[]);
    let options = message.opts_mut();
    options.insert(DhcpOption::MessageType(MessageType::LeaseQuery));
    options.insert(DhcpOption::ParameterRequestList(PARAMETERS.map(OptionCode::from).to_vec()));
    let mut bytes = encode(&message);
    // Neither a kind of hardware nor a card is asked about (RFC 4388, 6.2).
    bytes[1] = 0;
    udp_frame(from, SERVER_PORT, to, SERVER_PORT, &bytes)
}
