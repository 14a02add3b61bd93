//! What the system of a PC has a say in: what is there already, how the program is put there, and how it is run with all rights.

mod unix;
mod windows;

use std::cell::Cell;
use std::time::Duration;

use super::baggage::{Baggage, Brought};
use super::ssh::{ANSWERS, Access, Hop, Session, Talk, Trouble};
use crate::fault::Fault;
use crate::prep::bench::course::Program;
use unix::Unix;
use windows::Windows;

/// The system of a PC, as it was found.
pub(super) enum Ground {
    /// One with a shell of POSIX.
    Unix(Unix),
    /// One with Microsoft's OpenSSH server.
    Windows(Windows),
}

impl Ground {
    /// Looks what is there, and how much of the program.
    pub(super) async fn look(
        session: &Session,
        hop: &Hop,
        access: &Access,
        baggage: &Baggage,
    ) -> Result<(Ground, Program), Trouble> {
        if windows::is_one(&session.identity) {
            let (windows, program) = Windows::look(session, baggage).await?;
            return Ok((Ground::Windows(windows), program));
        }
        let (unix, program) = Unix::look(session, hop, access, baggage).await?;
        Ok((Ground::Unix(unix), program))
    }

    /// Brings the program, from a byte on; how much was sent is told meanwhile.
    pub(super) async fn push(&self, session: &Session, from: u64, sent: &Cell<(u64, u64)>) -> Result<(), Trouble> {
        match self {
            Ground::Unix(unix) => unix.push(session, from, sent).await,
            Ground::Windows(windows) => windows.push(session, from, sent).await,
        }
    }

    /// Whether what arrived is the program: only then it gets its name, else nothing of it is left.
    pub(super) async fn check(&self, session: &Session) -> Result<bool, Trouble> {
        match self {
            Ground::Unix(unix) => unix.check(session).await,
            Ground::Windows(windows) => windows.check(session).await,
        }
    }

    /// Runs the program, to be spoken with.
    pub(super) async fn open(&self, session: &Session, access: &Access) -> Result<Talk, Trouble> {
        match self {
            Ground::Unix(unix) => unix.open(session, access).await,
            Ground::Windows(windows) => windows.open(session).await,
        }
    }

    /// Heeds what was said about troubles before the program said anything.
    pub(super) fn heed(&self, talk: &mut Talk) -> Result<(), Trouble> {
        match self {
            Ground::Unix(_) => unix::asks_again(talk),
            Ground::Windows(_) => Ok(()),
        }
    }

    /// Why the program ended before it said anything.
    pub(super) fn does_not_run(&self, talk: &Talk) -> Trouble {
        match self {
            Ground::Unix(_) => unix::does_not_run(talk),
            Ground::Windows(_) => windows::does_not_run(talk),
        }
    }

    /// Within so long the program answers that says that it is there.
    pub(super) fn hears(&self) -> Duration {
        match self {
            Ground::Unix(_) => ANSWERS,
            Ground::Windows(_) => windows::HEARS,
        }
    }

    /// What it is where the program says that it is there, and hears nothing of what it is told.
    pub(super) fn unheard(&self) -> Trouble {
        match self {
            Ground::Unix(_) => Trouble::silent(),
            Ground::Windows(_) => windows::unheard(),
        }
    }

    /// The program for it.
    pub(super) fn program(&self) -> &Brought {
        match self {
            Ground::Unix(unix) => &unix.program,
            Ground::Windows(windows) => &windows.program,
        }
    }

    /// Removes the program, and nothing else that lies beside it.
    pub(super) async fn take_back(&self, session: &Session) -> Result<(), Trouble> {
        match self {
            Ground::Unix(unix) => unix.take_back(session).await,
            Ground::Windows(windows) => windows.clear(session).await,
        }
    }

    /// Removes the program, and what others have left there.
    pub(super) async fn clear(&self, session: &Session) -> Result<(), Trouble> {
        match self {
            Ground::Unix(_) => unix::clear(session).await,
            Ground::Windows(windows) => windows.clear(session).await,
        }
    }
}

/// Whether a server says that it is Microsoft's.
pub(super) fn is_windows(identity: &str) -> bool {
    windows::is_one(identity)
}

fn refused(english: &str, french: &str) -> Trouble {
    Trouble::refused(&Fault::new(english, french))
}

/// No program that was named is for such a PC.
fn none_fits(what: &str, [english, french]: [&str; 2]) -> Trouble {
    let fault = Fault::new(format!("no program for {what} is at hand"), format!("aucun programme pour {what} n'est disponible"));
    Trouble::refused(
        &fault.hint(format!("name the program for it: {english}"), format!("indiquez celui qui lui convient : {french}")),
    )
}

fn no_room() -> Fault {
    Fault::new("there is no room on its disk", "il n'y a plus de place sur son disque")
        .hint("make room there", "faites-y de la place")
}
