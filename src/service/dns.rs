//! The address of a name, asked of one server over UDP (RFC 1035, 4.2.1), and the aliases on the way to it.

use std::net::IpAddr;

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use hickory_proto::serialize::binary::BinDecodable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ADDRESSES, Dialogue, KEPT_TEXT, Measured, Reading, Row, Service, Step, Way};
use crate::language::Language;
use crate::line::one_line;
use crate::wire::dns::PORT;

/// The kind.
pub const ROW: Row =
    Row { way: Way::Udp, port: Some(PORT), keys: &["ask", "expect"], begin: Some(|service| Box::new(Lookup::new(service))) };

/// Codes of an answer (RFC 1035, 4.1.1).
pub const SERVFAIL: u16 = 2;
/// The name does not exist.
pub const NXDOMAIN: u16 = 3;
/// The server does not answer this machine, or not for this zone.
pub const REFUSED: u16 = 5;

/// What a server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Looked {
    /// The code of the answer: 0 without error, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    pub code: u16,
    /// The addresses of the name, in order; at most 32 are kept.
    pub addresses: Vec<IpAddr>,
    /// The last name that aliases (CNAME) lead to; `None` without an alias.
    pub alias: Option<String>,
    /// The aliases lead in a circle.
    pub circle: bool,
    /// The answer did not fit a datagram: there is more than was read.
    pub cut: bool,
}

impl Looked {
    /// Whether it is what the plan expects; `None` where it was cut before any address.
    pub fn as_planned(&self, service: &Service) -> Option<bool> {
        if self.code == 0 && self.cut && self.addresses.is_empty() {
            return None;
        }
        Some(self.code == 0 && !self.circle && !self.addresses.is_empty() && self.unexpected(service).next().is_none())
    }

    /// The addresses that the plan does not expect.
    pub fn unexpected(&self, service: &Service) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().copied().filter(|ip| !service.expect.is_empty() && !service.expect.contains(ip))
    }
}

/// The code as servers and their tools name it.
pub fn code_name(code: u16) -> String {
    match code {
        0 => "NOERROR".to_owned(),
        SERVFAIL => "SERVFAIL".to_owned(),
        NXDOMAIN => "NXDOMAIN".to_owned(),
        REFUSED => "REFUSED".to_owned(),
        other => format!("RCODE {other}"),
    }
}

impl Reading for Looked {
    fn say(&self, language: Language) -> String {
        let addresses = || self.addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
        match self.addresses.is_empty() {
            _ if self.code != 0 => code_name(self.code),
            _ if self.circle => language.pick("aliases in a circle", "alias en boucle").to_owned(),
            true => language.pick("no address", "aucune adresse").to_owned(),
            false => addresses(),
        }
    }
}

/// The question for the address of one name.
pub struct Lookup {
    ask: Option<Name>,
    record: RecordType,
    /// Of the question, so that an answer to another is not taken for ours.
    id: Option<u16>,
}

impl Lookup {
    /// The name of the plan.
    pub fn new(service: &Service) -> Lookup {
        let ask = service.ask.as_deref().and_then(|ask| Name::from_utf8(ask).ok()).map(|mut name| {
            name.set_fqdn(true);
            name
        });
        let ipv6 = service.expect.first().is_some_and(IpAddr::is_ipv6);
        Lookup { ask, record: if ipv6 { RecordType::AAAA } else { RecordType::A }, id: None }
    }

    /// Follows the aliases of an answer from the name that was asked for.
    fn read(&self, asked: &Name, message: &Message) -> Looked {
        let mut looked = Looked {
            code: u16::from(message.metadata.response_code),
            cut: message.metadata.truncation,
            ..Looked::default()
        };
        let mut passed = vec![asked];
        loop {
            let at = passed[passed.len() - 1];
            let next = message.answers.iter().filter(|record| record.name == *at).find_map(|record| match &record.data {
                RData::CNAME(target) => Some(&target.0),
                _ => None,
            });
            let Some(next) = next else { break };
            if passed.contains(&next) {
                looked.circle = true;
                break;
            }
            // No name stands twice, so that this ends with the records of the message.
            passed.push(next);
        }
        let last = passed[passed.len() - 1];
        let text = |name: &Name| one_line(name.to_utf8().trim_end_matches('.')).chars().take(KEPT_TEXT).collect();
        looked.alias = (passed.len() > 1).then(|| text(last));
        let addresses = message.answers.iter().filter(|record| record.name == *last).filter_map(|record| match &record.data {
            RData::A(address) => Some(IpAddr::V4(address.0)),
            RData::AAAA(address) => Some(IpAddr::V6(address.0)),
            _ => None,
        });
        let of_version = |ip: &IpAddr| ip.is_ipv6() == (self.record == RecordType::AAAA);
        looked.addresses = addresses.filter(of_version).take(ADDRESSES).collect();
        looked.addresses.sort_unstable();
        looked.addresses.dedup();
        looked
    }
}

impl Dialogue for Lookup {
    fn say(&mut self, now_us: i64) -> Vec<u8> {
        // The kernel takes answers from the server's address and port alone, to a port of ours that nobody knows.
        let id = *self.id.get_or_insert((now_us ^ (now_us >> 16)) as u16);
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(Query::query(self.ask.clone().unwrap_or_default(), self.record));
        // A name of the plan fits; an empty datagram is answered by nobody.
        message.to_vec().unwrap_or_default()
    }

