//! Counts broadcasts and multicasts as they pass: how many, how often the same one, and which of ours come back.
//!
//! In a storm there are more than can be kept, so this is no probe: it counts before the probes hear, and what goes round is
//! heard a few times only. What was counted is a fact at the end, which a record keeps as it is; a replay of a record counts
//! nothing.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::listen::Direction;
use crate::net::{Mac, Moment};
use crate::observe::{BroadcastsHeard, Busiest, Fact, OwnReturned};
use crate::wire::ethernet;

/// Different frames that are told apart within a second; those beyond are counted and not compared.
const DIFFERENT: usize = 1 << 14;
/// Frames of ours, the latest, that are known again when they come back.
const OURS: usize = 1 << 12;
/// Copies of a frame within a second that are heard and not only counted. No protocol says a thing so often: SSDP, which repeats
/// most, says it three times (UPnP Device Architecture 1.1, 1.2.2).
const HEARD: u32 = 16;
/// Microseconds.
const SECOND: u64 = 1_000_000;

/// The counts of a look.
#[derive(Debug, Default)]
pub struct Tally {
    mac: Mac,
    first: Option<Moment>,
    frames: u64,
    busiest: Busiest,
    second: u64,
    now: Busiest,
    /// Copies within this second, by frame.
    copies: HashMap<u64, u32>,
    own: OwnReturned,
    /// How often each of our frames was sent and came back.
    ours: HashMap<u64, (u32, u32)>,
    /// The same frames, the one that was sent first in front.
    order: VecDeque<u64>,
}

impl Tally {
    /// Nothing counted yet; our card is not known in a capture of somebody's.
    pub fn new(mac: Mac) -> Tally {
        Tally { mac, ..Tally::default() }
    }

    /// Counts a frame; false where it is one of so many copies that nobody need hear it.
    pub fn count(&mut self, at: Moment, direction: Direction, frame: &[u8]) -> bool {
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        let Some((to, rest)) = frame.split_first_chunk().map(|(to, rest)| (Mac(*to), rest)) else { return true };
        if !to.is_group() {
            return true;
        }
        let known = fingerprint(frame);
        if direction == Direction::Sent {
            self.sent(known);
            return true;
        }
        if self.mac != Mac::ZERO && rest.starts_with(&self.mac.0) {
            self.returned(known);
        }
        self.received(at, known)
    }

    fn sent(&mut self, known: u64) {
        self.own.sent += 1;
        if let Some((times, _)) = self.ours.get_mut(&known) {
            *times += 1;
            return;
        }
        if self.order.len() >= OURS
            && let Some((times, back)) = self.order.pop_front().and_then(|oldest| self.ours.remove(&oldest))
        {
            self.own.copies = self.own.copies.max(back.div_ceil(times));
        }
        self.ours.insert(known, (1, 0));
        self.order.push_back(known);
    }

    fn returned(&mut self, known: u64) {
        // One that we did not send is of another card with our address, or of a program that is not watched.
        if let Some((_, back)) = self.ours.get_mut(&known) {
            *back = back.saturating_add(1);
            self.own.returned += 1;
        }
    }

    fn received(&mut self, at: Moment, known: u64) -> bool {
        let second = at.0 / SECOND;
        // Frames of a capture may stand out of order: seconds only go forward.
        if second > self.second {
            self.second = second;
            self.close();
        }
        self.frames += 1;
        self.now.frames = self.now.frames.saturating_add(1);
        let full = self.copies.len() >= DIFFERENT;
        let copies = match self.copies.get_mut(&known) {
            Some(copies) => {
                *copies = copies.saturating_add(1);
                *copies
            }
            None if full => return true,
            None => *self.copies.entry(known).or_insert(1),
        };
        self.now.copies = self.now.copies.max(copies);
        self.now.repeats = self.now.repeats.saturating_add(u32::from(copies > 2));
        copies <= HEARD
    }

    /// Ends a second.
    fn close(&mut self) {
        self.busiest = self.busiest.max(std::mem::take(&mut self.now));
        self.copies.clear();
    }

    /// The facts. `started` is when the look began to listen, where that is known; else the first frame is the start.
    pub fn conclude(&mut self, started: Option<Moment>, ended: Moment) -> Vec<Fact> {
        self.close();
        let Some(from) = started.or(self.first) else { return Vec::new() };
        let watched_ms = u32::try_from(ended.since(from).as_millis()).unwrap_or(u32::MAX);
        let heard = Fact::BroadcastsHeard(BroadcastsHeard { busiest: self.busiest, frames: self.frames, watched_ms });
        let most = self.ours.values().map(|(times, back)| back.div_ceil(*times)).max().unwrap_or_default();
        let own = OwnReturned { copies: self.own.copies.max(most), ..self.own };
        let own = (self.mac != Mac::ZERO).then_some(Fact::OwnReturned(own));
        std::iter::once(heard).chain(own).collect()
    }
}

