//! The blocks of one prefix length: sorted rows, searched by halving where they lie.

use std::borrow::Cow;

use super::pack::{Row, prefix};
use super::{Block, Registry};
use crate::net::Mac;

/// The blocks whose prefixes have the same length.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// The length of the prefixes in bits.
    pub(super) bits: u8,
    /// Sorted by first address, each address once.
    pub(super) rows: Cow<'static, [Row]>,
}

/// The first `bits` of the 48 bits of an address set, the others not.
pub(super) fn mask(bits: u8) -> u64 {
    (1 << 48) - (1 << (48 - bits))
}

/// Where the name of a row's holder starts, in bytes.
pub(super) fn offset(row: &Row) -> u32 {
    u32::from_be_bytes([0, row[6], row[7], row[8]])
}

impl Table {
    /// The rows of the registry in the executable.
    pub(super) const fn builtin(bits: u8, bytes: &'static [u8]) -> Table {
        Table { bits, rows: Cow::Borrowed(bytes.as_chunks().0) }
    }

    /// The row whose block holds the address.
    pub(super) fn find(&self, address: u64) -> Option<&Row> {
        let at = self.rows.binary_search_by_key(&(address & mask(self.bits)), prefix).ok()?;
        Some(&self.rows[at])
    }

    /// How many of the blocks start with the first `bits` bits of `address`.
    pub(super) fn count_within(&self, address: u64, bits: u8) -> usize {
        let first = address & mask(bits);
        let last = first | !mask(bits) & mask(48);
        let before = |limit: u64| self.rows.partition_point(|row| prefix(row) < limit);
        before(last + 1) - before(first)
    }

    /// The block of a row.
    pub(super) fn block(&self, row: &Row) -> Block {
        let [a, b, c, d, e, f, ..] = *row;
        Block { first: Mac([a, b, c, d, e, f]), bits: self.bits, registry: Registry::of(prefix(row), self.bits) }
    }
}
