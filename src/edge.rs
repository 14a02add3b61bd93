//! The only place with sockets, clocks, files, processes and `unsafe`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::net::Moment;
use crate::observe::Fact;
use crate::probe::Sounding;
use crate::probe::listen::Direction;

pub mod bench;
pub mod browser;
pub mod capture;
pub mod clock;
pub mod depot;
pub mod drive;
pub mod hash;
pub mod journal;
pub mod lab;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod locale;
pub mod logbook;
#[cfg(target_os = "linux")]
pub mod look;
pub mod names;
pub mod pc;
pub mod record;
pub mod replace;
pub mod replay;
pub mod sealed;
pub mod shared;
pub mod snmp;
pub mod stop;
pub mod visits;

/// What arrived.
#[derive(Debug)]
pub enum Arrival<'a> {
    /// A frame, with its 802.1Q tag where it had one; sent where this machine sends it by itself.
    Frame(Direction, &'a [u8]),
    /// A datagram from a server.
    Answer(SocketAddr, &'a [u8]),
    /// What the kernel's network stack found out for us.
    Told(Fact),
}

/// A card on a segment, and the kernel's own way to servers.
pub trait Link {
    /// Puts frames on the wire, in order.
    fn send(&mut self, frames: &[Vec<u8>]) -> io::Result<()>;

    /// Sends a datagram by way of the kernel.
    fn ask(&mut self, server: SocketAddr, question: &[u8]) -> io::Result<()>;

    /// Lets the kernel's network stack ask a question; a fact arrives when it knows.
    fn sound(&mut self, sounding: Sounding) -> io::Result<()>;

    /// Waits at most so long for something to arrive, then hands over everything that has, in order.
    fn receive(&mut self, patience: Duration, each: &mut dyn FnMut(Moment, Arrival<'_>)) -> io::Result<()>;

    /// What the edge itself counted during a look, told at its end.
    fn counted(&mut self) -> Vec<Fact> {
        Vec::new()
    }

    /// Frames that were lost because they were not read in time, since the last call.
    fn lost(&mut self) -> u32;
}

/// The time of a visit.
pub trait Clock {
    /// Time since the visit started.
    fn now(&self) -> Moment;
}
