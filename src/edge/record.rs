//! The record of a visit: a folder with the capture, the other answers, the circumstances and the report.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::capture::CaptureWriter;
use crate::fault::{Fault, Result};
use crate::net::Moment;
use crate::observe::Fact;
use crate::probe::Survey;
use crate::probe::listen::Direction;
use crate::report::{Comparison, Report, Visit};
use crate::site::Plan;

/// The name and version of the form of a record.
pub const SCHEMA: &str = "trousse/visit/1";
/// The files of a record.
pub const VISIT: &str = "visit.json";
/// The frames.
pub const CAPTURE: &str = "capture.pcapng";
/// What came by other ways than frames, a line each.
pub const ANSWERS: &str = "answers.jsonl";
/// The report as it was made on site.
pub const REPORT: &str = "report.json";

/// How the visit compares with an earlier one, where it was made to prove what that one led to.
pub const COMPARISON: &str = "comparison.json";

/// What outlets came to, beside the records of their measurements.
pub const CERTIFICATE: &str = "certificate.json";

/// Adds a comparison to a record that was closed.
pub fn keep_comparison(folder: &Path, comparison: &Comparison) -> Result<()> {
    let written = to_json(comparison).and_then(|text| fs::write(folder.join(COMPARISON), text));
    written.map_err(|error| cannot_record(folder, &error))
}

/// The circumstances of a visit, written before anything is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Circumstances {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// When it started, in microseconds since 1970.
    pub started_us: u64,
    /// The interface.
    pub interface: String,
    /// Who asked whom.
    pub survey: Survey,
    /// What the site should be.
    pub plan: Plan,
}

impl Circumstances {
    /// The circumstances as the report tells them.
    pub fn visit(&self, ended: Moment) -> Visit {
        let identity = &self.survey.identity;
        Visit {
            started: rfc3339(self.started_us),
            finished: rfc3339(self.started_us.saturating_add(ended.0)),
            errand: self.survey.errand,
            interface: Some(self.interface.clone()),
            mac: Some(identity.mac),
            addresses: identity
                .addresses
                .iter()
                .map(ToString::to_string)
                .chain(identity.addresses6.iter().map(ToString::to_string))
                .collect(),
            targets: self.survey.targets.clone().into(),
            site: self.plan.site.clone(),
            quick: self.survey.quick,
            will_fit: self.survey.power.will_fit.clone(),
            capture: None,
        }
    }
}

/// A time in microseconds since 1970 as text, to the millisecond.
pub fn rfc3339(unix_us: u64) -> String {
    let time = i64::try_from(unix_us).ok().and_then(|us| jiff::Timestamp::from_microsecond(us).ok()).unwrap_or_default();
    format!("{time:.3}")
}

/// One line of the other answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Line {
    /// What a server answered.
    Answer {
        /// Microseconds since the start.
        at_us: u64,
        /// Who answered.
        from: SocketAddr,
        /// Its datagram, in hexadecimal.
        bytes: String,
    },
    /// A fact about the run itself.
    Fact {
        /// Microseconds since the start.
        at_us: u64,
        /// The fact.
        fact: Fact,
    },
    /// When the look ended.
    End {
        /// Microseconds since the start.
        ended_us: u64,
        /// Frames in the capture, where they were counted: one that was cut between two frames does not show it.
        #[serde(default)]
        frames: Option<u32>,
    },
}

/// Writes a record. The first failure ends the writing, not the look; it is told at the end.
pub struct Recorder {
    folder: PathBuf,
    started_us: u64,
    capture: CaptureWriter<BufWriter<File>>,
    answers: BufWriter<File>,
    flushed: Moment,
    failed: Option<io::Error>,
}

/// How much of a visit a power cut may cost.
const FLUSH_EVERY: Duration = Duration::from_secs(1);

impl Recorder {
    /// Makes the folder and starts the record; a folder that already holds one is not touched.
    pub fn create(folder: &Path, circumstances: &Circumstances) -> Result<Recorder> {
        let failed = |error: &io::Error| cannot_record(folder, error);
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        let visit = folder.join(VISIT);
        if visit.exists() {
            let shown = folder.display();
            return Err(Fault::new(
                format!("{shown} already holds a record"),
                format!("{shown} contient déjà un enregistrement"),
            )
            .hint(
                "name another folder: records are never overwritten",
                "indiquez un autre dossier : un enregistrement n'est jamais écrasé",
            ));
        }
        let open = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
        let start = || -> io::Result<Recorder> {
            fs::write(&visit, to_json(circumstances)?)?;
            Ok(Recorder {
                folder: folder.to_owned(),
                started_us: circumstances.started_us,
                capture: CaptureWriter::new(open(CAPTURE)?)?,
                answers: open(ANSWERS)?,
                flushed: Moment::default(),
                failed: None,
            })
        };
        start().map_err(|error| failed(&error))
    }

    /// Adds a frame; its number in the capture.
    pub fn frame(&mut self, at: Moment, direction: Direction, bytes: &[u8]) -> Option<u32> {
        if self.failed.is_some() {
            return None;
        }
        let written = self.capture.write(self.started_us.saturating_add(at.0), direction, bytes);
        let number = self.keep(written);
        if at.since(self.flushed) > FLUSH_EVERY {
            self.flushed = at;
            let flushed = self.capture.flush().and_then(|()| self.answers.flush());
            self.keep(flushed);
        }
        number
    }

    /// Adds a server's answer.
    pub fn answer(&mut self, at: Moment, from: SocketAddr, bytes: &[u8]) {
        let bytes = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.line(&Line::Answer { at_us: at.0, from, bytes });
    }

    /// Adds a fact about the run itself.
    pub fn fact(&mut self, at: Moment, fact: &Fact) {
        self.line(&Line::Fact { at_us: at.0, fact: fact.clone() });
    }

    fn line(&mut self, line: &Line) {
        if self.failed.is_none() {
            let written = to_json(line).and_then(|text| self.answers.write_all(&text));
            self.keep(written);
        }
    }

    fn keep<T>(&mut self, result: io::Result<T>) -> Option<T> {
        result.map_err(|error| self.failed = Some(error)).ok()
    }

    /// Ends the record with the report as it was made.
    pub fn close(mut self, ended: Moment, report: &Report) -> Result<()> {
        let frames = Some(self.capture.frames());
        self.line(&Line::End { ended_us: ended.0, frames });
        let folder = self.folder.clone();
        let end = || -> io::Result<()> {
            if let Some(error) = self.failed {
                return Err(error);
            }
            self.capture.flush()?;
            self.answers.flush()?;
            fs::write(folder.join(REPORT), to_json(report)?)
        };
        end().map_err(|error| {
            let fault = cannot_record(&folder, &error);
            fault.hint(
                "the report itself is whole; what was recorded so far can be replayed",
                "le rapport lui-même est entier ; ce qui a été enregistré jusque-là peut être rejoué",
            )
        })
    }
}

fn to_json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(value)?;
    text.push(b'\n');
    Ok(text)
}

fn cannot_record(folder: &Path, error: &io::Error) -> Fault {
    let shown = folder.display();
    Fault::because(format!("cannot record in {shown}"), format!("enregistrement impossible dans {shown}"), error)
}
