//! The one loop that drives all probes together over a link.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Arrival, Clock, Link};
use crate::net::Moment;
use crate::observe::{Cut, Fact, Observation};
use crate::probe::Want;
use crate::probe::listen::{Direction, Listener};

/// Frames that one probe may send before the others and the receiver have their turn.
const BURST: usize = 64;
/// The longest wait for a frame: a user who presses Ctrl-C does not wait longer.
const PATIENCE: Duration = Duration::from_millis(50);

/// Who follows a look while it goes on: the recorder, the progress on the screen, the user's finger on Ctrl-C.
pub trait Follower {
    /// A frame of ours, or one that arrived and meant something; its number in the capture, where one is written.
    fn frame(&mut self, at: Moment, direction: Direction, bytes: &[u8]) -> Option<u32>;

    /// A server's answer that meant something.
    fn answer(&mut self, at: Moment, from: SocketAddr, bytes: &[u8]);

    /// A fact that no frame and no answer tells.
    fn fact(&mut self, at: Moment, fact: &Fact);

    /// Something was learnt.
    fn observed(&mut self, seen: &Observation);

    /// Told once in every round: how far the probes are.
    fn turn(&mut self, now: Moment, listener: &Listener);

    /// Asked once in every round: shall the look end here, and by whose word?
    fn stops(&mut self, now: Moment) -> Option<Cut>;
}

/// Lets the probes ask until none has anything left to ask, or the follower stops it. Facts about the run itself (frames
/// lost, a look cut short) are told to the listener too.
pub fn drive(listener: &mut Listener, link: &mut dyn Link, clock: &dyn Clock, follower: &mut dyn Follower) {
    let started = clock.now();
    let cut = loop {
        follower.turn(clock.now(), listener);
        if let Some(cut) = follower.stops(clock.now()) {
            break Some(cut);
        }
        match round(listener, link, clock, follower) {
            Ok(true) => {}
            Ok(false) => break None,
            Err(_) => break Some(Cut::Interface),
        }
    };
    let now = clock.now();
    let lost = link.lost();
    let lost = (lost > 0).then_some(Fact::FramesLost { count: lost });
    let changes = link.counted();
    let went = changes.iter().any(|fact| matches!(fact, Fact::CarrierCounted(counted) if counted.downs > 0));
    // A card without a link for long is given up as one that went away: the link says more.
    let cut = cut.filter(|cut| !(went && *cut == Cut::Interface));
    let unfinished = if cut == Some(Cut::Budget) { listener.unfinished() } else { BTreeSet::new() };
    let unfinished = unfinished.into_iter().map(|part| Fact::Unfinished { part });
    let cuts = cut.into_iter().chain(went.then_some(Cut::Link)).map(|by| Fact::CutShort { by }).chain(unfinished);
    let counted = listener.counted(Some(started), now);
    for fact in changes.into_iter().chain(counted).chain(lost).chain(cuts) {
        follower.fact(now, &fact);
        listener.fact(now, fact);
    }
}

/// Every probe has its turn, then what arrived is heard. False when there is nothing left to ask.
fn round(listener: &mut Listener, link: &mut dyn Link, clock: &dyn Clock, follower: &mut dyn Follower) -> io::Result<bool> {
    let mut soonest: Option<Moment> = None;
    let mut burst = Vec::with_capacity(BURST);
    for place in 0..listener.probes() {
        for _ in 0..BURST {
            let now = clock.now();
            match listener.poll(place, now) {
                Want::Send(frame) => {
                    let number = follower.frame(now, Direction::Sent, &frame);
                    listener.count(now, Direction::Sent, &frame);
                    listener.frame(now, Direction::Sent, &frame, || number);
                    burst.push(frame);
                    soonest = Some(now);
                }
                Want::Ask(server, question) => {
                    // A server that cannot be reached is one that does not answer.
                    let _ = link.ask(server, &question);
                    soonest = Some(now);
                }
                Want::Sound(sounding) => {
                    // What this machine cannot ask is not tested, and the checks say so.
                    let _ = link.sound(sounding);
                    soonest = Some(now);
                }
                Want::Wait(until) => {
                    soonest = Some(soonest.map_or(until, |other| other.min(until)));
                    break;
                }
                Want::Done => break,
            }
        }
        link.send(&burst)?;
        burst.clear();
    }
    let Some(soonest) = soonest else { return Ok(false) };
    let patience = soonest.since(clock.now()).min(PATIENCE);
    link.receive(patience, &mut |at, arrival| {
        let seen = match arrival {
            // What a frame of this machine's own means is known only with the frame: it is recorded as one of ours is.
            Arrival::Frame(Direction::Sent, bytes) => {
                let number = follower.frame(at, Direction::Sent, bytes);
                listener.count(at, Direction::Sent, bytes);
                listener.frame(at, Direction::Sent, bytes, || number)
            }
            Arrival::Frame(Direction::Received, bytes) if !listener.count(at, Direction::Received, bytes) => Vec::new(),
            Arrival::Frame(Direction::Received, bytes) => {
                listener.frame(at, Direction::Received, bytes, || follower.frame(at, Direction::Received, bytes))
            }
            // No frame and no answer tells it again: the fact itself is recorded.
            Arrival::Told(fact) => {
                follower.fact(at, &fact);
                listener.fact(at, fact);
                Vec::new()
            }
            Arrival::Answer(from, bytes) => {
                let seen = listener.answer(at, from, bytes);
                if !seen.is_empty() {
                    follower.answer(at, from, bytes);
                }
                seen
            }
        };
        seen.iter().for_each(|observation| follower.observed(observation));
    })?;
    Ok(true)
}
