//! Where the journals of visits lie, and which visit is open.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::journal::{self, Journal};
use super::record::VISIT;
use crate::fault::{Fault, Result};
use crate::journal::Read;
use crate::logbook::entry::{Entry, Opened, Stamp};

/// The file of the journal, in the folder of the visit.
pub const JOURNAL: &str = "journal.jsonl";
/// The file that names the folder of the open visit.
const OPEN: &str = "open-visit";
/// The variable that names the folder of the visit; empty, there is none.
const VARIABLE: &str = "TROUSSE_VISIT";
/// How long another trousse may take to write its line.
const PATIENCE: Duration = Duration::from_secs(5);

/// The visit that is open.
pub struct Open {
    /// Its folder.
    pub folder: PathBuf,
    /// What its journal holds so far.
    pub read: Read<Entry>,
}

/// This moment, by both clocks.
pub fn stamp() -> Stamp {
    // Both are Linux's (proc(5)); elsewhere the wall clock alone tells.
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().map(|id| id.trim().to_owned());
    let up = fs::read_to_string("/proc/uptime").ok();
    let up_s: Option<f64> = up.as_deref().and_then(|text| text.split_whitespace().next()?.parse().ok());
    Stamp { at: format!("{:.3}", Timestamp::now()), boot, up_ms: up_s.map(|seconds| (seconds * 1000.0) as u64) }
}

/// The folder that was asked for: by the command line, else by the environment. `Some(None)` where the environment wants none.
fn asked(named: Option<&Path>) -> Option<Option<PathBuf>> {
    match named {
        Some(folder) => Some(Some(folder.to_owned())),
        None => std::env::var_os(VARIABLE).map(|folder| (!folder.is_empty()).then(|| PathBuf::from(folder))),
    }
}

/// The folder of the visit that is meant, open or closed; `None` where there is none.
pub fn meant(named: Option<&Path>) -> Option<PathBuf> {
    asked(named).unwrap_or_else(pointed)
}

/// Where the pointer leads.
fn pointed() -> Option<PathBuf> {
    let folder = PathBuf::from(fs::read_to_string(state()?.join(OPEN)).ok()?.trim_end());
    folder.join(JOURNAL).is_file().then_some(folder)
}

/// The visit that is open, of those meant.
pub fn open(named: Option<&Path>) -> Result<Option<Open>> {
    let Some(folder) = meant(named).filter(|folder| folder.join(JOURNAL).is_file()) else { return Ok(None) };
    let read: Read<Entry> = journal::read(&folder.join(JOURNAL))?;
    let closed = read.entries.iter().any(|entry| matches!(entry, Entry::Closed { .. }));
    Ok((!closed && !read.entries.is_empty()).then_some(Open { folder, read }))
}

/// Starts a visit in a folder of its own; that folder. It is refused where another one is open.
pub fn start(named: Option<&Path>, opened: Opened) -> Result<PathBuf> {
    if let Some(other) = open(named)? {
        return Err(already_open(&other));
    }
    let pointer = match asked(named) {
        // Whoever names the folder in the environment does so for every command.
        Some(Some(_)) if named.is_none() => None,
        _ => Some(state().ok_or_else(no_state)?.join(OPEN)),
    };
    if let Some(other) = pointer.as_ref().and_then(|_| pointed()).map(|folder| open(Some(&folder))).transpose()?.flatten() {
        return Err(already_open(&other));
    }
    let folder = match asked(named).flatten() {
        Some(folder) => folder,
        None => unused(&state().ok_or_else(no_state)?.join("visits"), &opened),
    };
    let failed = |error: io::Error| cannot_keep(&folder, &error);
    make(&folder).map_err(failed)?;
    let folder = folder.canonicalize().map_err(failed)?;
    if folder.join(JOURNAL).exists() {
        let shown = folder.display();
        return Err(Fault::new(
            format!("{shown} already holds the journal of a visit"),
            format!("{shown} contient déjà le journal d'une intervention"),
        )
        .hint(
            "name another folder: journals are never overwritten",
            "indiquez un autre dossier : un journal n'est jamais écrasé",
        ));
    }
    add(&folder, &Entry::Opened(Box::new(opened)))?;
    if let Some(pointer) = pointer {
        point(&pointer, &folder).map_err(|error| cannot_keep(&pointer, &error))?;
    }
    Ok(folder)
}

/// Adds a line to the journal of a visit.
pub fn add(folder: &Path, entry: &Entry) -> Result<()> {
    let (mut journal, _) = Journal::<Entry>::open(&folder.join(JOURNAL), PATIENCE)?;
    journal.add(entry)?;
    owned(folder);
    owned(&folder.join(JOURNAL));
    Ok(())
}

/// Makes a folder, and those above it that are missing.
fn make(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();
    fs::create_dir_all(folder)?;
    missing.into_iter().for_each(owned);
    Ok(())
}

/// Gives a record that was made in the home of whoever called sudo to its owner, with what is in it.
pub fn recorded(folder: &Path) {
    fs::read_dir(folder).into_iter().flatten().flatten().for_each(|file| owned(&file.path()));
    owned(folder);
}

