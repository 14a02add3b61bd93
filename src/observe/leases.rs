//! What lease files say of each address, kept within bounds, whatever the order in which it was read.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::{Fact, Observation};
use crate::lease::Lease;

/// Addresses, entries of each, and files that are kept: a file may say anything. The lowest are kept.
const ADDRESSES: usize = 1 << 17;
const ENTRIES: usize = 8;
const FILES: usize = 64;

/// What lease files say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LeasesSeen {
    entries: BTreeMap<IpAddr, BTreeSet<Observation>>,
    files: BTreeSet<(String, u32, u32)>,
}

impl LeasesSeen {
    pub(super) fn held(&mut self, seen: &Observation, lease: &Lease) {
        let entries = self.entries.entry(IpAddr::V4(lease.ip)).or_default();
        entries.insert(seen.clone());
        if entries.len() > ENTRIES {
            entries.pop_last();
        }
        if self.entries.len() > ADDRESSES {
            self.entries.pop_last();
        }
    }

    pub(super) fn read(&mut self, file: &str, entries: u32, unread: u32) {
        self.files.insert((file.to_owned(), entries, unread));
        if self.files.len() > FILES {
            self.files.pop_last();
        }
    }

    /// The files that were read: the name, the addresses in it, the lines that could not be read.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &(String, u32, u32)> {
        self.files.iter()
    }

    /// What they say of an address: the file, the entry, and both as evidence.
    pub fn of(&self, ip: IpAddr) -> impl Iterator<Item = (&str, &Lease, &Observation)> {
        self.entries.get(&ip).into_iter().flatten().filter_map(|seen| match &seen.fact {
            Fact::LeaseHeld { file, lease } => Some((file.as_str(), lease, seen)),
            _ => None,
        })
    }

    /// Every address of which one says something.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.entries.keys().copied()
    }
}
