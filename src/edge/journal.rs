//! The file of a journal: each line is on the disk before the work goes on.

mod lock;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::fault::{Fault, Result};
use crate::journal::{self, Line, Read};

/// Bytes of a journal that are read.
const BYTES: u64 = 1 << 30;
/// How often a journal that another trousse is writing is tried again.
const GLANCE: Duration = Duration::from_millis(20);

/// A journal that is written.
pub struct Journal<L> {
    file: File,
    path: PathBuf,
    /// Where the next line begins.
    end: u64,
    /// Lines that the disk has not taken yet.
    pending: String,
    lines: PhantomData<L>,
}

impl<L: Line> Journal<L> {
    /// Opens a journal, or begins one; what it holds so far. What a power cut left of a line is taken off. Another trousse that
    /// is writing it is waited for with this much patience.
    pub fn open(path: &Path, patience: Duration) -> Result<(Journal<L>, Read<L>)> {
        let failed = |error: io::Error| cannot_write(path, &error);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        let since = Instant::now();
        let locked = loop {
            match lock::try_lock(&file) {
                Err(TryLockError::WouldBlock) if since.elapsed() < patience => std::thread::sleep(GLANCE),
                locked => break locked,
            }
        };
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let shown = path.display();
                return Err(Fault::new(
                    format!("{shown} is being written by another trousse"),
                    format!("un autre trousse est en train d'écrire {shown}"),
                )
                .hint("end that one, or name another file", "arrêtez-le, ou indiquez un autre fichier"));
            }
            // A file system without locks is written all the same.
            Err(TryLockError::Error(_)) => {}
        }
        let mut bytes = Vec::new();
        (&mut file).take(BYTES).read_to_end(&mut bytes).map_err(failed)?;
        let read = journal::read(&bytes).map_err(|why| not_a_journal(path, why))?;
        let end = read.whole as u64;
        if end < bytes.len() as u64 {
            file.set_len(end).map_err(failed)?;
        }
        if bytes.is_empty() {
            name_is_kept(path).map_err(failed)?;
        }
        Ok((Journal { file, path: path.to_owned(), end, pending: String::new(), lines: PhantomData }, read))
    }

    /// Adds a line, and those that the disk did not take before. One that it does not take now is kept for the next time.
    pub fn add(&mut self, entry: &L) -> Result<()> {
        self.pending.push_str(&entry.line());
        self.flush()
    }

    /// Writes what the disk has not taken yet.
    pub fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = self.file.seek(SeekFrom::Start(self.end)).and_then(|_| self.file.write_all(self.pending.as_bytes()));
        match written.and_then(|()| self.file.sync_data()) {
            Ok(()) => {
                self.end += self.pending.len() as u64;
                self.pending.clear();
                Ok(())
            }
            Err(error) => {
                // Half a line is worse than none; where even that fails, the next opening takes it off.
                let _ = self.file.set_len(self.end);
                Err(cannot_write(&self.path, &error))
            }
        }
    }
}

/// Puts the name of a new file on the disk too: without it the lines of the file would be lost with the name.
fn name_is_kept(path: &Path) -> io::Result<()> {
    // Windows keeps names by itself, and opens no folder.
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// What a journal holds.
pub fn read<L: Line>(path: &Path) -> Result<Read<L>> {
    let shown = path.display();
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BYTES).read_to_end(&mut bytes));
    read.map_err(|error| {
        Fault::because(format!("cannot read the journal {shown}"), format!("journal {shown} illisible"), &error).hint(
            "name the file that trousse wrote, as in outlets.certify.jsonl",
            "indiquez le fichier écrit par trousse, par exemple outlets.certify.jsonl",
        )
    })?;
    journal::read(&bytes).map_err(|why| not_a_journal(path, why))
}

fn not_a_journal(path: &Path, why: crate::fault::Why) -> Fault {
    let shown = path.display();
    Fault::because(format!("cannot use {shown}"), format!("{shown} inutilisable"), why).hint(
        "name another file: what is in this one is left alone",
        "indiquez un autre fichier : le contenu de celui-ci est laissé intact",
    )
}

fn cannot_write(path: &Path, error: &io::Error) -> Fault {
    let shown = path.display();
    Fault::because(format!("cannot write the journal {shown}"), format!("impossible d'écrire le journal {shown}"), error).hint(
        "make room, or name a file in a folder of yours",
        "faites de la place, ou indiquez un fichier dans un dossier à vous",
    )
}
