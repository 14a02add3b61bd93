//! The compact form of a registry: sorted rows of prefixes, one table a length, and one text that holds the names.
//!
//! The build script reads this file too: it packs the registry, the kit looks into it as it lies in the executable.

use std::collections::{BTreeMap, HashMap};

/// A prefix and where its holder's name starts: 6 bytes of address, 3 of offset, highest byte first.
pub(crate) type Row = [u8; 9];

/// The holder whose name is empty: a shared block, which the registry cuts up for others.
pub(crate) const SHARED: &str = "";

/// A block to pack: first address as 48 bits, length of the prefix in bits, clean name of the holder.
pub(crate) type Assignment = (u64, u8, String);

/// What cannot be packed: more than 16 MiB of names, which the three bytes of an offset cannot reach.
#[derive(Debug)]
pub(crate) struct TooManyNames;

/// A registry in its compact form.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The names in the order of the alphabet, a line feed after each.
    pub(crate) names: String,
    /// The rows of each prefix length in bits, sorted, the longest prefixes first.
    pub(crate) tables: Vec<(u8, Vec<Row>)>,
}

/// Packs blocks. Of two holders of one block (the registry has known a few), the first is kept.
pub(crate) fn pack(blocks: &[Assignment]) -> Result<Packed, TooManyNames> {
    let mut alphabet: Vec<&str> = blocks.iter().map(|(_, _, name)| name.as_str()).collect();
    alphabet.sort_unstable();
    alphabet.dedup();
    let mut names = String::new();
    let mut offsets = HashMap::new();
    for name in alphabet {
        offsets.insert(name, names.len() as u32);
        names.push_str(name);
        names.push('\n');
    }
    if names.len() >= 1 << 24 {
        return Err(TooManyNames);
    }

    let mut tables: BTreeMap<u8, Vec<Row>> = BTreeMap::new();
    for (start, bits, name) in blocks {
        let [_, _, address @ ..] = start.to_be_bytes();
        let [_, offset @ ..] = offsets[name.as_str()].to_be_bytes();
        let [a, b, c, d, e, f] = address;
        let [g, h, i] = offset;
        tables.entry(*bits).or_default().push([a, b, c, d, e, f, g, h, i]);
    }
    for rows in tables.values_mut() {
        rows.sort_by_key(prefix);
        rows.dedup_by_key(|row| prefix(row));
    }
    Ok(Packed { names, tables: tables.into_iter().rev().collect() })
}

/// The first address of a row's block, as 48 bits.
pub(crate) fn prefix(row: &Row) -> u64 {
    row[..6].iter().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
}
