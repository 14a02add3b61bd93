//! Hardware address → vendor, by the longest prefix, from the registry in `oui-data/` or a file of the user's.

mod convention;
mod edition;
mod file;
pub(crate) mod fold;
pub(crate) mod name;
mod pack;
mod table;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::net::{Mac, hex_digits};
use convention::CONVENTIONS;
pub use edition::{Edition, Source, edition};
use fold::fold;
use table::Table;

/// Who gives blocks out, by their size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registry {
    /// Large, 24 bits: 16,777,216 addresses.
    MaL,
    /// Medium, 28 bits: 1,048,576 addresses.
    MaM,
    /// Small, 36 bits: 4,096 addresses.
    MaS,
    /// Individual, 36 bits, in two shared blocks; closed since 2014.
    Iab,
    /// None: known by convention, or of a size that only a file of the user's gives out.
    Convention,
}

impl Registry {
    /// The registry of the block that starts at `first` (48 bits) and has a prefix of `bits` bits.
    fn of(first: u64, bits: u8) -> Registry {
        match (bits, first >> 24) {
            (24, _) => Registry::MaL,
            (28, _) => Registry::MaM,
            // The two blocks that the IEEE cut up for individual address blocks, all of them (IEEE RA, tutorial on EUI).
            (36, 0x0050c2 | 0x40d855) => Registry::Iab,
            (36, _) => Registry::MaS,
            _ => Registry::Convention,
        }
    }

    /// The name that the IEEE gives it.
    pub fn name(self) -> &'static str {
        match self {
            Registry::MaL => "MA-L",
            Registry::MaM => "MA-M",
            Registry::MaS => "MA-S",
            Registry::Iab => "IAB",
            Registry::Convention => "convention",
        }
    }
}

impl Serialize for Registry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A block of addresses; written as the digits of its prefix and its length, `00:50:c2:7d:5/36`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Block {
    /// The first address of the block.
    pub first: Mac,
    /// The length of the prefix that all its addresses share, in bits.
    pub bits: u8,
    /// Who gave it out.
    pub registry: Registry,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = usize::from(self.bits).div_ceil(4);
        // Two digits and a colon a byte.
        let shown = digits + (digits.max(1) - 1) / 2;
        write!(f, "{}/{}", &self.first.to_string()[..shown], self.bits)
    }
}

/// What an address says of who made the card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Vendor<'a> {
    /// A block with a holder.
    Known {
        /// The holder's name, printable, on one line.
        name: &'a str,
        /// The block that the address lies in.
        block: Block,
    },
    /// Part of a block that the registry cuts up for others, and that nobody holds.
    Unassigned(Block),
    /// A prefix too short to tell: smaller blocks start with it.
    Shared {
        /// How many blocks start with it.
        parts: usize,
    },
    /// Administered locally and not known by convention: random (a telephone's privacy address) or virtual.
    Local,
    /// A group of cards: multicast or broadcast.
    Group,
    /// In no block of the registry.
    Unknown,
}

impl<'a> Vendor<'a> {
    /// The holder's name, where there is one.
    pub fn name(&self) -> Option<&'a str> {
        match *self {
            Vendor::Known { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// A holder and all that it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holding<'a> {
    /// The holder's name.
    pub name: &'a str,
    /// Its blocks, lowest address first.
    pub blocks: Vec<Block>,
}

/// The start of an address of which `text` gives whole digits (`b8:27:eb`), zeros after it, and its length in bits.
/// `None` where the text is none: other characters, no digit, more than 12.
pub fn start(text: &str) -> Option<(Mac, u8)> {
    let digits = hex_digits(text).filter(|digits| (1..=12).contains(&digits.len()))?;
    let mut bytes = [0; 6];
    for (i, digit) in digits.iter().enumerate() {
        bytes[i / 2] |= if i % 2 == 0 { digit << 4 } else { *digit };
    }
    Some((Mac(bytes), 4 * digits.len() as u8))
}

/// A registry that can be asked. The conventions of `oui-data/local.toml` belong to every one.
#[derive(Debug)]
pub struct Vendors {
    names: Cow<'static, str>,
    /// Longest prefixes first.
    tables: Cow<'static, [Table]>,
    date: fn() -> Option<&'static str>,
}

impl PartialEq for Vendors {
    /// A registry is equal to itself alone: thirty thousand names are not compared.
    fn eq(&self, other: &Vendors) -> bool {
        std::ptr::eq(self, other)
    }
}

static BUILTIN: Vendors = Vendors {
    names: Cow::Borrowed(include_str!(concat!(env!("OUT_DIR"), "/names.txt"))),
    tables: Cow::Borrowed(&include!(concat!(env!("OUT_DIR"), "/tables.rs"))),
    date: || Some(&edition().date),
};

impl Vendors {
    /// The registry that lies in the executable; nothing is read or copied.
    pub fn builtin() -> &'static Vendors {
        &BUILTIN
    }

    /// The day of the registry, as in `2026-08-26`; `None` for a file of the user's, which does not say.
    pub fn date(&self) -> Option<&'static str> {
        (self.date)()
    }

