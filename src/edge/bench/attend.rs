//! The half on the PC: takes files, starts the run so that it outlives the connection, and tells how it goes.

mod hearing;
mod starting;
mod tidying;
#[cfg(target_os = "linux")]
mod unix;
#[cfg(target_os = "windows")]
mod windows;

#[cfg(target_os = "linux")]
use unix as system;
#[cfg(target_os = "windows")]
use windows as system;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::edge::pc::payloads::Payloads;
use crate::edge::pc::told::is_written;
use crate::edge::pc::{Pc, digest, may_prepare, past, state_folder};
use crate::fault::{Fault, Result};
use crate::prep::bench::attend::{Answer, Beat, Hello, LONGEST_LINE, Request, Run};
use crate::prep::look::{Digest, Look};
use crate::prep::outcome::Failure;
use crate::prep::step::beside;
use crate::prep::tell::Event;
use hearing::Hearing;
use tidying::{FREES, Hands};

/// Bytes that are moved at once.
const CHUNK: usize = 64 << 10;
/// Between two signs of life of a run that tells nothing.
const BEAT: Duration = Duration::from_millis(1000);
/// Between two looks at what the run tells.
const GLANCE: Duration = Duration::from_millis(100);
/// Digits of what tells a run from others that its folder is named by: paths are short on Windows.
const NAMED_BY: usize = 16;
/// What is brought lies here, for each run in a folder of its own.
const RUNS: &str = "runs";

/// Attends to the station on standard input and output, until that closes or has said nothing for so long.
pub fn attend(silence: Duration) -> Result<()> {
    let folder = system::folder();
    let prepared = match may_prepare() {
        true => system::prepare(&folder),
        false => {
            let fault = Fault::new("this account may not prepare a PC", "ce compte n'a pas le droit de préparer un PC");
            Err(system::as_whom(fault))
        }
    };
    if let Err(fault) = prepared {
        // The station has it in both languages; whoever else asks reads it in his own.
        drop(say(&Answer::Failed(Failure::from(&fault))));
        return Err(fault);
    }
    // Nothing is half done that cannot be gone on with, and the run is no part of this.
    let station = Hearing::of(io::stdin(), silence, || std::process::exit(0));
    let hands = Hands::of(&folder);
    match (Attendant { folder, station, hands }).through() {
        // A station that is gone has heard enough.
        Err(error) if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) => Ok(()),
        ended => ended.map_err(|error| Fault::because("cannot prepare", "préparation impossible", &error)),
    }
}

struct Attendant {
    folder: PathBuf,
    station: Hearing,
    /// The run that it has in hand.
    hands: Hands,
}

impl Attendant {
    fn through(&mut self) -> io::Result<()> {
        say(&Answer::Hello(Hello { boot: boot(), running: self.running()? }))?;
        let mut next = None;
        while let Some(request) = next.take().map_or_else(|| self.request(), |request| Ok(Some(request)))? {
            match &request {
                Request::Put { run, .. } => self.hands.take(run),
                Request::Need(run) | Request::Start { run, .. } => self.hands.take(&run.id),
                Request::Listen { .. } => self.hands.take(&self.started_last()),
                Request::Alive | Request::Tidy { .. } => {}
            }
            let answer = match request {
                Request::Put { run, name, digest } => self.put(&run, &name, &digest)?,
                Request::Need(run) => beating(|| self.need(&run)).unwrap_or_else(|fault| Answer::Failed(Failure::from(&fault))),
                Request::Start { run, name, language, secrets } => self.start(&run, name.as_deref(), &language, secrets)?,
                Request::Listen { from } => {
                    match self.listen(from)? {
                        Some(request) => next = Some(request),
                        None => break,
                    }
                    continue;
                }
                Request::Alive => Answer::Alive,
                Request::Tidy { run } => self.tidy(&run),
            };
            say(&answer)?;
        }
        Ok(())
    }

