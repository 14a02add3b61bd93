//! What the system of a PC has a say in: what is there already, how the program is put there, and how it is run with all rights.

mod unix;

use std::cell::Cell;

use super::baggage::Baggage;
use super::ssh::{Access, Hop, Session, Talk, Trouble};
use crate::fault::Fault;
use crate::prep::bench::course::Program;
use unix::Unix;

/// The system of a PC, as it was found.
pub(super) enum Ground {
    /// One with a shell of POSIX.
    Unix(Unix),
}

impl Ground {
    /// Looks what is there, and how much of the program.
    pub(super) async fn look(
        session: &Session,
        hop: &Hop,
        access: &Access,
        baggage: &Baggage,
    ) -> Result<(Ground, Program), Trouble> {
        let (unix, program) = Unix::look(session, hop, access, baggage).await?;
        Ok((Ground::Unix(unix), program))
    }

    /// Brings the program, from a byte on; how much was sent is told meanwhile.
    pub(super) async fn push(&self, session: &Session, from: u64, sent: &Cell<(u64, u64)>) -> Result<(), Trouble> {
        match self {
            Ground::Unix(unix) => unix.push(session, from, sent).await,
        }
    }

    /// Whether what arrived is the program: only then it gets its name, else nothing of it is left.
    pub(super) async fn check(&self, session: &Session) -> Result<bool, Trouble> {
        match self {
            Ground::Unix(unix) => unix.check(session).await,
        }
    }

    /// Runs the program, to be spoken with.
    pub(super) async fn open(&self, session: &Session, access: &Access) -> Result<Talk, Trouble> {
        match self {
            Ground::Unix(unix) => unix.open(session, access).await,
        }
    }

    /// Heeds what was said about troubles before the program said anything.
    pub(super) fn heed(&self, talk: &mut Talk) -> Result<(), Trouble> {
        match self {
            Ground::Unix(_) => unix::asks_again(talk),
        }
    }

    /// Why the program ended before it said anything.
    pub(super) fn does_not_run(&self, talk: &Talk) -> Trouble {
        match self {
            Ground::Unix(_) => unix::does_not_run(talk),
        }
    }

    /// Removes the program.
    pub(super) async fn clear(&self, session: &Session) -> Result<(), Trouble> {
        match self {
            Ground::Unix(_) => unix::clear(session).await,
        }
    }
}

fn refused(english: &str, french: &str) -> Trouble {
    Trouble::refused(&Fault::new(english, french))
}

fn no_room() -> Fault {
    Fault::new("there is no room on its disk", "il n'y a plus de place sur son disque")
        .hint("make room there", "faites-y de la place")
}
