//! DNS messages, which mDNS and LLMNR share: the question for the name of an address, and the names in an answer
//! (RFC 1035; RFC 6762, 5.4 for the unicast-response bit; RFC 4795, 2.1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::BinDecodable;

use super::Malformed;

/// The port of DNS servers.
pub const PORT: u16 = 53;
/// The port of multicast DNS (RFC 6762, section 3).
pub const MDNS_PORT: u16 = 5353;
/// The port of LLMNR (RFC 4795, section 2).
pub const LLMNR_PORT: u16 = 5355;
/// The group that LLMNR responders listen to (RFC 4795, section 2).
pub const LLMNR_GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 252);
/// The same of IPv6.
pub const LLMNR_GROUP6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 3);

/// What the kit reads of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The identifier of the question.
    pub id: u16,
    /// An answer, not a question.
    pub response: bool,
    /// Addresses and their names, from PTR records of `in-addr.arpa` and `ip6.arpa` and from A and AAAA records.
    pub names: Vec<(IpAddr, String)>,
}

/// The question for the name of `ip`. `recursive` for a DNS server; mDNS and LLMNR want it off.
pub fn question(id: u16, ip: IpAddr, recursive: bool) -> Vec<u8> {
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = recursive;
    message.add_query(Query::query(Name::from(ip), RecordType::PTR));
    message.to_vec().expect("one question for an address fits a message")
}

/// Reads a message: question or answer.
pub fn parse(bytes: &[u8]) -> Result<Answer, Malformed> {
    let bad = |field, offset| Malformed { protocol: "DNS", field, offset };
    if bytes.len() < 12 {
        return Err(bad("header", bytes.len()));
    }
    let message = Message::from_bytes(bytes).map_err(|_| bad("message", 12))?;
    let names = message.answers.iter().chain(&message.additionals).filter_map(|record| {
        let (ip, name) = match &record.data {
            RData::PTR(target) => (address(&record.name)?, &target.0),
            RData::A(address) => (IpAddr::V4(address.0), &record.name),
            RData::AAAA(address) => (IpAddr::V6(address.0), &record.name),
            _ => return None,
        };
        Some((ip, text(name)))
    });
    Ok(Answer {
        id: message.metadata.id,
        response: message.metadata.message_type == MessageType::Response,
        names: names.filter(|(_, name)| !name.is_empty()).collect(),
    })
}

/// The names of `ip` in an answer; empty for a question, or for an answer about others.
pub fn names_of(ip: IpAddr, bytes: &[u8]) -> Vec<String> {
    let Ok(answer) = parse(bytes) else { return Vec::new() };
    answer.names.into_iter().filter(|(owner, _)| answer.response && *owner == ip).map(|(_, name)| name).collect()
}

/// The address whose reverse name this is; `None` for any other name, a network's reverse zone among them.
fn address(name: &Name) -> Option<IpAddr> {
    let net = name.parse_arpa_name().ok()?;
    (net.prefix_len() == net.max_prefix_len()).then(|| net.addr())
}

/// The name as its owner wrote it: UTF-8 labels joined by dots, without the root's.
fn text(name: &Name) -> String {
    name.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_proto::rr::rdata::PTR;
    use hickory_proto::rr::{DNSClass, Record};

    const PRINTER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9));

    #[test]
    fn our_question_is_for_the_reverse_name() {
        let bytes = question(7, PRINTER, false);
        assert!(bytes.windows(10).any(|window| window == b"\x019\x010\x010\x0210\x07"), "{bytes:?}");
        assert_eq!(parse(&bytes), Ok(Answer { id: 7, response: false, names: vec![] }));
    }

    #[test]
    fn the_name_in_an_answer_keeps_its_accents_and_its_cache_flush_bit_does_no_harm() {
        let mut message = Message::new(7, MessageType::Response, OpCode::Query);
        let name = Name::from_labels(["réception".as_bytes(), b"local"]).expect("two labels");
        let mut record = Record::from_rdata(Name::from(PRINTER), 120, RData::PTR(PTR(name)));
        record.dns_class = DNSClass::IN;
        record.mdns_cache_flush = true;
        message.add_answer(record);
        let answer = parse(&message.to_vec().expect("fits")).expect("well formed");
        assert_eq!(answer, Answer { id: 7, response: true, names: vec![(PRINTER, "réception.local".into())] });
    }

    #[test]
    fn a_cut_message_is_malformed() {
        let bytes = question(7, PRINTER, true);
        assert_eq!(parse(&bytes[..5]).map_err(|bad| bad.field), Err("header"));
        assert_eq!(parse(&bytes[..20]).map_err(|bad| bad.field), Err("message"));
    }
}
