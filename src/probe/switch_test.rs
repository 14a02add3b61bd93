//! The switch tests the cable from its end: which port is ours, and what is written and read until its results are there. No
//! socket, no clock. It goes after everything else, for it takes down the link over which everything else is asked.

use std::net::IpAddr;
use std::time::Duration;

use crate::mib::cable_test::{MAKERS, Maker, Measured, Progress, number};
use crate::mib::{Oid, Varbind};
use crate::net::{Mac, Moment};
use crate::observe::{
    Behind, CableTested, MeasuredFrom, PairTested, Silence, SwitchTested, Switchboard, SwitchesSeen, WholeTested,
};

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
    /// It has ended; which port it was is not told here.
    Over(SwitchTested),
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
    /// What an earlier test left is read, to tell it from what comes.
    Before(&'static dyn Maker),
    /// What comes before the start is written; a switch that may not be written to says so here, with the link up.
    First(&'static dyn Maker, Earlier),
    Start(&'static dyn Maker, Earlier),
    Results {
        maker: &'static dyn Maker,
        earlier: Earlier,
        next: Moment,
        until: Moment,
    },
    Over(SwitchTested),
}

/// When the results of an earlier test were made, where there are any.
type Earlier = Option<Box<[u8]>>;

impl SwitchTest {
    /// Of the port with this ifIndex.
    pub fn new(port: u32) -> SwitchTest {
        SwitchTest { port, stage: Stage::Which(0) }
    }

    /// What is to be done at this moment.
    pub fn poll(&self, now: Moment) -> Step {
        let port = self.port;
        match &self.stage {
            Stage::Which(at) => match MAKERS.get(*at) {
                Some(maker) => Step::Get(vec![maker.action(port)]),
                None => Step::Over(SwitchTested::without_result(Silence::SwitchCannot)),
            },
            Stage::Before(maker) => Step::Get(maker.results(port)),
            Stage::First(maker, _) => Step::Set(maker.action(port), maker.first().unwrap_or_else(|| maker.start(port))),
            Stage::Start(maker, _) => Step::Set(maker.action(port), maker.start(port)),
            Stage::Results { until, .. } if now >= *until => Step::Over(SwitchTested::without_result(Silence::NoAnswer)),
            Stage::Results { next, .. } if now < *next => Step::Wait(*next),
            Stage::Results { maker, .. } => Step::Get(maker.results(port)),
            Stage::Over(tested) => Step::Over(tested.clone()),
        }
    }

    /// What became of what was to be done.
    pub fn answered(&mut self, now: Moment, reply: &Reply) {
        let port = self.port;
        let given_up = |why| Stage::Over(SwitchTested::without_result(why));
        let start = |maker: &'static dyn Maker, earlier| match maker.first() {
            Some(_) => Stage::First(maker, earlier),
            None => Stage::Start(maker, earlier),
        };
        self.stage = match (std::mem::replace(&mut self.stage, Stage::Which(0)), reply) {
            (Stage::Which(_) | Stage::Before(_) | Stage::First(..), Reply::Silent) => given_up(Silence::SwitchSilent),
            (Stage::Which(at), Reply::Told(told)) => match MAKERS.get(at) {
                Some(maker) if number(told, &maker.action(port)).is_some() => Stage::Before(*maker),
                _ => Stage::Which(at + 1),
            },
            (Stage::Which(at), _) => Stage::Which(at + 1),
            (Stage::Before(maker), Reply::Told(told)) => start(maker, maker.made(told, port)),
            // What stands there from earlier cannot be told from what comes, unless the first step clears it.
            (Stage::Before(maker), _) if maker.first().is_none() => given_up(Silence::SwitchFailed),
            (Stage::Before(maker), _) => start(maker, None),
            (Stage::First(..) | Stage::Start(..), Reply::Denied) => given_up(Silence::SwitchDenied),
            (Stage::First(..) | Stage::Start(..), Reply::Failed) => given_up(Silence::SwitchFailed),
            (Stage::First(maker, earlier), Reply::Told(_)) => Stage::Start(maker, earlier),
            // The answer may be lost with the link.
            (Stage::Start(maker, earlier), Reply::Told(_) | Reply::Silent) => {
                Stage::Results { maker, earlier, next: now + BETWEEN, until: now + DEADLINE }
            }
            (Stage::Results { maker, earlier, until, .. }, reply) => {
                let progress = match reply {
                    // These are the results of the earlier test still.
                    Reply::Told(told) if earlier.is_some() && maker.made(told, port) == earlier => Progress::Running,
                    Reply::Told(told) => maker.read(told, port),
                    _ => Progress::Running,
                };
                match progress {
                    Progress::Running => Stage::Results { maker, earlier, next: now + BETWEEN, until },
                    Progress::Failed => given_up(Silence::SwitchFailed),
                    Progress::Over(measured) => Stage::Over(tested(measured, maker.accuracy_m())),
                }
            }
            (over @ Stage::Over(_), _) => over,
        };
    }
}

fn tested(measured: Measured, accuracy_m: u8) -> SwitchTested {
    let from = MeasuredFrom::Switch { accuracy_m };
    let (pairs, whole) = match measured {
        Measured::Pairs(pairs) => (pairs, None),
        Measured::Whole(whole) => (Vec::new(), Some(whole)),
    };
    SwitchTested {
        port: None,
        tested: CableTested::Done,
        pairs: pairs
            .into_iter()
            .map(|of| PairTested { pair: of.pair, result: of.result, length_cm: of.length_cm, from })
            .collect(),
        whole: whole.map(|of| WholeTested { result: of.result, length_cm: of.length_cm, accuracy_m }),
    }
}

#[cfg(test)]
#[path = "switch_test/tests.rs"]
mod tests;
