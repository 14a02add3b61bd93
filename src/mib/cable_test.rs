//! A switch's own test of the cable at one of its ports: what is written to start it, and what it then says. One file a maker,
//! for each has codes and a unit of its own.
//!
//! The test is started by a write and takes the link down. Results of an earlier test stand in the same objects: they are cleared
//! first, or told from new ones by their time.

pub mod cisco;
pub mod dlink;
pub mod edgecore;
pub mod extreme;
pub mod radlan;
mod whole;

use super::{Column, Oid, Value, Varbind};
use crate::wire::ethtool::{Pair, PairResult};

pub use whole::WholeResult;

/// How the switches of one maker are asked for a test.
pub trait Maker: Sync {
    /// To how many metres a distance is good.
    fn accuracy_m(&self) -> u8;

    /// The object that is written to test this port. Who has it can test.
    fn action(&self, port: u32) -> Box<Oid>;

    /// What is written there before the start, so that nothing is left of an earlier test or that the port may be tested at all; `None`
    /// where the maker knows of nothing.
    fn first(&self) -> Option<i32> {
        None
    }

    /// What is written there to start.
    fn start(&self, port: u32) -> i32;

    /// The objects that hold the results of a port.
    fn results(&self, port: u32) -> Vec<Box<Oid>>;

    /// When the results were made, as the switch writes it; `None` where it does not say.
    fn made(&self, _told: &[Varbind], _port: u32) -> Option<Box<[u8]>> {
        None
    }

    /// What they say.
    fn read(&self, told: &[Varbind], port: u32) -> Progress;
}

/// Every maker that is known here.
pub const MAKERS: [&dyn Maker; 10] = [
    &cisco::Cisco,
    &dlink::Dlink,
    &radlan::CISCO_SB,
    &radlan::RADLAN,
    &radlan::LINKSYS,
    &edgecore::ECS4120,
    &edgecore::ECS4100,
    &edgecore::ECS4510,
    &edgecore::ES3552M,
    &extreme::Extreme,
];

/// How far a test has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on, or its results are not there yet.
    Running,
    /// The switch gave it up.
    Failed,
    /// Its results.
    Over(Measured),
}

/// What a switch says of a cable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Of the pairs that it told of.
    Pairs(Vec<PairMeasured>),
    /// Of the whole cable.
    Whole(WholeMeasured),
}

/// What a switch says of one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairMeasured {
    /// The pair.
    pub pair: Pair,
    /// What it says.
    pub result: PairResult,
    /// The distance to the fault, or the length of a good pair, in centimetres from the switch.
    pub length_cm: Option<u32>,
}

/// What a switch says of a whole cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholeMeasured {
    /// What it says.
    pub result: WholeResult,
    /// The distance to the fault, or the length of a good cable, in centimetres from the switch.
    pub length_cm: Option<u32>,
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

/// What this object says, where it is a number that fits.
pub fn number(told: &[Varbind], object: &Oid) -> Option<i32> {
    told.iter().find(|varbind| *varbind.oid == *object)?.value.number()
}

/// What this object says, where it is a text.
fn octets(told: &[Varbind], object: &Oid) -> Option<Box<[u8]>> {
    told.iter().find(|varbind| *varbind.oid == *object)?.value.octets().map(Box::from)
}

/// Metres in centimetres; nobody has a length of less than none, and -1 is "not known" with every maker.
fn metres(length: i32) -> Option<u32> {
    u32::try_from(length).ok()?.checked_mul(100)
}
