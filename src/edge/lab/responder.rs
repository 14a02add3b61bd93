//! The responder: thousands of hosts in one place, each answering ARP and ICMP echo as late, as deaf and as lossy as its lab
//! says.
//!
//! It knows neither socket nor clock: frames and times (microseconds) go in, frames come out.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use super::swarm::{Member, fraction};
use crate::net::Mac;

/// EtherType of ARP (RFC 826).
const ARP: [u8; 2] = [0x08, 0x06];
/// EtherType of IPv4 (RFC 894).
const IPV4: [u8; 2] = [0x08, 0x00];
/// Ethernet, IPv4, six and four bytes: the start of every ARP packet here (RFC 826).
const ARP_ETHERNET_IPV4: [u8; 6] = [0x00, 0x01, 0x08, 0x00, 6, 4];
/// Bytes of an ARP packet with its Ethernet header.
const ARP_LENGTH: usize = 42;
/// Bytes of an Ethernet header.
const ETHERNET: usize = 14;
/// Where an echo's ICMP header ends in the smallest frame: Ethernet, IPv4 without options, 8 bytes.
const SMALLEST_ECHO: usize = ETHERNET + 20 + 8;
/// Time to live of what a host sends (RFC 1700).
const TTL: u8 = 64;
/// Microseconds from one answer to the next, for a host that repeats its answer.
const REPEAT_US: u64 = 1000;

/// An answer that is not due yet.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Pending {
    due_us: u64,
    sequence: u64,
    answer: Answer,
}

/// What will be sent; only an echo, which is rare, holds memory of its own.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Arp([u8; ARP_LENGTH]),
    Echo(Box<[u8]>),
}

/// The hosts, what each has heard, and the answers that are on their way.
pub(super) struct Responder {
    members: Vec<Member>,
    heard: Vec<u32>,
    at: HashMap<[u8; 4], Range<usize>>,
    pending: BinaryHeap<Reverse<Pending>>,
    sequence: u64,
}

impl Responder {
    /// Plays these hosts, which are ordered by address.
    pub(super) fn new(members: Vec<Member>) -> Responder {
        let mut at: HashMap<[u8; 4], Range<usize>> = HashMap::with_capacity(members.len());
        for (number, member) in members.iter().enumerate() {
            at.entry(member.ip.octets()).or_insert(number..number).end = number + 1;
        }
        Responder { heard: vec![0; members.len()], members, at, pending: BinaryHeap::new(), sequence: 0 }
    }

    /// When the next answer is due, in microseconds.
    pub(super) fn next_due_us(&self) -> Option<u64> {
        self.pending.peek().map(|Reverse(next)| next.due_us)
    }

    /// Sends every answer that is due.
    pub(super) fn poll(&mut self, now_us: u64, send: &mut impl FnMut(&[u8])) {
        while self.next_due_us().is_some_and(|due| due <= now_us) {
            match self.pending.pop() {
                Some(Reverse(Pending { answer: Answer::Arp(frame), .. })) => send(&frame),
                Some(Reverse(Pending { answer: Answer::Echo(frame), .. })) => send(&frame),
                None => return,
            }
        }
    }

    /// Hears one frame, and sends at once the answers that are not late.
    pub(super) fn hear(&mut self, now_us: u64, frame: &[u8], send: &mut impl FnMut(&[u8])) {
        match frame.get(12..14) {
            Some(kind) if kind == ARP && frame.len() >= ARP_LENGTH => self.hear_arp(now_us, frame, send),
            Some(kind) if kind == IPV4 && frame.len() >= SMALLEST_ECHO => self.hear_echo(now_us, frame, send),
            _ => {}
        }
    }

    fn hear_arp(&mut self, now_us: u64, frame: &[u8], send: &mut impl FnMut(&[u8])) {
        let is_request = frame[14..20] == ARP_ETHERNET_IPV4 && frame[20..22] == [0, 1];
        let target = [frame[38], frame[39], frame[40], frame[41]];
        let (true, Some(owners)) = (is_request, self.at.get(&target).cloned()) else { return };
        for at in owners {
            let Some((draw, delay_us)) = self.listens(at, frame, true) else { continue };
            let member = &self.members[at];
            let (reply, repeat) = (arp_reply(member, frame), member.repeat);
            for again in 0..repeat {
                if is_lost(&self.members[at], draw ^ 0x40 ^ u64::from(again)) {
                    continue;
                }
                let late_us = delay_us + u64::from(again) * REPEAT_US;
                if late_us == 0 {
                    send(&reply);
                } else {
                    self.later(now_us + late_us, Answer::Arp(reply));
                }
            }
        }
    }

