//! What a switch tells of itself over SNMP: varbinds to types, one file a table. No socket, no clock.
//!
//! A switch is as hostile as any host: a value of the wrong type or out of its range is one [`Refused`] and the rest is read.

pub mod arp;
pub mod cable_test;
pub mod forwarding;
pub mod interfaces;
pub mod neighbours;
pub mod place;
pub mod power_cisco;
pub mod power_ethernet;
pub mod power_hp;
pub mod power_radlan;
pub mod power_tplink;
pub mod pse;
mod rows;
pub mod system;
mod tables;

pub use tables::{Said, Tables};

use crate::net::Watts;

/// An object identifier, or a part of one.
pub type Oid = [u32];

/// One object and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Varbind {
    /// Which object.
    pub oid: Box<Oid>,
    /// What the switch says it is.
    pub value: Value,
}

/// A value, as far as the tables need to tell types apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// INTEGER, Counter, Gauge, TimeTicks.
    Number(i128),
    /// OCTET STRING.
    Octets(Box<[u8]>),
    /// OBJECT IDENTIFIER: the name of another object.
    Object(Box<Oid>),
    /// Any other type: no table here has one.
    Other,
}

impl Varbind {
    /// A varbind.
    pub fn new(oid: impl Into<Box<Oid>>, value: Value) -> Varbind {
        Varbind { oid: oid.into(), value }
    }
}

/// A value that is not what its table says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The object, by the name it has in its MIB.
    pub object: &'static str,
    /// Its whole OID.
    pub oid: Box<Oid>,
}

/// Refused values that are kept; of the others only the number is.
pub const MOST_REFUSED: usize = 16;

/// The refused values of a switch: the first few, and how many there were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// The first of them.
    pub first: Vec<Refused>,
    /// How many there were.
    pub count: usize,
}

impl Refusals {
    fn add(&mut self, column: &Column, varbind: &Varbind) {
        self.count += 1;
        if self.first.len() < MOST_REFUSED {
            self.first.push(Refused { object: column.name, oid: varbind.oid.clone() });
        }
    }
}

/// A column of a table, or a scalar.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name in the MIB.
    pub name: &'static str,
    /// The OID before the index.
    pub oid: &'static Oid,
}

impl Column {
    /// Each row of this column: the index and what `read` makes of both. What it makes nothing of is refused.
    fn rows<'a, T>(
        &'a self,
        walk: &'a [Varbind],
        refused: &'a mut Refusals,
        read: impl Fn(&'a Oid, &'a Value) -> Option<T> + 'a,
    ) -> impl Iterator<Item = T> + 'a {
        walk.iter().filter_map(move |varbind| {
            let index = varbind.oid.strip_prefix(self.oid)?;
            let row = read(index, &varbind.value);
            if row.is_none() {
                refused.add(self, varbind);
            }
            row
        })
    }
}

impl Value {
    /// The number, where it is one of this range.
    fn number<T: TryFrom<i128>>(&self) -> Option<T> {
        match self {
            Value::Number(number) => T::try_from(*number).ok(),
            _ => None,
        }
    }

    /// Power in milliwatts.
    fn milliwatts(&self) -> Option<Watts> {
        self.number().map(Watts::from_milliwatts)
    }

    /// The octets.
    fn octets(&self) -> Option<&[u8]> {
        match self {
            Value::Octets(octets) => Some(octets),
            _ => None,
        }
    }

    /// The object that is named.
    fn object(&self) -> Option<&Oid> {
        match self {
            Value::Object(oid) => Some(oid),
            _ => None,
        }
    }

    /// The text (SnmpAdminString, DisplayString), as sent: renderers clean it.
    fn text(&self) -> Option<String> {
        self.octets().map(|octets| String::from_utf8_lossy(octets).trim_end_matches('\0').to_owned())
    }
}

/// The only arc of an index of one.
fn single(index: &Oid) -> Option<u32> {
    match index {
        [arc] => Some(*arc),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