    /// The next line of the station; nothing where it has none any more.
    fn request(&mut self) -> io::Result<Option<Request>> {
        let mut line = Vec::new();
        (&mut self.station).take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&line).map(Some).map_err(io::Error::other)
    }

    /// What is brought for a run lies here: that of another has the same names.
    fn brought(&self, run: &str) -> PathBuf {
        self.folder.join(RUNS).join(named(run))
    }

    fn profile(&self, run: &Run) -> PathBuf {
        self.brought(&run.id).join(&run.profile)
    }

    fn lines(&self) -> PathBuf {
        self.folder.join("lines.jsonl")
    }

    /// The run that goes on here.
    fn running(&self) -> io::Result<Option<String>> {
        let goes_on = is_written(&self.lines())?;
        Ok(goes_on.then(|| self.started_last()))
    }

    /// The run that was started last; empty where nobody knows.
    fn started_last(&self) -> String {
        fs::read_to_string(self.folder.join("run")).unwrap_or_default()
    }

    /// Takes a file: from where an attempt before was cut.
    fn put(&mut self, run: &str, name: &str, wanted: &Digest) -> io::Result<Answer> {
        if let Err(why) = beside(name) {
            return Ok(Answer::Failed(Failure::Fault { english: why.english, french: why.french }));
        }
        let place = self.brought(run).join(name);
        if is(&place, wanted) {
            say(&Answer::Have { size: wanted.size })?;
            return Ok(Answer::Stored);
        }
        let opened = folder_of(&place).and_then(|()| {
            let (mut file, part) = self.part(wanted)?;
            let size = file.metadata()?.len();
            let from = if size > wanted.size { 0 } else { size };
            file.set_len(from)?;
            file.seek(SeekFrom::Start(from))?;
            Ok((file, part, from))
        });
        let (mut file, part, from) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(failed(name, &error)),
        };
        say(&Answer::Have { size: from })?;
        let mut bytes = vec![0; CHUNK];
        let mut left = wanted.size - from;
        let mut full = None;
        while left > 0 {
            let most = CHUNK.min(usize::try_from(left).unwrap_or(CHUNK));
            let count = self.station.read(&mut bytes[..most])?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= count as u64;
            // What does not fit is read all the same: the answer comes after it.
            if full.is_none() {
                full = file.write_all(&bytes[..count]).err();
            }
        }
        // Slow disks are slow.
        let there = beating(|| {
            full.map_or(Ok(()), Err).and_then(|()| file.sync_all())?;
            file.rewind()?;
            digest(&mut file, &mut io::sink())
        });
        drop(file);
        match there {
            Ok(there) if there == *wanted => match beating(|| renamed(&part, &place)) {
                Ok(()) => Ok(Answer::Stored),
                // Somebody else who had it in hand has put it there.
                Err(_) if is(&place, wanted) => Ok(Answer::Stored),
                Err(error) => Ok(failed(name, &error)),
            },
            Ok(_) => fs::remove_file(&part).map(|()| Answer::Wrong),
            Err(error) => {
                // Room for the next attempt.
                drop(fs::remove_file(&part));
                Ok(failed(name, &error))
            }
        }
    }

    /// What is there of a file that is not whole yet. Where another attendant still has that in hand (one that was cut off hashes on),
    /// it is begun anew beside it.
    fn part(&self, wanted: &Digest) -> io::Result<(File, PathBuf)> {
        let parts = self.folder.join("parts");
        let open = |path: PathBuf| {
            folder_of(&path)?;
            let mut options = OpenOptions::new();
            let file = system::private(options.read(true).write(true).create(true).truncate(false)).open(&path)?;
            Ok::<_, io::Error>((file, path))
        };
        let name = digits(&wanted.sha256, 64);
        let (file, path) = open(parts.join(format!("{name}.part")))?;
        match file.try_lock() {
            Ok(()) => Ok((file, path)),
            Err(TryLockError::WouldBlock) => open(parts.join(format!("{name}.{}.part", std::process::id()))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Tells what the run tells, from a byte of its lines on, until the station wants something else: what that is, or nothing where
    /// it is gone.
    fn listen(&mut self, from: u64) -> io::Result<Option<Request>> {
        let mut next = from;
        let (mut beaten, mut ran) = (Instant::now(), true);
        loop {
            // Asked first: a run that ends meanwhile has told all when it is asked again.
            let running = self.running()?.is_some();
            let before = next;
            next = self.tell_lines(next)?;
            if next == before && (beaten.elapsed() >= BEAT || running != ran) {
                let end = if running { None } else { past(&state_folder()).ok().flatten().and_then(|past| past.end) };
                say(&Answer::Beat(Beat { running, end }))?;
                (beaten, ran) = (Instant::now(), running);
            }
            if self.station.speaks(GLANCE)? {
                match self.request()? {
                    Some(Request::Alive) => say(&Answer::Alive)?,
                    other => return Ok(other),
                }
            }
        }
    }

    fn tell_lines(&self, from: u64) -> io::Result<u64> {
        let mut file = match File::open(self.lines()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(from),
            opened => opened?,
        };
        file.seek(SeekFrom::Start(from))?;
        let mut file = BufReader::new(file);
        let mut next = from;
        let mut line = Vec::new();
        loop {
            line.clear();
            (&mut file).take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
            // Half a line is not told yet; one that is too long is passed over in parts.
            if !line.ends_with(b"\n") && line.len() < LONGEST_LINE {
                return Ok(next);
            }
            next += line.len() as u64;
            // What a power cut left of a line is none.
            if let Ok(event) = serde_json::from_slice::<Event>(&line) {
                say(&Answer::Line { next, event: Box::new(event) })?;
            }
        }
    }
}

/// A line to the station, at once.
fn say(answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer).map_err(io::Error::other)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

fn boot() -> String {
    Pc::new(Payloads::default()).boot().unwrap_or_default()
}

fn folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), system::make)
}

/// What the folder of a run is called.
fn named(run: &str) -> String {
    digits(run, NAMED_BY)
}

/// Gives a file another name; what an antivirus holds because it is new is waited for.
fn renamed(from: &Path, to: &Path) -> io::Result<()> {
    let until = Instant::now() + FREES;
    loop {
        match fs::rename(from, to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound && Instant::now() < until => thread::sleep(GLANCE),
            renamed => return renamed,
        }
    }
}

/// A name of a file or a folder: whatever a station says, nothing but digits.
fn digits(text: &str, most: usize) -> String {
    text.chars().filter(char::is_ascii_hexdigit).take(most).collect()
}

/// Whether a file is there, and is what is wanted.
fn is(path: &Path, wanted: &Digest) -> bool {
    let there = beating(|| File::open(path).and_then(|file| digest(file, &mut io::sink())));
    matches!(there, Ok(there) if there == *wanted)
}

/// Does what may take long, with a sign of life now and then. It is not gone on with for a station that is gone: it will ask again.
fn beating<T>(work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let (done, over) = mpsc::channel::<()>();
        scope.spawn(move || {
            while over.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                if say(&Answer::Beat(Beat { running: false, end: None })).is_err() {
                    std::process::exit(0);
                }
            }
        });
        let came = work();
        drop(done);
        came
    })
}

fn failed(what: &str, error: &io::Error) -> Answer {
    Answer::Failed(Failure::from(&Fault::because(what, what, error)))
}