    fn hear_echo(&mut self, now_us: u64, frame: &[u8], send: &mut impl FnMut(&[u8])) {
        let header = usize::from(frame[14] & 0x0f) * 4;
        let total = usize::from(u16::from_be_bytes([frame[16], frame[17]]));
        let is_whole = frame[14] >> 4 == 4 && header >= 20 && total >= header + 8 && frame.len() >= ETHERNET + total;
        let is_fragment = [frame[20] & 0x3f, frame[21]] != [0, 0];
        if !is_whole || is_fragment || frame[23] != 1 || frame[ETHERNET + header] != 8 {
            return;
        }
        let target = [frame[30], frame[31], frame[32], frame[33]];
        let Some(owners) = self.at.get(&target).cloned() else { return };
        for at in owners {
            let Some((draw, delay_us)) = self.listens(at, frame, false) else { continue };
            if is_lost(&self.members[at], draw ^ 0x40) {
                continue;
            }
            let reply = echo_reply(&self.members[at], &frame[..ETHERNET + total], header);
            if delay_us == 0 {
                send(&reply);
            } else {
                self.later(now_us + delay_us, Answer::Echo(reply));
            }
        }
    }

    fn later(&mut self, due_us: u64, answer: Answer) {
        self.pending.push(Reverse(Pending { due_us, sequence: self.sequence, answer }));
        self.sequence += 1;
    }

    /// Whether a host takes a frame, by its destination, the loss on the way and its deafness; and then the seed of what is drawn
    /// for its answer, with the answer's delay in microseconds. A broadcast echo is not answered, as on Linux and Windows.
    fn listens(&mut self, at: usize, frame: &[u8], broadcast_too: bool) -> Option<(u64, u64)> {
        let member = &self.members[at];
        let destination = &frame[..6];
        if destination != member.mac.0 && !(broadcast_too && destination == Mac::BROADCAST.0) {
            return None;
        }
        let heard = &mut self.heard[at];
        let draw = member.seed ^ u64::from(*heard) << 8;
        *heard += 1;
        if is_lost(member, draw ^ 0x80) || (broadcast_too && *heard <= u32::from(member.deaf)) {
            return None;
        }
        let [from, to] = member.delay_us;
        let more = if from == to { 0.0 } else { fraction(draw ^ 0x20) * f64::from(to - from) };
        Some((draw, u64::from(from) + more as u64))
    }
}

fn is_lost(member: &Member, draw: u64) -> bool {
    member.loss > 0.0 && fraction(draw) < member.loss
}

/// The ARP reply (RFC 826) of a host to a request.
fn arp_reply(member: &Member, request: &[u8]) -> [u8; ARP_LENGTH] {
    let mut reply = [0; ARP_LENGTH];
    reply[..6].copy_from_slice(&request[6..12]);
    reply[6..12].copy_from_slice(&member.frame_mac.0);
    reply[12..14].copy_from_slice(&ARP);
    reply[14..20].copy_from_slice(&ARP_ETHERNET_IPV4);
    reply[20..22].copy_from_slice(&[0, 2]);
    reply[22..28].copy_from_slice(&member.mac.0);
    reply[28..32].copy_from_slice(&member.ip.octets());
    reply[32..42].copy_from_slice(&request[22..32]);
    reply
}

/// The echo reply (RFC 792) of a host to a request whose IPv4 header is `header` bytes long.
fn echo_reply(member: &Member, request: &[u8], header: usize) -> Box<[u8]> {
    let mut reply = Box::<[u8]>::from(request);
    reply[..6].copy_from_slice(&request[6..12]);
    reply[6..12].copy_from_slice(&member.frame_mac.0);
    let (ip, icmp) = reply[ETHERNET..].split_at_mut(header);
    ip[8] = TTL;
    ip[12..16].copy_from_slice(&member.ip.octets());
    ip[16..20].copy_from_slice(&request[26..30]);
    ip[10..12].fill(0);
    let sum = checksum(ip);
    ip[10..12].copy_from_slice(&sum);
    icmp[0] = 0;
    icmp[2..4].fill(0);
    let sum = checksum(icmp);
    icmp[2..4].copy_from_slice(&sum);
    reply
}

