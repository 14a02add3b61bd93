//! Does a card hold the address that it answers for? An echo request with TTL 1, in a frame addressed to that card, is answered
//! by the holder; a router that answers for others would have to send it on, and says "time exceeded" (RFC 1812, 5.3.1).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Fact, v4};
use crate::wire::Body;
use crate::wire::ipv4::{Icmp, Receiver, echo_frame};

/// How often each card is asked about each address, until it answers.
const TRIES: u8 = 2;
/// How long it has to answer.
const PATIENCE: Duration = Duration::from_millis(250);
/// A card that answers for this many addresses is asked about some of them, contested or not.
const MANY: usize = crate::check::contest::PROXY_ADDRESSES;
/// About how many of its addresses a card is asked.
const SAMPLE: usize = 8;
/// Questions in all; more are a network that answers for everything.
const QUESTIONS: usize = 1024;
/// Who asks: the identifier of our echo requests ("tr").
const IDENTIFIER: u16 = 0x7472;

/// Asks contested owners, and cards that answer for many.
pub struct HolderEcho {
    identity: Identity,
    cards_of: BTreeMap<Ipv4Addr, Vec<Mac>>,
    addresses_of: BTreeMap<Mac, Vec<Ipv4Addr>>,
    questions: Vec<Question>,
}

struct Question {
    mac: Mac,
    ip: Ipv4Addr,
    tries: u8,
    next: Moment,
    answered: bool,
}

impl HolderEcho {
    /// Nothing to ask yet.
    pub fn new(survey: &Survey) -> HolderEcho {
        HolderEcho {
            identity: survey.identity.clone(),
            cards_of: BTreeMap::new(),
            addresses_of: BTreeMap::new(),
            questions: Vec::new(),
        }
    }

    fn ask(&mut self, ip: Ipv4Addr, mac: Mac) {
        // Without an address of ours there is nobody to answer to; of our own address the kernel would answer.
        let known = self.questions.iter().any(|question| (question.ip, question.mac) == (ip, mac));
        if self.identity.addresses.is_empty() || self.identity.is_ours(ip) || known || self.questions.len() == QUESTIONS {
            return;
        }
        self.questions.push(Question { mac, ip, tries: 0, next: Moment::default(), answered: false });
    }
}

impl Probe for HolderEcho {
    fn poll(&mut self, now: Moment) -> Want {
        let open = |question: &&mut Question| !question.answered && (question.tries < TRIES || now < question.next);
        let Some(question) = self.questions.iter_mut().filter(open).min_by_key(|question| question.next) else {
            return Want::Done;
        };
        if now < question.next {
            return Want::Wait(question.next);
        }
        question.tries += 1;
        question.next = now + PATIENCE;
        let to = Receiver { mac: question.mac, ip: question.ip };
        Want::Send(echo_frame(self.identity.sender_for(question.ip), to, 1, IDENTIFIER, question.tries.into()))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Received(packet) = heard.what else { return Vec::new() };
        let Body::Icmp { ip, message } = packet.body else { return Vec::new() };
        // A tagged frame belongs to another segment.
        if packet.vlan.is_some() {
            return Vec::new();
        }
        let mac = packet.source;
        match message {
            Icmp::EchoReply { identifier: IDENTIFIER, .. } => vec![Fact::EchoAnswered { ip: v4(ip.source), mac, ttl: ip.ttl }],
            Icmp::TimeExceeded { destination } => vec![Fact::WouldForward { ip: v4(destination), mac }],
            _ => Vec::new(),
        }
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, .. } => {
                let cards = self.cards_of.entry(*ip).or_default();
                if cards.contains(mac) {
                    return;
                }
                cards.push(*mac);
                let contested: Vec<Mac> = if cards.len() > 1 { cards.clone() } else { Vec::new() };
                let addresses = self.addresses_of.entry(*mac).or_default();
                if addresses.len() < SAMPLE {
                    addresses.push(*ip);
                }
                let sample: Vec<Ipv4Addr> = if addresses.len() >= MANY { addresses.clone() } else { Vec::new() };
                contested.into_iter().for_each(|mac| self.ask(*ip, mac));
                sample.into_iter().for_each(|ip| self.ask(ip, *mac));
            }
            Fact::EchoAnswered { ip: IpAddr::V4(ip), mac, .. } | Fact::WouldForward { ip: IpAddr::V4(ip), mac } => {
                self.questions
                    .iter_mut()
                    .filter(|asked| (asked.ip, asked.mac) == (*ip, *mac))
                    .for_each(|asked| asked.answered = true);
            }
            _ => {}
        }
    }
}