/// What a frame is known again by. A short one is padded with zeros on its way (IEEE 802.3, 3.2.8), which changes nothing.
fn fingerprint(frame: &[u8]) -> u64 {
    let end = frame.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    let mut hasher = DefaultHasher::new();
    frame[..end.max(frame.len().min(ethernet::HEADER_LEN))].hash(&mut hasher);
    frame.len().max(ethernet::MIN_LEN).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const OTHER: Mac = Mac([2, 0, 0, 0, 0, 9]);

    fn frame(from: Mac, number: u16) -> Vec<u8> {
        ethernet::emit(from, Mac::BROADCAST, 0x88b5, &number.to_be_bytes())
    }

    fn told(mut tally: Tally) -> (BroadcastsHeard, Option<OwnReturned>) {
        let facts = tally.conclude(None, Moment::from_ms(9_000));
        let [Fact::BroadcastsHeard(heard), rest @ ..] = &facts[..] else { panic!("{facts:?}") };
        (*heard, rest.first().map(|fact| if let Fact::OwnReturned(own) = fact { *own } else { panic!("{fact:?}") }))
    }

    #[test]
    fn copies_are_counted_within_a_second_and_from_the_third_on() {
        let mut tally = Tally::new(Mac::ZERO);
        for ms in [1_000, 1_200, 1_400, 1_600, 2_100, 2_200] {
            tally.count(Moment::from_ms(ms), Direction::Received, &frame(OTHER, 7));
        }
        tally.count(Moment::from_ms(1_300), Direction::Received, &frame(OTHER, 8));
        let (heard, own) = told(tally);
        assert_eq!(heard.busiest, Busiest { frames: 4, repeats: 2, copies: 4 });
        assert_eq!((heard.frames, heard.watched_ms, own), (7, 8_000, None));
    }

    #[test]
    fn what_goes_round_is_heard_a_few_times_and_then_only_counted() {
        let mut tally = Tally::new(Mac::ZERO);
        let heard = (0..500).filter(|_| tally.count(Moment::default(), Direction::Received, &frame(OTHER, 7))).count();
        assert_eq!(heard, HEARD as usize);
        assert!(tally.count(Moment::default(), Direction::Received, &frame(OTHER, 8)));
        assert_eq!(told(tally).0.busiest.frames, 501);
    }

    #[test]
    fn our_own_frame_is_known_again_padded_or_not() {
        let mut tally = Tally::new(OURS);
        tally.count(Moment::default(), Direction::Sent, &frame(OURS, 1)[..42]);
        tally.count(Moment::default(), Direction::Sent, &frame(OURS, 2));
        for _ in 0..3 {
            tally.count(Moment::from_ms(1), Direction::Received, &frame(OURS, 1));
        }
        // Never sent by us: another card has our address.
        tally.count(Moment::from_ms(1), Direction::Received, &frame(OURS, 3));
        assert_eq!(told(tally).1, Some(OwnReturned { copies: 3, returned: 3, sent: 2 }));
    }

    #[test]
    fn a_frame_that_was_sent_twice_and_came_back_twice_came_back_once_each() {
        let mut tally = Tally::new(OURS);
        for _ in 0..2 {
            tally.count(Moment::default(), Direction::Sent, &frame(OURS, 1));
            tally.count(Moment::from_ms(1), Direction::Received, &frame(OURS, 1));
        }
        assert_eq!(told(tally).1, Some(OwnReturned { copies: 1, returned: 2, sent: 2 }));
    }

    #[test]
    fn a_sweep_of_a_large_network_fills_no_memory() {
        let mut tally = Tally::new(OURS);
        for number in 0..u16::MAX {
            tally.count(Moment::default(), Direction::Sent, &frame(OURS, number));
            tally.count(Moment::default(), Direction::Received, &frame(OURS, number));
            tally.count(Moment::default(), Direction::Received, &frame(OTHER, number));
        }
        assert_eq!((tally.ours.len(), tally.order.len(), tally.copies.len()), (super::OURS, super::OURS, DIFFERENT));
        assert_eq!(told(tally).1.map(|own| (own.copies, own.sent)), Some((1, 65_535)));
    }

    #[test]
    fn frames_to_one_card_and_scraps_are_not_counted() {
        let mut tally = Tally::new(OURS);
        tally.count(Moment::default(), Direction::Received, &ethernet::emit(OTHER, OURS, 0x88b5, &[]));
        tally.count(Moment::default(), Direction::Received, &[0xff; 5]);
        assert_eq!(told(tally).0.frames, 0);
    }
}
