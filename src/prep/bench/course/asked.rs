//! What a course asks for, and what comes of it: the words between it and whoever has the connection.

use crate::prep::bench::attend::{Beat, Hello};
use crate::prep::bench::result::End;
use crate::prep::look::Digest;
use crate::prep::outcome::Failure;
use crate::prep::tell::Event;

/// What is brought to the PC.
#[derive(Clone, Debug)]
pub struct Load {
    /// The files: the profile first, and what lies beside it.
    pub files: Vec<(String, Digest)>,
    /// What tells the run from any other.
    pub run: String,
    /// Whether there are secrets to be given.
    pub secrets: bool,
}

/// How patient the station is.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// A PC that was reached once is waited for so long, in milliseconds.
    pub patience_ms: u64,
    /// A run that goes on and tells nothing new is given up after so long.
    pub quiet_ms: u64,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    /// Connect, prove who both are, and look what is there.
    Connect,
    /// Bring the program, from this byte on.
    Push {
        /// Counted from 0: then nothing of what is there is kept.
        from: u64,
    },
    /// See whether what arrived is the program, by its SHA-256 computed there.
    Check,
    /// Run the program there, to be spoken with.
    Open,
    /// Bring the file of this place.
    Put {
        /// Its place in [`Load::files`].
        file: usize,
    },
    /// Start the run.
    Start,
    /// Hear what it tells, from this byte on.
    Listen {
        /// Of its lines.
        from: u64,
    },
    /// Wait.
    Rest {
        /// In milliseconds.
        ms: u64,
    },
    /// Remove what was brought.
    Tidy,
    /// Nothing: there is a result.
    End,
}

/// How much of the program is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// All of it, and right by its SHA-256.
    Right,
    /// All of it, by what the PC says.
    Whole,
    /// So many bytes, and some are missing.
    Part(u64),
}

impl Program {
    /// So many bytes are there, of so many.
    pub fn of(there: u64, size: u64) -> Program {
        match there {
            _ if there == size => Program::Whole,
            // More than there may be is none of it.
            _ if there > size => Program::Part(0),
            _ => Program::Part(there),
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// Of [`Do::Connect`].
    Looked(Program),
    /// It was done.
    Done,
    /// What arrived is not what was sent.
    Wrong,
    /// Of [`Do::Open`].
    Attending(Hello),
    /// Of [`Do::Listen`]: a line of the run, and where the next begins.
    Line(u64, Box<Event>),
    /// Of [`Do::Listen`]: nothing new.
    Beat(Beat),
    /// The connection could not be made, or is gone.
    Lost(Failure),
    /// It cannot be, and will not be later.
    Refused(Failure),
}

/// What is going on, for whoever looks on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is not connected.
    Away,
    /// The program or a file is brought.
    Bringing,
    /// The run goes on.
    Running,
    /// The PC restarts.
    Restarting,
    /// There is a result.
    Over(End),
}
