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
}

impl Subject {
    /// Something about the whole segment.
    pub fn segment() -> Subject {
        Subject::default()
    }

    /// Something about an address, whoever holds it.
    pub fn address(ip: impl Into<IpAddr>) -> Subject {
        Subject { ip: Some(ip.into()), macs: Vec::new() }
    }

    /// Something about one card and its address.
    pub fn holder(ip: impl Into<IpAddr>, mac: Mac) -> Subject {
        Subject { ip: Some(ip.into()), macs: vec![mac] }
    }

    /// Something about cards, whatever their addresses.
    pub fn cards(macs: &[Mac]) -> Subject {
        let mut macs = macs.to_vec();
        macs.sort_unstable();
        Subject { ip: None, macs }
    }

    /// The address and the cards as a sentence names them; nothing for the segment.
    pub fn say(&self) -> String {
        let (ip, macs) = (self.ip.iter().map(ToString::to_string), self.macs.iter().map(ToString::to_string));
        ip.chain(macs).collect::<Vec<_>>().join(", ")
    }
}
