//! What server configurations say, kept within bounds, whatever the order in which it was read.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation};
use crate::pool::Pool;

/// Ranges and files that are kept: a record may say anything. The lowest are kept.
const RANGES: usize = 1 << 10;
const FILES: usize = 64;

/// A configuration that was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PoolFile {
    /// The name of the file.
    pub file: String,
    /// Ranges in it.
    pub ranges: u32,
    /// Addresses in it that are kept for one client.
    pub reserved: u32,
    /// Lines of it that could not be read, or that point to a file that was not.
    pub unread: u32,
}

/// What server configurations say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PoolsSeen {
    ranges: BTreeSet<Observation>,
    files: BTreeSet<PoolFile>,
}

impl PoolsSeen {
    pub(super) fn configured(&mut self, seen: &Observation) {
        self.ranges.insert(seen.clone());
        if self.ranges.len() > RANGES {
            self.ranges.pop_last();
        }
    }

    pub(super) fn read(&mut self, file: &PoolFile) {
        self.files.insert(file.clone());
        if self.files.len() > FILES {
            self.files.pop_last();
        }
    }

    /// The configurations that were read.
    pub fn files(&self) -> impl ExactSizeIterator<Item = &PoolFile> {
        self.files.iter()
    }

    /// Every range that a server is configured to lease from: the file, the range, and both as evidence.
    pub fn ranges(&self) -> impl Iterator<Item = (&str, &Pool, &Observation)> {
        self.ranges.iter().filter_map(|seen| match &seen.fact {
            Fact::PoolConfigured { file, pool } => Some((file.as_str(), pool, seen)),
            _ => None,
        })
    }
}