    /// Who made the card with this address.
    pub fn lookup(&self, mac: Mac) -> Vendor<'_> {
        self.lookup_prefix(mac, 48)
    }

    /// Who made the cards whose addresses start with the first `bits` bits of `first`.
    pub fn lookup_prefix(&self, first: Mac, bits: u8) -> Vendor<'_> {
        if first.is_group() {
            return Vendor::Group;
        }
        let value = first.to_bits();
        let parts = || {
            let longer = self.tables.iter().filter(|table| table.bits > bits);
            longer.map(|table| table.count_within(value, bits)).sum()
        };
        match self.longest(value, bits) {
            Some((name, block)) if name != pack::SHARED => Vendor::Known { name, block },
            found => match (found, parts()) {
                (_, parts) if parts > 0 => Vendor::Shared { parts },
                (Some((_, block)), _) => Vendor::Unassigned(block),
                (None, _) if first.is_local() => Vendor::Local,
                (None, _) => Vendor::Unknown,
            },
        }
    }

    /// The longest block, of at most `bits` bits, that holds the address; a convention wins over a registry's of its length.
    fn longest(&self, value: u64, bits: u8) -> Option<(&str, Block)> {
        let conventional = CONVENTIONS
            .iter()
            .filter(|convention| convention.block.bits <= bits)
            .filter(|convention| (convention.block.first.to_bits() ^ value) & table::mask(convention.block.bits) == 0)
            .max_by_key(|convention| convention.block.bits);
        let registered = self.tables.iter().filter(|table| table.bits <= bits).find_map(|table| {
            let row = table.find(value)?;
            Some((self.name_at(table::offset(row)), table.block(row)))
        });
        match (conventional, registered) {
            (Some(convention), Some((_, block))) if block.bits > convention.block.bits => registered,
            (Some(convention), _) => Some((&convention.name, convention.block)),
            (None, _) => registered,
        }
    }

    fn name_at(&self, offset: u32) -> &str {
        self.names[offset as usize..].split('\n').next().unwrap_or_default()
    }

    /// The holders whose names contain `text`, whatever the case and the accents, in the order of the alphabet.
    pub fn search(&self, text: &str) -> Vec<Holding<'_>> {
        let wanted = fold(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut holdings = Vec::new();
        let mut at = HashMap::new();
        let mut offset = 0;
        for name in self.names.split_terminator('\n') {
            if fold(name).contains(&wanted) {
                at.insert(offset, holdings.len());
                holdings.push(Holding { name, blocks: Vec::new() });
            }
            offset += name.len() as u32 + 1;
        }
        for table in self.tables.iter() {
            for row in table.rows.iter() {
                if let Some(&holding) = at.get(&table::offset(row)) {
                    holdings[holding].blocks.push(table.block(row));
                }
            }
        }
        for convention in CONVENTIONS.iter().filter(|convention| fold(&convention.name).contains(&wanted)) {
            match holdings.iter_mut().find(|holding| holding.name == convention.name) {
                Some(holding) => holding.blocks.push(convention.block),
                None => holdings.push(Holding { name: &convention.name, blocks: vec![convention.block] }),
            }
        }
        for holding in &mut holdings {
            holding.blocks.sort_by_key(|block| (block.first, block.bits));
        }
        holdings.sort_by_cached_key(|holding| fold(holding.name));
        holdings
    }
}

#[cfg(test)]
mod tests;
