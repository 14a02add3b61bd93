//! The preparation of many PCs over SSH: the station's half, and the half that attends to it on each PC.

pub mod attend;
pub mod baggage;
mod ground;
mod pc;
pub mod ssh;
pub mod station;
