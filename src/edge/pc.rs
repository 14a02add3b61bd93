//! The PC that is prepared, as it is; and the folder in which its preparation keeps the journal.

#[cfg(target_os = "linux")]
pub mod linux;
pub mod told;

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sha2::Digest as _;

use super::journal::{self, Journal};
use crate::fault::{Fault, Result};
use crate::journal::Read as Lines;
use crate::prep::engine::Log;
use crate::prep::entry::{Entry, Opened, SCHEMA, Written};
use crate::prep::look::{Digest, Identity, hexadecimal};
use crate::prep::past::Past;
use crate::prep::profile::Profile;

/// Where a preparation keeps what it must not forget, unless another folder is named.
pub const STATE: &str = "/var/lib/trousse/prep";
/// The journal, in that folder.
const JOURNAL: &str = "journal.jsonl";
/// Who is preparing this PC, whatever the folder, holds this.
const ONE_AT_A_TIME: &str = "/run/trousse-prep.lock";
/// Bytes of a profile: a book would be shorter.
const LONGEST_PROFILE: u64 = 4 << 20;
/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// Reads the profile in a file; its variables have the values that are given.
pub fn profile(path: &Path, given: &BTreeMap<String, String>) -> Result<Profile> {
    let text = profile_text(path)?;
    Profile::parse(&text, given).map_err(|refusal| refusal.of(&path.display().to_string()))
}

/// The text of a profile.
pub(crate) fn profile_text(path: &Path) -> Result<String> {
    let shown = path.display();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST_PROFILE).read_to_string(&mut text));
    read.map_err(|error| {
        Fault::because(format!("cannot read the profile {shown}"), format!("profil {shown} illisible"), &error).hint(
            "name a file in TOML; trousse schema profile prints what it may hold",
            "indiquez un fichier TOML ; trousse schema profile affiche ce qu'il peut contenir",
        )
    })?;
    Ok(text)
}

/// The folder that the files of a profile lie in.
pub fn folder_of(profile: &Path) -> PathBuf {
    let folder = profile.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.to_owned()
}

/// What each file beside a profile is known by.
pub fn payloads(profile: &Profile, folder: &Path) -> Result<BTreeMap<String, Digest>> {
    let mut payloads = BTreeMap::new();
    for name in profile.payloads() {
        if payloads.contains_key(name) {
            continue;
        }
        let digest = File::open(folder.join(name)).and_then(|file| digest(file, &mut io::sink())).map_err(|error| {
            let shown = folder.display();
            Fault::because(
                format!("cannot read {name:?} beside the profile"),
                format!("{name:?} illisible à côté du profil"),
                &error,
            )
            .hint(format!("put it into {shown}"), format!("mettez-le dans {shown}"))
        })?;
        payloads.insert(name.to_owned(), digest);
    }
    Ok(payloads)
}

/// Copies to the end; what was copied is known by this.
pub(crate) fn digest(mut from: impl Read, to: &mut dyn io::Write) -> io::Result<Digest> {
    let mut hash = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut size = 0;
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok(Digest { sha256: hexadecimal(&hash.finalize()), size });
        }
        hash.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
        size += read as u64;
    }
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
    }
}

/// What the journal in a folder holds; nothing where there is none.
pub fn past(state: &Path) -> Result<Option<Past>> {
    let path = state.join(JOURNAL);
    if !path.exists() {
        return Ok(None);
    }
    let read: Lines<Written> = journal::read(&path)?;
    Ok(Some(Past::of(read.entries.iter().map(|line| &line.entry))))
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

impl Kept {
    /// Opens the journal in a folder, or begins one. That of another profile that has come to its end is set aside.
    pub fn open(state: &Path, profile: &Profile) -> Result<Kept> {
        let shown = state.display();
        let failed = |error: io::Error| {
            Fault::because(format!("cannot write to {shown}"), format!("impossible d'écrire dans {shown}"), &error)
                .hint("run it as root: sudo trousse prep run …", "lancez-le en root : sudo trousse prep run …")
        };
        let alone = alone()?;
        fs::create_dir_all(state).map_err(failed)?;
        let path = state.join(JOURNAL);
        let (mut journal, mut read) = Journal::<Written>::open(&path, Duration::ZERO)?;
        let past = |read: &Lines<Written>| Past::of(read.entries.iter().map(|line| &line.entry));
        let before = past(&read);
        let another = before.opened.as_ref().filter(|opened| opened.profile != profile.sha256 && before.end.is_some());
        if let Some(another) = another {
            let aside = format!("journal-{}.jsonl", another.profile.get(..16).unwrap_or_default());
            fs::rename(&path, state.join(aside)).map_err(failed)?;
            (journal, read) = Journal::open(&path, Duration::ZERO)?;
        }
        Ok(Kept { journal, past: past(&read), began: false, _alone: alone })
    }
}

impl Log for Kept {
    fn write(&mut self, entry: &Entry) -> Result<()> {
        self.began |= matches!(entry, Entry::Began { .. });
        self.journal.add(&Written { entry: entry.clone(), at: format!("{:.3}", Timestamp::now()) })
    }
}

/// Refuses a second preparation at the same time.
fn alone() -> Result<File> {
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(ONE_AT_A_TIME);
    let file = opened.map_err(|error| {
        Fault::because(
            "cannot keep other preparations of this PC away",
            "impossible d'écarter une autre préparation de ce PC",
            &error,
        )
        .hint("run it as root: sudo trousse prep run …", "lancez-le en root : sudo trousse prep run …")
    })?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Fault::new(
            "this PC is already being prepared by another trousse",
            "un autre trousse est déjà en train de préparer ce PC",
        )
        .hint("wait until that one is done: trousse prep status", "attendez qu'il ait fini : trousse prep status")),
        _ => Ok(file),
    }
}
