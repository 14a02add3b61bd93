//! The preparation of many PCs over SSH: the station's half, and the half that attends to it on each PC. The
//! station is Linux; the PCs may be either.

pub mod attend;
#[cfg(target_os = "linux")]
pub mod baggage;
#[cfg(target_os = "linux")]
mod ground;
#[cfg(target_os = "linux")]
pub mod machine;
#[cfg(target_os = "linux")]
mod namer;
#[cfg(target_os = "linux")]
mod pc;
#[cfg(target_os = "linux")]
mod sftp;
#[cfg(target_os = "linux")]
pub mod ssh;
#[cfg(target_os = "linux")]
pub mod station;
