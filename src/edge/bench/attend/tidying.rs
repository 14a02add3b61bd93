//! What was brought is removed at the end: for whom it was, and what runs that were broken off have left. Whoever has a run in hand
//! holds a lock, and so keeps what is there for it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::{Attendant, GLANCE, RUNS, failed, folder_of, named, system};
use crate::edge::pc::{past, state_folder};
use crate::prep::bench::attend::Answer;
use crate::prep::outcome::RunEnd;

/// What a program that comes to its end still holds is free by then.
pub(super) const FREES: Duration = Duration::from_secs(10);

/// The run that an attendant has in hand.
pub(super) struct Hands {
    locks: PathBuf,
    held: Option<(String, File)>,
}

impl Hands {
    /// Nothing is in hand yet.
    pub(super) fn of(folder: &Path) -> Hands {
        Hands { locks: folder.join("locks"), held: None }
    }

    /// Takes a run in hand, with whoever else has it: an attendant that was cut off is still there for a while. Without the lock it goes
    /// on too.
    pub(super) fn take(&mut self, run: &str) {
        let name = named(run);
        if !name.is_empty() && self.held.as_ref().is_none_or(|(held, _)| *held != name) {
            self.held = self.locked(&name).ok().map(|lock| (name, lock));
        }
    }

    fn locked(&self, name: &str) -> io::Result<File> {
        loop {
            let (lock, path) = self.open(name)?;
            lock.lock_shared()?;
            // Whoever tidied up may have removed it meanwhile.
            if path.try_exists()? {
                return Ok(lock);
            }
        }
    }

    /// The lock of a run that nobody has in hand; whoever would take it waits.
    fn free(&self, name: &str) -> Option<File> {
        let (lock, _) = self.open(name).ok()?;
        lock.try_lock().is_ok().then_some(lock)
    }

    fn open(&self, name: &str) -> io::Result<(File, PathBuf)> {
        let path = self.locks.join(name);
        folder_of(&path)?;
        let mut options = OpenOptions::new();
        let lock = system::private(options.write(true).create(true).truncate(false)).open(&path)?;
        Ok((lock, path))
    }
}

impl Attendant {
    /// Removes what was brought for a run, and what others were broken off with; all of it where nothing is there for another.
    pub(super) fn tidy(&mut self, run: &str) -> Answer {
        match self.tidied(run) {
            Ok(all) => Answer::Tidied { all },
            Err(error) => failed(&self.folder.display().to_string(), &error),
        }
    }

    /// Whether nothing is left.
    fn tidied(&mut self, run: &str) -> io::Result<bool> {
        let running = self.running()?;
        if running.as_deref().is_some_and(|other| other == run || other.is_empty()) {
            return Ok(false);
        }
        gone(&self.brought(run))?;
        self.hands.held = None;
        let own = named(run);
        let needed = match running {
            Some(other) => Some(named(&other)),
            None => Some(named(&self.started_last())).filter(|last| !last.is_empty() && *last != own && goes_on_later()),
        };
        let mut all = needed.is_none();
        let others = match fs::read_dir(self.folder.join(RUNS)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read?.collect::<io::Result<Vec<_>>>()?,
        };
        // Nobody takes one of them in hand until all of it is gone.
        let mut locks = Vec::new();
        for other in others {
            let name = other.file_name().to_string_lossy().into_owned();
            match self.hands.free(&name).filter(|_| needed.as_ref() != Some(&name)) {
                Some(lock) => {
                    gone(&other.path())?;
                    locks.push(lock);
                }
                None => all = false,
            }
        }
        if all {
            gone(&self.folder)?;
        }
        Ok(all)
    }
}

/// Whether the preparation of this PC goes on when that is started the next time.
fn goes_on_later() -> bool {
    match past(&state_folder()) {
        Ok(Some(past)) => matches!(past.end, None | Some(RunEnd::RestartPending)),
        Ok(None) => false,
        Err(_) => true,
    }
}

/// Removes a folder; what a run that comes to its end still holds is waited for.
fn gone(folder: &Path) -> io::Result<()> {
    let until = Instant::now() + FREES;
    loop {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(_) if Instant::now() < until => thread::sleep(GLANCE),
            removed => return removed,
        }
    }
}
