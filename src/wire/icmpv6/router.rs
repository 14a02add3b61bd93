//! What a router tells of itself and of the network (RFC 4861, 4.2; RFC 4191, 2.2; RFC 8106, 5.1).

use std::net::Ipv6Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{bad, option};
use crate::net::{Ipv6Net, Mac};
use crate::wire::Malformed;

/// Length in bytes of the message before its options.
const LENGTH: usize = 16;
/// Prefixes and name servers that are kept of one message; more are forged.
const MOST: usize = 16;
const PREFIX: u8 = 3;
const MTU: u8 = 5;
const RDNSS: u8 = 25;

/// What a router tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RouterAdvertisement {
    /// For how long it is a way out, in seconds; 0 where it is none, or no more.
    pub lifetime_s: u16,
    /// Hosts get their addresses by DHCPv6 (M).
    pub managed: bool,
    /// Hosts get the rest by DHCPv6 (O).
    pub other: bool,
    /// How much it is to be preferred to others.
    pub preference: Preference,
    /// The hop limit that hosts are to use; 0 where it does not say.
    pub hop_limit: u8,
    /// The largest packet, in bytes.
    pub mtu: Option<u32>,
    /// The prefixes of the segment.
    pub prefixes: Vec<PrefixTold>,
    /// DNS servers.
    pub dns: Vec<Ipv6Addr>,
    /// The router's card, where it says.
    #[schemars(with = "Option<String>")]
    pub card: Option<Mac>,
}

/// How much a router is to be preferred to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Preference {
    /// Less than others.
    Low,
    /// As others.
    #[default]
    Medium,
    /// More than others.
    High,
}

/// A prefix that a router tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PrefixTold {
    /// The prefix.
    #[schemars(with = "String")]
    pub prefix: Ipv6Net,
    /// Its addresses are on the segment (L).
    pub on_link: bool,
    /// Hosts make an address in it (A).
    pub autonomous: bool,
    /// For how long it is valid, in seconds; all ones is for ever.
    pub valid_s: u32,
    /// For how long its addresses may be used for what is new; 0 where it is on its way out.
    pub preferred_s: u32,
}

pub(super) fn parse(bytes: &[u8]) -> Result<RouterAdvertisement, Malformed> {
    let (head, options) = bytes.split_first_chunk::<LENGTH>().ok_or(bad("router advertisement", bytes.len()))?;
    let mut told = RouterAdvertisement {
        lifetime_s: u16::from_be_bytes([head[6], head[7]]),
        managed: head[5] & 0x80 != 0,
        other: head[5] & 0x40 != 0,
        // The value that is reserved counts as medium (RFC 4191, 2.2).
        preference: match head[5] >> 3 & 3 {
            1 => Preference::High,
            3 => Preference::Low,
            _ => Preference::Medium,
        },
        hop_limit: head[4],
        card: option::card(options, LENGTH, option::SOURCE)?,
        ..RouterAdvertisement::default()
    };
    for (kind, body, at) in option::each(options, LENGTH)? {
        match kind {
            PREFIX => {
                let prefix = prefix(body, at)?;
                if told.prefixes.len() < MOST && !prefix.prefix.addr().is_unicast_link_local() {
                    told.prefixes.push(prefix);
                }
            }
            MTU => {
                let [_, _, a, b, c, d] = *body.first_chunk().ok_or(bad("MTU", at))?;
                told.mtu = Some(u32::from_be_bytes([a, b, c, d]));
            }
            RDNSS => {
                let (lifetime, servers) = body.get(2..).and_then(|body| body.split_first_chunk::<4>()).ok_or(bad("RDNSS", at))?;
                // A lifetime of 0 takes the servers back (RFC 8106, 5.1).
                if *lifetime != [0; 4] {
                    let (servers, _) = servers.as_chunks::<16>();
                    told.dns.extend(servers.iter().map(|octets| Ipv6Addr::from(*octets)));
                    told.dns.truncate(MOST);
                }
            }
            _ => {}
        }
    }
    Ok(told)
}

fn prefix(body: &[u8], at: usize) -> Result<PrefixTold, Malformed> {
    let body: &[u8; 30] = body.first_chunk().ok_or(bad("prefix information", at))?;
    let four = |from: usize| u32::from_be_bytes([body[from], body[from + 1], body[from + 2], body[from + 3]]);
    let mut octets = [0; 16];
    octets.copy_from_slice(&body[14..]);
    let prefix = Ipv6Net::new(octets.into(), body[0]).map_err(|_| bad("prefix length", at + 2))?.trunc();
    let (on_link, autonomous) = (body[1] & 0x80 != 0, body[1] & 0x40 != 0);
    Ok(PrefixTold { prefix, on_link, autonomous, valid_s: four(2), preferred_s: four(6) })
}
