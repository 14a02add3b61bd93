//! What a finding is known by in another visit of the same network.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::Mac;

/// What a finding is about. With its code it tells whether a finding of another visit is the same case: so it holds what stays
/// while the case lasts, and nothing that may change meanwhile. That an address is held twice is one case until it is mended,
/// whoever holds it; that a PC has a fixed address in the pool is the case of that PC.
///
/// A subject without an address and a card is the segment: there is one such case at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// The address that it is about.
    pub ip: Option<IpAddr>,
    /// The cards, where another card's would be another case.
    pub macs: Vec<Mac>,
    /// The port of that switch, by the name that the switch gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<String>,
}

impl Subject {
    /// Something about the whole segment.
    pub fn segment() -> Subject {
        Subject::default()
    }

    /// Something about an address, whoever holds it.
    pub fn address(ip: impl Into<IpAddr>) -> Subject {
        Subject { ip: Some(ip.into()), ..Subject::default() }
    }

    /// Something about one card and its address.
    pub fn holder(ip: impl Into<IpAddr>, mac: Mac) -> Subject {
        Subject { ip: Some(ip.into()), macs: vec![mac], port: None }
    }

    /// Something about one port of a switch.
    pub fn port(switch: impl Into<IpAddr>, port: impl Into<String>) -> Subject {
        Subject { ip: Some(switch.into()), port: Some(port.into()), ..Subject::default() }
    }

    /// Something about cards, whatever their addresses.
    pub fn cards(macs: &[Mac]) -> Subject {
        let mut macs = macs.to_vec();
        macs.sort_unstable();
        Subject { macs, ..Subject::default() }
    }

    /// The address, the cards and the port as a sentence names them; nothing for the segment.
    pub fn say(&self) -> String {
        let (ip, macs) = (self.ip.iter().map(ToString::to_string), self.macs.iter().map(ToString::to_string));
        ip.chain(macs).chain(self.port.clone()).collect::<Vec<_>>().join(", ")
    }
}
