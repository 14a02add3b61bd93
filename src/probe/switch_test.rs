//! The switch tests the cable from its end: which port is ours, and what is written and read until its results are there. No socket,
//! no clock. It goes after everything else, for it takes down the link over which everything else is asked.

use std::net::IpAddr;
use std::time::Duration;

use crate::mib::cable_test::{MAKERS, Maker, Measured, Progress};
use crate::mib::{Oid, Varbind};
use crate::net::{Mac, Moment};
use crate::observe::{Behind, CableTested, MeasuredFrom, PairTested, Silence, Switchboard, SwitchesSeen};

/// How long results are waited for. Our own link is down meanwhile: silence is not the end.
pub const DEADLINE: Duration = Duration::from_secs(30);
/// From one question for results to the next.
const BETWEEN: Duration = Duration::from_secs(1);

/// The port that our cable leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OurPort {
    /// The switch.
    pub switch: IpAddr,
    /// Its number (ifIndex).
    pub number: u32,
    /// Its name.
    pub name: String,
}

/// The port of one of these switches behind which our card is alone: behind any other, the cable is somebody else's.
pub fn our_port(seen: &SwitchesSeen, ours: Mac, switches: &[IpAddr]) -> Option<OurPort> {
    let plug = Switchboard::of(seen).plug_of(ours)?;
    let alone = plug.behind == Behind::Card && switches.contains(&plug.switch);
    let ports = seen.at(plug.switch)?.forwarding()?.learned.get(&ours)?;
    let mut numbers = ports.iter().filter_map(|port| port.interface);
    match (numbers.next(), numbers.next()) {
        (Some(number), None) if alone => Some(OurPort { switch: plug.switch, number, name: plug.port }),
        _ => None,
    }
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read these objects.
    Get(Vec<Box<Oid>>),
    /// Write this number.
    Set(Box<Oid>, i32),
    /// Nothing before this moment.
    Wait(Moment),
    /// It has ended.
    Over(CableTested, Vec<PairTested>),
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// What the switch says.
    Told(Vec<Varbind>),
    /// It may not be written to with what we gave.
    Denied,
    /// It cannot.
    Failed,
    /// No answer.
    Silent,
}

/// A test of one port.
pub struct SwitchTest {
    port: u32,
    stage: Stage,
}

enum Stage {
    /// Does it know the objects of this maker?
    Which(usize),
    /// What an earlier test left is cleared; a switch that may not be written to says so here, with the link up.
    Clear(&'static Maker),
    Start(&'static Maker),
    Results {
        maker: &'static Maker,
        next: Moment,
        until: Moment,
    },
    Over(CableTested, Vec<PairTested>),
}

impl SwitchTest {
    /// Of the port with this ifIndex.
    pub fn new(port: u32) -> SwitchTest {
        SwitchTest { port, stage: Stage::Which(0) }
    }

    /// What is to be done at this moment.
    pub fn poll(&self, now: Moment) -> Step {
        match &self.stage {
            Stage::Which(at) => match MAKERS.get(*at) {
                Some(maker) => Step::Get(vec![maker.action_of(self.port)]),
                None => Step::Over(CableTested::NotMeasurable { why: Silence::SwitchCannot }, Vec::new()),
            },
            Stage::Clear(maker) => Step::Set(maker.action_of(self.port), maker.clear),
            Stage::Start(maker) => Step::Set(maker.action_of(self.port), maker.start),
            Stage::Results { until, .. } if now >= *until => {
                Step::Over(CableTested::NotMeasurable { why: Silence::NoAnswer }, Vec::new())
            }
            Stage::Results { next, .. } if now < *next => Step::Wait(*next),
            Stage::Results { maker, .. } => Step::Get((maker.results)(self.port)),
            Stage::Over(tested, pairs) => Step::Over(tested.clone(), pairs.clone()),
        }
    }

    /// What became of what was to be done.
    pub fn answered(&mut self, now: Moment, reply: &Reply) {
        let given_up = |why| Stage::Over(CableTested::NotMeasurable { why }, Vec::new());
        let waits = |maker, until| Stage::Results { maker, next: now + BETWEEN, until };
        self.stage = match (&self.stage, reply) {
            (Stage::Which(_) | Stage::Clear(_), Reply::Silent) => given_up(Silence::SwitchSilent),
            (Stage::Which(at), Reply::Told(told)) if MAKERS.get(*at).is_some_and(|maker| maker.is_told(told, self.port)) => {
                Stage::Clear(MAKERS[*at])
            }
            (Stage::Which(at), _) => Stage::Which(at + 1),
            (Stage::Clear(_) | Stage::Start(_), Reply::Denied) => given_up(Silence::SwitchDenied),
            (Stage::Clear(_) | Stage::Start(_), Reply::Failed) => given_up(Silence::SwitchFailed),
            (Stage::Clear(maker), Reply::Told(_)) => Stage::Start(maker),
            // The answer may be lost with the link.
            (Stage::Start(maker), Reply::Told(_) | Reply::Silent) => waits(maker, now + DEADLINE),
            (Stage::Results { maker, until, .. }, Reply::Told(told)) => match (maker.read)(told, self.port) {
                Progress::Running => waits(maker, *until),
                Progress::Failed => given_up(Silence::SwitchFailed),
                Progress::Over(measured) => {
                    let from = MeasuredFrom::Switch { accuracy_m: maker.accuracy_m };
                    let tested = |Measured { pair, result, length_cm }: Measured| PairTested { pair, result, length_cm, from };
                    Stage::Over(CableTested::Done, measured.into_iter().map(tested).collect())
                }
            },
            (Stage::Results { maker, until, .. }, _) => waits(maker, *until),
            (Stage::Over(..), _) => return,
        };
    }
}

#[cfg(test)]
#[path = "switch_test/tests.rs"]
mod tests;
