//! A visit heard again from its record, or somebody's capture heard for the first time: no socket, no privilege, any system.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::capture::{self, Captured, End};
use super::record::{ANSWERS, CAPTURE, Circumstances, Line, SCHEMA, VISIT, rfc3339};
use crate::fault::{Fault, Result};
use crate::net::{Moment, Targets};
use crate::observe::{Cut, Fact, Inventory};
use crate::probe::listen::{Direction, Listener};
use crate::probe::{Errand, Survey};
use crate::report::Visit;

/// What a replay knows.
pub struct Replayed {
    /// Everything that was learnt.
    pub inventory: Inventory,
    /// The circumstances; `None` for a capture that was not made by the kit.
    pub circumstances: Option<Circumstances>,
    /// When it started, in microseconds since 1970.
    pub started_us: u64,
    /// When it ended.
    pub ended: Moment,
}

impl Replayed {
    /// The circumstances as the report tells them.
    pub fn visit(&self, path: &Path) -> Visit {
        if let Some(circumstances) = &self.circumstances {
            return circumstances.visit(self.ended);
        }
        Visit {
            started: rfc3339(self.started_us),
            finished: rfc3339(self.started_us.saturating_add(self.ended.0)),
            errand: Errand::Capture,
            interface: None,
            mac: None,
            addresses: Vec::new(),
            targets: Vec::new(),
            site: None,
            quick: false,
            will_fit: Vec::new(),
            capture: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        }
    }
}

/// Hears a record or a capture. A record that a power cut left without its end is heard as far as it goes.
pub fn replay(path: &Path) -> Result<Replayed> {
    if path.is_dir() { record(path) } else { foreign(path) }
}

/// The circumstances of a recorded visit.
pub fn circumstances(folder: &Path) -> Result<Circumstances> {
    let visit = folder.join(VISIT);
    let written = text(&visit)?;
    // A record of another form says so before anything else in it need be understood.
    let form: Form = parse(&visit, &written, 1)?;
    if form.schema != SCHEMA {
        return Err(Fault::new(
            format!("{} is of another form: {}", visit.display(), form.schema),
            format!("{} est d'une autre forme : {}", visit.display(), form.schema),
        )
        .hint("replay it with the version of trousse that made it", "rejouez-le avec la version de trousse qui l'a créé"));
    }
    let circumstances: Circumstances = parse(&visit, &written, 1)?;
    if circumstances.survey.targets.count() > Targets::MOST {
        return Err(malformed(&visit, 1, "targets"));
    }
    Ok(circumstances)
}

/// What every form of record has.
#[derive(Deserialize)]
struct Form {
    schema: String,
}

fn record(folder: &Path) -> Result<Replayed> {
    let circumstances = circumstances(folder)?;
    let mut listener = Listener::new(&circumstances.survey);
    let started_us = circumstances.started_us;
    let (frames, mut last) = hear_capture(&folder.join(CAPTURE), &mut listener, Counting::No, |captured| {
        (Moment(captured.unix_us.saturating_sub(started_us)), captured.direction)
    })?;
    let answers = folder.join(ANSWERS);
    let mut whole = false;
    let written = text(&answers)?;
    for (index, line) in written.split_inclusive('\n').enumerate() {
        // A line without its end is where the power went.
        if !line.ends_with('\n') {
            break;
        }
        match parse(&answers, line, index + 1)? {
            Line::Answer { at_us, from, bytes } => {
                let bytes = unhex(&bytes).ok_or_else(|| malformed(&answers, index + 1, "bytes"))?;
                listener.answer(Moment(at_us), from, &bytes);
            }
            Line::Fact { at_us, fact } => listener.fact(Moment(at_us), fact),
            Line::End { ended_us, frames: written } => {
                (whole, last) = (written.is_none_or(|written| written == frames), Moment(ended_us))
            }
        }
    }
    if !whole {
        listener.fact(last, Fact::CutShort { by: Cut::Capture });
    }
    Ok(Replayed { inventory: listener.conclude(last), circumstances: Some(circumstances), started_us, ended: last })
}

fn foreign(path: &Path) -> Result<Replayed> {
    let survey = Survey::of_capture();
    let mut listener = Listener::new(&survey);
    let mut started_us = None;
    // The earliest frame need not stand first; what lies before the first one is heard at the start. Whoever captured it asked
    // for reasons of their own: none of it is a question of ours.
    let (_, ended) = hear_capture(path, &mut listener, Counting::Yes, |captured| {
        let at = captured.unix_us.saturating_sub(*started_us.get_or_insert(captured.unix_us));
        (Moment(at), Direction::Received)
    })?;
    for fact in listener.counted(None, ended) {
        listener.fact(ended, fact);
    }
    Ok(Replayed { inventory: listener.conclude(ended), circumstances: None, started_us: started_us.unwrap_or_default(), ended })
}

/// Whether the frames of a capture are counted: those of a record were, when they were heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counting {
    Yes,
    No,
}

/// Hears every frame of a capture, each when and in the direction that `how` says; how many there are, and the moment of the
/// last.
fn hear_capture(
    path: &Path,
    listener: &mut Listener,
    counting: Counting,
    mut how: impl FnMut(&Captured) -> (Moment, Direction),
) -> Result<(u32, Moment)> {
    let mut number = 0;
    let mut last = Moment::default();
    let end = capture::read(path, |captured| {
        number += 1;
        let (at, direction) = how(&captured);
        last = last.max(at);
        if counting == Counting::No || listener.count(at, direction, &captured.bytes) {
            listener.frame(at, direction, &captured.bytes, || Some(number));
        }
    })?;
    if end == End::Cut {
        listener.fact(last, Fact::CutShort { by: Cut::Capture });
    }
    Ok((number, last))
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| {
        Fault::because(format!("cannot read {}", path.display()), format!("{} illisible", path.display()), &error)
            .hint("a folder made by --record is expected", "il faut un dossier créé par --record")
    })
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str, line: usize) -> Result<T> {
    serde_json::from_str(text).map_err(|error| malformed(path, line + error.line().saturating_sub(1), &error.to_string()))
}

fn malformed(path: &Path, line: usize, why: &str) -> Fault {
    let shown = path.display();
    Fault::new(format!("{shown}, line {line}: {why}"), format!("{shown}, ligne {line} : {why}"))
        .hint("the record was changed or is damaged", "l'enregistrement a été modifié ou est abîmé")
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|digit| digit as u8)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
