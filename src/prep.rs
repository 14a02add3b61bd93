//! Preparing a PC: what a delivered one is stands in a profile, and each step is done only when a second look finds nothing left
//! to do.
//!
//! Pure: the PC is behind [`look::Look`] and [`look::Act`], the journal behind [`engine::Log`]; no clock is read.

pub mod bench;
pub mod change;
pub mod depot;
pub mod draft;
pub mod engine;
pub mod entry;
pub mod inf;
pub mod look;
pub mod names;
pub mod outcome;
pub mod pack;
pub mod past;
pub mod path;
pub mod payload;
pub mod portrait;
pub mod profile;
pub mod secrets;
pub mod sheet;
pub mod smbios;
pub mod step;
pub mod tell;

#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod hundred;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod shipped;