    fn hear(&mut self, _: i64, heard: &[u8]) -> Step {
        let Ok(message) = Message::from_bytes(heard) else { return Step::Garbled };
        let is_answer = message.metadata.message_type == MessageType::Response && Some(message.metadata.id) == self.id;
        let same = |query: &Query| Some(query.name()) == self.ask.as_ref() && query.query_type() == self.record;
        // A server that could not read the question does not repeat it (RFC 1035, 4.1.1).
        let about_it = message.queries.is_empty() || message.queries.iter().any(same);
        match &self.ask {
            Some(asked) if is_answer && about_it => Step::Done(Measured::Looked(self.read(asked, &message))),
            _ => Step::More,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::service;
    use super::*;
    use hickory_proto::op::ResponseCode;
    use hickory_proto::rr::Record;
    use hickory_proto::rr::rdata::{A, AAAA, CNAME};

    const KEYS: &str = "kind = \"dns\"\nask = \"Pbx.lan\"";

    fn name(text: &str) -> Name {
        Name::from_utf8(text).expect("a name")
    }

    fn alias(from: &str, to: &str) -> Record {
        Record::from_rdata(name(from), 60, RData::CNAME(CNAME(name(to))))
    }

    fn address(of: &str, last: u8) -> Record {
        Record::from_rdata(name(of), 60, RData::A(A([10, 0, 0, last].into())))
    }

    /// What is made of an answer to our own question.
    fn heard(keys: &str, change: impl Fn(&mut Message)) -> Step {
        let mut lookup = Lookup::new(&service(keys));
        let asked = Message::from_bytes(&lookup.say(1_700_000_000_123_456)).expect("our own question");
        let mut answer = Message::new(asked.metadata.id, MessageType::Response, OpCode::Query);
        answer.queries = asked.queries.clone();
        change(&mut answer);
        lookup.hear(0, &answer.to_vec().expect("it fits"))
    }

    fn looked(records: &[Record]) -> Looked {
        match heard(KEYS, |answer| answer.answers = records.to_vec()) {
            Step::Done(Measured::Looked(looked)) => looked,
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn addresses_are_those_of_the_name_by_way_of_its_aliases_whatever_the_order() {
        let found = looked(&[address("b.lan.", 9), address("b.lan.", 7), alias("pbx.lan.", "b.lan."), address("other.lan.", 3)]);
        assert_eq!(found.addresses, ["10.0.0.7", "10.0.0.9"].map(|ip| ip.parse::<IpAddr>().expect("an address")));
        assert_eq!((found.alias.as_deref(), found.circle), (Some("b.lan"), false));
        let planned = |expect: &str| found.as_planned(&service(&format!("{KEYS}\nexpect = [{expect}]")));
        assert_eq!(found.as_planned(&service(KEYS)), Some(true));
        assert_eq!(planned("\"10.0.0.7\", \"10.0.0.9\", \"10.0.0.10\""), Some(true));
        assert_eq!(planned("\"10.0.0.7\""), Some(false));
    }

    #[test]
    fn an_alias_without_an_address_and_one_in_a_circle_are_no_answer() {
        let bare = looked(&[alias("pbx.lan.", "gone.lan.")]);
        assert_eq!((bare.alias.as_deref(), bare.circle, bare.as_planned(&service(KEYS))), (Some("gone.lan"), false, Some(false)));
        let circle = looked(&[alias("pbx.lan.", "b.lan."), alias("b.lan.", "PBX.lan."), address("c.lan.", 3)]);
        assert!(circle.circle && circle.addresses.is_empty());
        assert_eq!((circle.as_planned(&service(KEYS)), circle.say(Language::Fr)), (Some(false), "alias en boucle".to_owned()));
    }

    #[test]
    fn errors_are_answers_and_what_was_cut_short_proves_nothing() {
        let Step::Done(Measured::Looked(failed)) = heard(KEYS, |answer| answer.metadata.response_code = ResponseCode::NXDomain) else {
            panic!()
        };
        assert_eq!((failed.code, failed.as_planned(&service(KEYS))), (NXDOMAIN, Some(false)));
        let Step::Done(Measured::Looked(cut)) = heard(KEYS, |answer| answer.metadata.truncation = true) else { panic!() };
        assert_eq!(cut.as_planned(&service(KEYS)), None);
    }

    #[test]
    fn an_answer_to_another_question_is_waited_past_and_no_answer_is_garbled() {
        assert_eq!(heard(KEYS, |answer| answer.metadata.id ^= 1), Step::More);
        assert_eq!(heard(KEYS, |answer| answer.queries[0] = Query::query(name("evil.lan."), RecordType::A)), Step::More);
        assert_eq!(heard(KEYS, |answer| answer.metadata.message_type = MessageType::Query), Step::More);
        assert_eq!(Lookup::new(&service(KEYS)).hear(0, b"hello"), Step::Garbled);
    }

    #[test]
    fn where_the_plan_expects_ipv6_it_is_asked_for() {
        let keys = format!("{KEYS}\nexpect = [\"fe80::7\"]");
        let six = Record::from_rdata(name("pbx.lan."), 60, RData::AAAA(AAAA("fe80::7".parse().expect("an address"))));
        let step = heard(&keys, |answer| answer.answers = vec![six.clone(), address("pbx.lan.", 7)]);
        let Step::Done(Measured::Looked(looked)) = step else { panic!("{step:?}") };
        assert_eq!(looked.as_planned(&service(&keys)), Some(true));
    }
}