/// The Internet checksum (RFC 1071) of bytes in which its own field is zero.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let word = |pair: &[u8]| u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
    let mut sum: u32 = bytes.chunks(2).map(word).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    (!(sum as u16)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKER: [u8; 6] = [2, 0, 0, 0, 0, 1];

    fn member(last: u8) -> Member {
        let mac = Mac([0xb8, 0x27, 0xeb, 0, 0, last]);
        let ip = [10, 0, 0, 9].into();
        Member { ip, mac, frame_mac: mac, delay_us: [0, 0], deaf: 0, loss: 0.0, repeat: 1, seed: 7 }
    }

    fn request(destination: [u8; 6]) -> Vec<u8> {
        let sender = [&ASKER[..], &[10, 0, 0, 1]].concat();
        [&destination[..], &ASKER, &ARP, &ARP_ETHERNET_IPV4, &[0, 1], &sender, &[0; 6], &[10, 0, 0, 9]].concat()
    }

    fn echo(destination: [u8; 6], ttl: u8) -> Vec<u8> {
        let ip = [0x45, 0, 0, 30, 0, 0, 0, 0, ttl, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 9];
        [&destination[..], &ASKER, &IPV4, &ip, &[8, 0, 0, 0, 0, 1, 0, 1, 0xaa, 0xbb]].concat()
    }

    fn heard(responder: &mut Responder, now_us: u64, frame: &[u8]) -> Vec<Vec<u8>> {
        let mut sent = Vec::new();
        responder.hear(now_us, frame, &mut |frame| sent.push(frame.to_vec()));
        sent
    }

    fn due(responder: &mut Responder, now_us: u64) -> usize {
        let mut count = 0;
        responder.poll(now_us, &mut |_| count += 1);
        count
    }

    #[test]
    fn both_owners_answer_a_broadcast_and_only_one_a_frame_of_its_own() {
        let mut responder = Responder::new(vec![member(1), member(2)]);
        let both = heard(&mut responder, 0, &request([0xff; 6]));
        let claimed: Vec<&[u8]> = both.iter().map(|reply| &reply[22..28]).collect();
        assert_eq!(claimed, [&member(1).mac.0[..], &member(2).mac.0]);
        assert_eq!(heard(&mut responder, 0, &request(member(2).mac.0)).len(), 1);
        assert_eq!(heard(&mut responder, 0, &request([2, 0, 0, 0, 0, 99])).len(), 0);
    }

    #[test]
    fn a_late_answer_comes_when_it_is_due_and_a_repeated_one_twice() {
        let late = Member { delay_us: [20_000, 20_000], repeat: 2, ..member(1) };
        let mut responder = Responder::new(vec![late]);
        assert_eq!(heard(&mut responder, 5, &request([0xff; 6])).len(), 0);
        assert_eq!(responder.next_due_us(), Some(20_005));
        assert_eq!(due(&mut responder, 20_004), 0);
        assert_eq!(due(&mut responder, 20_005), 1);
        assert_eq!(due(&mut responder, 21_005), 1);
        assert_eq!(responder.next_due_us(), None);
    }

    #[test]
    fn a_deaf_host_answers_the_second_request_and_every_echo() {
        let mut responder = Responder::new(vec![Member { deaf: 1, ..member(1) }]);
        assert_eq!(heard(&mut responder, 0, &request([0xff; 6])).len(), 0);
        assert_eq!(heard(&mut responder, 0, &request([0xff; 6])).len(), 1);
    }

    #[test]
    fn loss_each_way_is_near_its_share() {
        let mut responder = Responder::new(vec![Member { loss: 0.05, ..member(1) }]);
        let answered: usize = (0..10_000).map(|_| heard(&mut responder, 0, &request([0xff; 6])).len()).sum();
        assert!((8_900..9_150).contains(&answered), "{answered} of 10,000; 9,025 expected");
    }

    #[test]
    fn an_echo_with_a_time_to_live_of_one_is_answered_with_right_checksums() {
        let mut responder = Responder::new(vec![member(1)]);
        let [reply] = &heard(&mut responder, 0, &echo(member(1).mac.0, 1))[..] else { panic!("one reply is expected") };
        assert_eq!((&reply[..6], reply[22], reply[34]), (&ASKER[..], TTL, 0));
        assert_eq!((&reply[26..30], &reply[30..34]), (&[10, 0, 0, 9][..], &[10, 0, 0, 1][..]));
        assert_eq!((checksum(&reply[14..34]), checksum(&reply[34..])), ([0, 0], [0, 0]));
        assert_eq!(heard(&mut responder, 0, &echo([0xff; 6], 64)).len(), 0);
    }

    #[test]
    fn no_bytes_stop_the_responder() {
        let mut responder = Responder::new(vec![member(1)]);
        for whole in [request([0xff; 6]), echo(member(1).mac.0, 1)] {
            for at in 0..whole.len() {
                heard(&mut responder, 0, &whole[..at]);
                for byte in [0, 1, 0x0f, 0x7f, 0xff] {
                    let mut spoilt = whole.clone();
                    spoilt[at] = byte;
                    heard(&mut responder, 0, &spoilt);
                }
            }
        }
    }
}