/// Gives what was made under sudo, in the home of whoever called it, to its owner: he goes on without sudo. What cannot be given
/// stays root's; nothing is lost by that.
#[cfg(target_os = "linux")]
fn owned(path: &Path) {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
    let Some(user) = user() else { return };
    let inside = |home: PathBuf| path.canonicalize().is_ok_and(|path| path.starts_with(home));
    if !user.dir.canonicalize().is_ok_and(inside) {
        return;
    }
    // The last step is no link, nor a second name of a file elsewhere; what is opened is what is given.
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
    let Ok(file) = fs::OpenOptions::new().read(true).custom_flags(flags).open(path) else { return };
    let ours = file.metadata().is_ok_and(|of| of.uid() == 0 && (of.is_dir() || of.is_file() && of.nlink() == 1));
    if ours {
        let _ = fchown(&file, Some(user.uid.as_raw()), Some(user.gid.as_raw()));
    }
}

#[cfg(not(target_os = "linux"))]
fn owned(_: &Path) {}

/// The first of `look-1`, `look-2` … in the folder of a visit that holds no record.
pub fn next_record(folder: &Path) -> PathBuf {
    let free = |number: &u32| !folder.join(format!("look-{number}")).join(VISIT).exists();
    let number = (1..).find(free).unwrap_or(1);
    folder.join(format!("look-{number}"))
}

/// The folders of all visits that lie in the usual place, by name.
pub fn all() -> Vec<PathBuf> {
    let folders = state().and_then(|state| fs::read_dir(state.join("visits")).ok()).into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = folders.map(|entry| entry.path()).filter(|folder| folder.join(JOURNAL).is_file()).collect();
    all.sort();
    all
}

/// Writes the pointer beside its place, then puts it there.
fn point(pointer: &Path, folder: &Path) -> io::Result<()> {
    pointer.parent().map_or(Ok(()), make)?;
    let part = pointer.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, format!("{}\n", folder.display())).and_then(|()| File::open(&part)?.sync_all())?;
    fs::rename(&part, pointer)?;
    owned(pointer);
    Ok(())
}

/// The folder of this program's own state: `$XDG_STATE_HOME/trousse`, `~/.local/state/trousse`, `%LOCALAPPDATA%\trousse`. Under
/// sudo, that of whoever called it: a visit that was started without it goes on with it.
fn state() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let home = || caller().or_else(|| folder("HOME")).map(|home| home.join(".local").join("state"));
    let local = || folder("LOCALAPPDATA").filter(|_| cfg!(windows));
    Some(folder("XDG_STATE_HOME").or_else(local).or_else(home)?.join("trousse"))
}

/// The home of whoever called sudo.
#[cfg(target_os = "linux")]
fn caller() -> Option<PathBuf> {
    Some(user()?.dir)
}

/// Whoever called sudo.
#[cfg(target_os = "linux")]
fn user() -> Option<nix::unistd::User> {
    let name = std::env::var("SUDO_USER").ok().filter(|_| nix::unistd::geteuid().is_root())?;
    nix::unistd::User::from_name(&name).ok()?
}

#[cfg(not(target_os = "linux"))]
fn caller() -> Option<PathBuf> {
    None
}

/// A folder named after the day, the customer and the site, which nobody uses yet.
fn unused(visits: &Path, opened: &Opened) -> PathBuf {
    /// Characters of a name that a folder's is made of.
    const LONGEST: usize = 40;
    let plain = |text: &str| {
        let kept: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(LONGEST).collect();
        kept.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
    };
    let day = opened.when.at.get(..10).unwrap_or_default();
    let names = [Some(opened.customer.as_str()), opened.site.as_deref()].into_iter().flatten().map(plain);
    let name = std::iter::once(day.to_owned()).chain(names).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let numbered = |number: u32| visits.join(if number > 1 { format!("{name}-{number}") } else { name.clone() });
    (1..).map(numbered).find(|folder| !folder.exists()).unwrap_or_else(|| visits.join(&name))
}

fn already_open(open: &Open) -> Fault {
    let customer = open.read.entries.iter().find_map(|entry| match entry {
        Entry::Opened(opened) => Some(opened.customer.as_str()),
        _ => None,
    });
    let (customer, shown) = (customer.unwrap_or("?"), open.folder.display());
    Fault::new(
        format!("a visit is open already: {customer} ({shown})"),
        format!("une intervention est déjà ouverte : {customer} ({shown})"),
    )
    .hint(
        format!("close it with trousse visit close, or keep two apart by {VARIABLE}=FOLDER in the environment of each"),
        format!("terminez-la par trousse visit close, ou séparez-les par {VARIABLE}=DOSSIER dans l'environnement de chacune"),
    )
}

fn no_state() -> Fault {
    Fault::new(
        "there is no folder to keep the visit in: HOME is not set",
        "aucun dossier où garder l'intervention : HOME n'est pas défini",
    )
    .hint("name one with --visit", "indiquez-en un avec --visit")
}

fn cannot_keep(path: &Path, error: &io::Error) -> Fault {
    let shown = path.display();
    Fault::because(
        format!("cannot keep the visit in {shown}"),
        format!("impossible de garder l'intervention dans {shown}"),
        error,
    )
    .hint("name a folder of yours with --visit", "indiquez avec --visit un dossier à vous")
}
