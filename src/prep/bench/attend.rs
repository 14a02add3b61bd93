//! What the station and the program that it has put on a PC say to each other, over the standard input and output of that program:
//! a line of JSON each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::prep::look::{Digest, Identity};
use crate::prep::outcome::{Failure, RunEnd};
use crate::prep::tell::Event;

/// Bytes of a line, either way: the changes of the largest step, and what its programs said.
pub const LONGEST_LINE: usize = 512 << 10;

/// What the station wants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Request {
    /// Takes a file. The answer says how much of it is there; the rest of its bytes follows this line.
    Put {
        /// For which run: each has a folder of its own, whoever else brings something.
        run: String,
        /// Where it lies, from the folder of the profile.
        name: String,
        /// What it is known by.
        digest: Digest,
    },
    /// Tells what a run would need: its secrets, and a name.
    Need(Run),
    /// Starts the run, which goes on whatever becomes of the connection. Its secrets follow this line, as a file of secrets has
    /// them.
    Start {
        /// Which.
        #[serde(flatten)]
        run: Run,
        /// The name that was reserved for the PC, where it is given one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The language of whoever reads its errors.
        language: String,
        /// How many bytes of secrets follow.
        secrets: usize,
    },
    /// Tells what the run has told so far, from there on, and goes on with it until another line comes.
    Listen {
        /// In bytes of its lines.
        from: u64,
    },
    /// Is said now and then: whoever hears nothing for long takes the station for gone.
    Alive,
    /// Removes what was brought for a run, and all else where nothing is there for another.
    Tidy {
        /// Which.
        run: String,
    },
}

/// A run of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The name of the profile's file.
    pub profile: String,
    /// What its variables are.
    pub variables: BTreeMap<String, String>,
    /// What tells it from any other: by its profile and its variables.
    pub id: String,
}

/// What the PC answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Answer {
    /// It is there, before anything is asked.
    Hello(Hello),
    /// So much of a file is there.
    Have {
        /// Bytes.
        size: u64,
    },
    /// The file is there, and it is right.
    Stored,
    /// What arrived was not what was sent: nothing of it is left.
    Wrong,
    /// This is needed.
    Need {
        /// The names of the secrets.
        secrets: Vec<String>,
        /// Where a step gives this PC a name by the pattern of the profile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        naming: Option<ToName>,
    },
    /// The run goes on by itself.
    Started,
    /// A line of the run.
    Line {
        /// Where the next one begins.
        next: u64,
        /// What it tells.
        event: Box<Event>,
    },
    /// Nothing new, for a while.
    Beat(Beat),
    /// Of [`Request::Alive`].
    Alive,
    /// It is removed.
    Tidied {
        /// All of it: nothing is there for another run.
        all: bool,
    },
    /// It could not be done.
    Failed(Failure),
}

/// The PC at the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Which start of the PC this is.
    pub boot: String,
    /// The run that goes on there; empty where nobody knows any more which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<String>,
}

/// A PC that is to be given a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToName {
    /// Which it is.
    pub pc: Identity,
    /// The name that its preparation was begun with: it keeps that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// How the run stands when it has nothing new to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// It goes on.
    pub running: bool,
    /// What it came to by its journal, where it came to an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<RunEnd>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_says_the_other_reads() {
        let run = Run { profile: "a.toml".into(), variables: BTreeMap::from([("n".into(), "1".into())]), id: "x".into() };
        for request in [
            Request::Put { run: "x".into(), name: "a/b".into(), digest: Digest::of(b"x") },
            Request::Need(run.clone()),
            Request::Start { run: run.clone(), name: Some("pc-01".into()), language: "fr".into(), secrets: 7 },
            Request::Start { run, name: None, language: "fr".into(), secrets: 0 },
            Request::Listen { from: 3 },
            Request::Alive,
            Request::Tidy { run: "x".into() },
        ] {
            let text = serde_json::to_string(&request).expect("JSON");
            assert_eq!(serde_json::from_str::<Request>(&text).expect("a request"), request, "{text}");
        }
        let event = Event::Finished { end: RunEnd::Ready, restart_for: None, restarting: false, by_hand: None };
        for answer in [
            Answer::Hello(Hello { boot: "b".into(), running: None }),
            Answer::Have { size: 1 },
            Answer::Need { secrets: vec!["KEY".into()], naming: None },
            Answer::Need { secrets: vec![], naming: Some(ToName { pc: Identity::default(), before: Some("pc-01".into()) }) },
            Answer::Alive,
            Answer::Tidied { all: true },
            Answer::Line { next: 9, event: Box::new(event) },
            Answer::Beat(Beat { running: false, end: Some(RunEnd::Failed) }),
            Answer::Failed(Failure::Fault { english: "a".into(), french: "b".into() }),
        ] {
            let text = serde_json::to_string(&answer).expect("JSON");
            assert_eq!(serde_json::from_str::<Answer>(&text).expect("an answer"), answer, "{text}");
        }
    }
}
