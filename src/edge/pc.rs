//! The PC that is prepared, as it is; and the folder in which its preparation keeps the journal.

mod files;
mod kept;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod payloads;
pub mod told;
#[cfg(target_os = "windows")]
pub mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "windows")]
use windows as system;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

pub use super::hash::digest;
use super::hash::{self, Failed};
use super::journal::{self, Journal};
use crate::fault::{Fault, Result, Why};
use crate::journal::Read as Lines;
use crate::prep::engine::Log;
use crate::prep::entry::{Entry, Opened, SCHEMA, Written};
use crate::prep::look::{Digest, Identity};
use crate::prep::past::Past;
use crate::prep::profile::Profile;

/// The journal, in that folder.
const JOURNAL: &str = "journal.jsonl";
/// Bytes of a profile: a book would be shorter.
const LONGEST_PROFILE: u64 = 4 << 20;

pub use kept::Resume;
pub use system::{Pc, may_prepare, state_folder};

/// A fault about a file of the PC.
fn about(path: impl AsRef<Path>, error: &io::Error) -> Fault {
    let shown = path.as_ref().display();
    hinted(Fault::because(format!("cannot use {shown}"), format!("{shown} inutilisable"), error), error)
}

/// A fault with the way out of what the system said.
fn hinted(fault: Fault, error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::PermissionDenied => system::as_whom(fault),
        io::ErrorKind::StorageFull => fault.hint("make room on the disk", "faites de la place sur le disque"),
        _ => system::way_out(fault, error),
    }
}

/// Copies to the end; the fault is about the file that failed, the one that is read or the one that is written.
fn copied(from: impl Read, source: &Path, to: &mut dyn Write, target: &Path) -> Result<Digest> {
    hash::copied(from, to, &|_| {}).map_err(|failed| match failed {
        Failed::Reading(error) => about(source, &error),
        Failed::Writing(error) => about(target, &error),
    })
}

/// Refuses a file beside the profile that has changed since the run was begun: what is hashed is what is used.
fn is_still(name: &str, digest: &Digest, expected: &Digest) -> Result<()> {
    if digest == expected {
        return Ok(());
    }
    Err(Fault::new(
        format!("{name} is not what it was when this preparation was begun"),
        format!("{name} n'est plus ce qu'il était au début de cette préparation"),
    ))
}

/// Refuses who may not prepare a PC.
pub fn refuse_others() -> Result<()> {
    if may_prepare() {
        return Ok(());
    }
    Err(system::as_whom(Fault::new("this account may not prepare a PC", "ce compte n'a pas le droit de préparer un PC")))
}

/// Reads the profile in a file; its variables have the values that are given.
pub fn profile(path: &Path, given: &BTreeMap<String, String>) -> Result<Profile> {
    let text = profile_text(path)?;
    Profile::parse(&text, given).map_err(|refusal| refusal.of(&path.display().to_string()))
}

/// The text of a profile.
pub(crate) fn profile_text(path: &Path) -> Result<String> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST_PROFILE + 1).read_to_end(&mut bytes));
    let text = read.and_then(|_| match String::from_utf8(bytes) {
        // What is cut off may still be a profile, and another one.
        Ok(text) if text.len() as u64 > LONGEST_PROFILE => Err(io::ErrorKind::FileTooLarge.into()),
        Ok(text) => Ok(text),
        Err(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "stream did not contain valid UTF-8")),
    });
    text.map_err(|error| {
        Fault::because(format!("cannot read the profile {shown}"), format!("profil {shown} illisible"), &error).hint(
            "name a file in TOML; trousse schema profile prints what it may hold",
            "indiquez un fichier TOML ; trousse schema profile affiche ce qu'il peut contenir",
        )
    })
}

/// The folder that the files of a profile lie in.
pub fn folder_of(profile: &Path) -> PathBuf {
    let folder = profile.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.to_owned()
}

/// The first line of a journal of this profile on this PC.
pub fn opening(profile: &Profile, pc: Identity, payloads: BTreeMap<String, Digest>) -> Opened {
    Opened {
        schema: SCHEMA.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        title: profile.title.clone(),
        version: profile.version.clone(),
        profile: profile.sha256.clone(),
        pc,
        variables: profile.variables.clone(),
        payloads,
        name: None,
    }
}

/// The journal in a folder.
pub fn journal_in(state: &Path) -> PathBuf {
    state.join(JOURNAL)
}

/// What the journal in a folder comes to; nothing where there is none.
pub fn past(state: &Path) -> Result<Option<Past>> {
    lines(state).map(|read| past_of(&read))
}

/// What the lines of a journal come to; nothing where there are none.
pub fn past_of(read: &Lines<Written>) -> Option<Past> {
    (!read.entries.is_empty()).then(|| Past::of(read.entries.iter().map(|line| &line.entry)))
}

/// The lines of the journal in a folder, none where there is no journal; and which of them cannot be read.
///
/// # Errors
/// It is no journal, or nothing tells of which profile and PC: that stands in its first line.
pub fn lines(state: &Path) -> Result<Lines<Written>> {
    let path = journal_in(state);
    match File::open(&path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Lines { entries: Vec::new(), whole: 0, torn: false, unread: Vec::new() });
        }
        // That nobody may look is another answer than that there is none.
        opened => opened.map_err(|error| about(&path, &error))?,
    };
    let read: Lines<Written> = journal::read(&path)?;
    if read.unread.first() == Some(&1) {
        let shown = path.display();
        return Err(Fault::new(
            format!("line 1 of {shown} cannot be read: it tells which profile and which PC the preparation is of"),
            format!("ligne 1 de {shown} illisible : elle dit de quel profil et de quel PC est la préparation"),
        )
        .hint(
            "move the journal away and begin anew: what is done already is seen, and is not done again",
            "déplacez le journal et recommencez : ce qui est déjà fait se constate, et n'est pas refait",
        ));
    }
    Ok(read)
}

