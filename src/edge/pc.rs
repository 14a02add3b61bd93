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
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

pub use super::hash::digest;
use super::hash::plain;
use super::journal::{self, Journal};
use crate::fault::{Fault, Result, Why};
use crate::journal::Read as Lines;
use crate::prep::engine::Log;
use crate::prep::entry::{Entry, Opened, SCHEMA, Written};
use crate::prep::look::{Digest, Identity, Package};
use crate::prep::pack::{self, Packed};
use crate::prep::past::Past;
use crate::prep::payload::{self, About};
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
    let fault = Fault::because(format!("cannot use {shown}"), format!("{shown} inutilisable"), error);
    match error.kind() {
        io::ErrorKind::PermissionDenied => system::as_whom(fault),
        io::ErrorKind::StorageFull => fault.hint("make room on the disk", "faites de la place sur le disque"),
        _ => system::way_out(fault, error),
    }
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

/// What a payload says of itself, by the name that the profile has for it; the same on every system.
fn of_payload(path: &Path, name: &str) -> Result<About> {
    let file = plain(path).map_err(|error| about(path, &error))?;
    payload::read(name, &mut BufReader::new(file)).map_err(|why| refused(path, why))
}

/// What a package (.deb, .msi) beside the profile says of itself.
fn package(path: &Path, name: &str) -> Result<Package> {
    match of_payload(path, name)? {
        About { product: Some(name), version: Some(version), product_code, .. } => Ok(Package { name, version, product_code }),
        _ => Err(refused(path, Why::new("it tells no name or no version", "il ne dit pas son nom ou sa version"))),
    }
}

/// Refuses a file beside the profile that is no whole program for Windows.
fn program(path: &Path, name: &str) -> Result<()> {
    of_payload(path, name).map(drop)
}

fn refused(path: &Path, why: Why) -> Fault {
    let shown = path.display();
    Fault::because(format!("{shown} is refused"), format!("{shown} est refusé"), why).hint(
        "fetch it again from its maker, and compare its size",
        "téléchargez-le à nouveau chez son éditeur, et comparez sa taille",
    )
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

/// The drivers of a pack beside the profile.
fn drivers(path: &Path) -> Result<Vec<Packed>> {
    let shown = path.display();
    let opened = File::open(path).map_err(|error| Why::from(&error));
    opened.and_then(pack::drivers).map_err(|why| {
        Fault::because(format!("{shown} is no pack of drivers"), format!("{shown} n'est pas un pack de pilotes"), why).hint(
            "fetch it again, and put what it unpacks to into a zip where it is no zip",
            "téléchargez-le à nouveau, et mettez son contenu dans un zip s'il n'en est pas un",
        )
    })
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

/// What the journal in a folder comes to; nothing where there is none.
pub fn past(state: &Path) -> Result<Option<Past>> {
    let lines = lines(state)?;
    Ok((!lines.is_empty()).then(|| Past::of(lines.iter().map(|line| &line.entry))))
}

/// The lines of the journal in a folder; none where there is no journal.
pub fn lines(state: &Path) -> Result<Vec<Written>> {
    let path = state.join(JOURNAL);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let read: Lines<Written> = journal::read(&path).map_err(|fault| {
        // Windows lets nobody read what another trousse is writing.
        if cfg!(windows) { alone().err().unwrap_or(fault) } else { fault }
    })?;
    Ok(read.entries)
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
            let why = Fault::because(format!("cannot write to {shown}"), format!("impossible d'écrire dans {shown}"), &error);
            system::as_whom(why)
        };
        let alone = alone()?;
        system::folder(state)?;
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
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(system::one_at_a_time()?);
    let file = opened.map_err(|error| {
        system::as_whom(Fault::because(
            "cannot keep other preparations of this PC away",
            "impossible d'écarter une autre préparation de ce PC",
            &error,
        ))
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

#[cfg(test)]
mod tests {
    use super::*;

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
