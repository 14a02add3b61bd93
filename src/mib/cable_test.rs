//! A switch's own test of the cable at one of its ports: what is written to start it, and what it then says. One file a maker, for
//! each has codes and a unit of its own.
//!
//! The test is started by a write and takes the link down. Results of an earlier test stand in the same objects: they are cleared first.

pub mod cisco;
pub mod dlink;

use super::{Column, Oid, Value, Varbind};
use crate::wire::ethtool::{Pair, PairResult};

/// How the switches of one maker are asked for a test.
pub struct Maker {
    /// Its name.
    pub name: &'static str,
    /// The object that is written, by ifIndex. Who has it can test.
    pub action: Column,
    /// What is written there so that nothing is left of an earlier test.
    pub clear: i32,
    /// What is written there to start.
    pub start: i32,
    /// To how many metres a distance is good.
    pub accuracy_m: u8,
    /// The objects that hold the results of a port.
    pub results: fn(port: u32) -> Vec<Box<Oid>>,
    /// What they say.
    pub read: fn(told: &[Varbind], port: u32) -> Progress,
}

/// Every maker that is known here.
pub const MAKERS: [&Maker; 2] = [&cisco::MAKER, &dlink::MAKER];

/// How far a test has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on, or its results are not there yet.
    Running,
    /// The switch gave it up.
    Failed,
    /// Its results, of the pairs that it told of.
    Over(Vec<Measured>),
}

/// What a switch says of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The pair.
    pub pair: Pair,
    /// What it says.
    pub result: PairResult,
    /// The distance to the fault, or the length of a good pair, in centimetres from the switch.
    pub length_cm: Option<u32>,
}

impl Maker {
    /// The object that is written for this port.
    pub fn action_of(&self, port: u32) -> Box<Oid> {
        self.action.object(&[port])
    }

    /// Whether the switch has that object.
    pub fn is_told(&self, told: &[Varbind], port: u32) -> bool {
        self.action.number(told, &[port]).is_some()
    }
}

impl Column {
    /// The object of one row.
    fn object(&self, index: &Oid) -> Box<Oid> {
        [self.oid, index].concat().into()
    }

    /// What the row of this index says, where it is a number that fits.
    fn number(&self, told: &[Varbind], index: &Oid) -> Option<i32> {
        let value =
            told.iter().find(|varbind| varbind.oid.strip_prefix(self.oid) == Some(index)).map(|varbind| &varbind.value)?;
        Value::number(value)
    }
}

/// Metres in centimetres; nobody has a length of less than none, and -1 is "not known" with every maker.
fn metres(length: i32) -> Option<u32> {
    u32::try_from(length).ok()?.checked_mul(100)
}
