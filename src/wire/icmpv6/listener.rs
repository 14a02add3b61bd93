//! Who listens to which group: queries and reports of MLD versions 1 (RFC 2710) and 2 (RFC 9777, formerly 3810).

use std::net::Ipv6Addr;

use pnet::packet::icmpv6::Icmpv6Type;

use super::{HEADER_LEN, bad};
use crate::wire::Malformed;

pub(super) const QUERY: Icmpv6Type = Icmpv6Type(130);
pub(super) const REPORT: Icmpv6Type = Icmpv6Type(131);
pub(super) const REPORT_V2: Icmpv6Type = Icmpv6Type(143);
/// Groups that are kept of one report: a host listens to a few.
const MOST: usize = 64;

/// A question who listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// To which group; `::` for all.
    pub group: Ipv6Addr,
    /// How late an answer may be, in milliseconds, or its code in version 2 (RFC 9777, 5.1.3).
    pub max_response: u16,
}

/// What a listener tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The groups.
    pub groups: Vec<Ipv6Addr>,
}

/// The group of a message, after its four bytes.
fn group(bytes: &[u8]) -> Result<Ipv6Addr, Malformed> {
    let octets: &[u8; 16] = bytes.get(HEADER_LEN..).and_then(<[u8]>::first_chunk).ok_or(bad("multicast address", HEADER_LEN))?;
    Ok((*octets).into())
}

pub(super) fn query(bytes: &[u8]) -> Result<Query, Malformed> {
    Ok(Query { group: group(bytes)?, max_response: u16::from_be_bytes([bytes[4], bytes[5]]) })
}

pub(super) fn report(bytes: &[u8]) -> Result<Report, Malformed> {
    Ok(Report { groups: vec![group(bytes)?] })
}

pub(super) fn report_v2(bytes: &[u8]) -> Result<Report, Malformed> {
    let head: &[u8; HEADER_LEN] = bytes.first_chunk().ok_or(bad("number of records", 6))?;
    let count = u16::from_be_bytes([head[6], head[7]]);
    let mut groups = Vec::new();
    let mut at = HEADER_LEN;
    for _ in 0..count {
        let record = bytes.get(at..).and_then(<[u8]>::first_chunk::<20>).ok_or(bad("address record", at))?;
        let mut octets = [0; 16];
        octets.copy_from_slice(&record[4..]);
        if groups.len() < MOST {
            groups.push(octets.into());
        }
        // Its sources, then auxiliary data in units of 4 bytes (RFC 9777, 5.2).
        at += record.len() + 16 * usize::from(u16::from_be_bytes([record[2], record[3]])) + 4 * usize::from(record[1]);
        if at > bytes.len() {
            return Err(bad("address record", at));
        }
    }
    Ok(Report { groups })
}