/// The journal of a preparation, while it is written.
pub struct Kept {
    journal: Journal<Written>,
    /// What it held when it was opened.
    pub past: Past,
    /// A step was begun since: something may have been touched.
    pub began: bool,
    /// No other preparation runs on this PC as long as this is open.
    _alone: File,
}

/// This PC, held by one preparation, before anything of it is written.
pub struct Held {
    alone: File,
    state: PathBuf,
    /// The profile of the journal that lies in the folder and is over.
    over: Option<String>,
    /// What the journal holds that is gone on with.
    pub past: Past,
}

impl Held {
    /// Keeps other preparations away, and reads the journal in a folder. That of another profile that has come to its end is not gone
    /// on with. Nothing is written.
    pub fn take(state: &Path, profile: &Profile) -> Result<Held> {
        let alone = alone()?;
        let past = past_of(&lines(state)?).unwrap_or_default();
        let over = past.opened.as_ref().filter(|_| past.is_over_for(&profile.sha256)).map(|opened| opened.profile.clone());
        let past = if over.is_some() { Past::default() } else { past };
        Ok(Held { alone, state: state.to_owned(), over, past })
    }

    /// Opens the journal, or begins one; that of another profile is set aside.
    pub fn open(self) -> Result<Kept> {
        let Held { alone, state, over, past } = self;
        system::folder(&state)?;
        let path = journal_in(&state);
        if let Some(profile) = over {
            let shown = state.display();
            fs::rename(&path, aside(&state, &profile)).map_err(|error| {
                let why = Fault::because(format!("cannot write to {shown}"), format!("impossible d'écrire dans {shown}"), &error);
                hinted(why, &error)
            })?;
        }
        let (journal, _) = Journal::<Written>::open(&path, Duration::ZERO)?;
        Ok(Kept { journal, past, began: false, _alone: alone })
    }
}

/// Where the journal of a profile is set aside: beside those that were before.
fn aside(state: &Path, profile: &str) -> PathBuf {
    let name = profile.get(..16).unwrap_or_default();
    let place = |count: u32| match count {
        1 => state.join(format!("journal-{name}.jsonl")),
        more => state.join(format!("journal-{name}-{more}.jsonl")),
    };
    (1..).map(place).find(|place| fs::symlink_metadata(place).is_err()).unwrap_or_else(|| place(1))
}

impl Log for Kept {
    fn write(&mut self, entry: &Entry) -> Result<()> {
        self.began |= matches!(entry, Entry::Began { .. });
        self.journal.add(&Written { entry: entry.clone(), at: format!("{:.3}", Timestamp::now()) })
    }
}

/// Refuses a second preparation at the same time.
fn alone() -> Result<File> {
    let path = system::one_at_a_time()?;
    let failed = |error: &io::Error| {
        let why = Why::from(error);
        let shown = path.display();
        Fault::because(
            "cannot keep other preparations of this PC away",
            "impossible d'écarter une autre préparation de ce PC",
            Why::new(format!("{shown}: {}", why.english), format!("{shown} : {}", why.french)),
        )
    };
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|error| hinted(failed(&error), &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::Error(error)) => {
            Err(failed(&error)
                .hint("its folder must lie on a disk of this PC", "son dossier doit se trouver sur un disque de ce PC"))
        }
        Err(TryLockError::WouldBlock) => Err(Fault::new(
            "this PC is already being prepared by another trousse",
            "un autre trousse est déjà en train de préparer ce PC",
        )
        .hint("wait until that one is done: trousse prep status", "attendez qu'il ait fini : trousse prep status")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_is_set_aside_lies_beside_those_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let names: Vec<String> = (0..3)
            .map(|_| {
                let place = aside(folder.path(), "0f3c5d7e9a1b2c3d4e5f");
                fs::write(&place, "").expect("written");
                place.strip_prefix(folder.path()).expect("in there").display().to_string()
            })
            .collect();
        assert_eq!(
            names,
            ["journal-0f3c5d7e9a1b2c3d.jsonl", "journal-0f3c5d7e9a1b2c3d-2.jsonl", "journal-0f3c5d7e9a1b2c3d-3.jsonl"]
        );
    }

    #[test]
    fn what_cannot_be_looked_at_is_not_taken_for_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(lines(folder.path()).expect("a look").entries.is_empty(), "there is none");
        // No system lets a path be called so.
        let said = lines(&folder.path().join("a\0b")).expect_err("nobody can look there").to_string();
        assert!(said.starts_with("cannot use "), "{said}");
    }

    #[test]
    fn a_profile_that_is_too_long_is_refused_and_not_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("long.toml");
        let head = "title = \"t\"\nversion = \"1\"\n";
        let of = |size: u64| head.to_owned() + &"#\n".repeat((size as usize - head.len()) / 2);
        fs::write(&path, of(LONGEST_PROFILE)).expect("ours");
        assert!(profile_text(&path).is_ok());
        fs::write(&path, of(LONGEST_PROFILE) + "###").expect("ours");
        let said = profile_text(&path).expect_err("too long").to_string();
        assert!(said.starts_with("cannot read the profile "), "{said}");
    }
}
