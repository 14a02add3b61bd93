//! A file that several trousses change, in a folder that they share: one at a time, and each time whole.

#[cfg(target_os = "linux")]
mod locks;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::replace;
use crate::fault::{Fault, Result, Why};
use crate::json::escaped;

/// Bytes of such a file.
const BYTES: u64 = 256 << 20;
/// How long whoever reads the file may keep it from being replaced: Windows, and a share of it, refuses that while it is open.
const READ: Duration = Duration::from_secs(2);
/// Windows' words for that: a sharing and a lock violation (winerror.h).
#[cfg(windows)]
const IN_USE: [i32; 2] = [32, 33];
/// Between two tries.
const GLANCE: Duration = Duration::from_millis(20);

/// The right to change the file, as long as this is held. The system takes it back from whoever is killed.
pub struct Held {
    path: PathBuf,
    _lock: File,
}

/// Waits for the right to change a file, at most so long. The folder is there: one that is not may be a share that is not mounted.
pub fn hold(path: &Path, patience: Duration) -> Result<Held> {
    let failed = |error: io::Error| cannot_write(path, &error);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    #[cfg(target_os = "linux")]
    if let Some(kind) = locks::held_here_alone(folder).map_err(failed)? {
        let why = Why::new(
            format!("{kind} keeps its locks to this PC, and no other sees them"),
            format!("{kind} garde ses verrous sur ce PC, et aucun autre ne les voit"),
        );
        return Err(no_locks(folder, why));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A file of its own, which is never replaced: a lock on one that is would be one on its past.
    let lock = folder.join(format!(".{name}.lock"));
    let lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(lock).map_err(failed)?;
    let since = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(Held { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) if since.elapsed() < patience => std::thread::sleep(GLANCE),
            Err(TryLockError::WouldBlock) => {
                let shown = path.display();
                return Err(Fault::new(
                    format!("another trousse has been changing {shown} for {} s", patience.as_secs()),
                    format!("un autre trousse modifie {shown} depuis {} s", patience.as_secs()),
                )
                .hint("wait until it is done, and try again", "attendez qu'il ait fini, puis réessayez"));
            }
            Err(TryLockError::Error(error)) => {
                let Why { english, french } = Why::from(&error);
                let why = Why::new(
                    format!("its file system has no locks ({english})"),
                    format!("son système de fichiers n'a pas de verrous ({french})"),
                );
                return Err(no_locks(folder, why));
            }
        }
    }
}

fn no_locks(folder: &Path, why: Why) -> Fault {
    let shown = folder.display();
    Fault::because(format!("{shown} cannot be shared"), format!("{shown} ne peut pas être partagé"), why).hint(
        "put it on a disk, on NFS 4 (without nolock and local_lock) or on a share of Windows (without nobrl)",
        "mettez-le sur un disque, sur NFS 4 (sans nolock ni local_lock) ou sur un partage Windows (sans nobrl)",
    )
}

impl Held {
    /// Puts this in the place of what the file holds. A power cut leaves either. What would be refused when it is read is not
    /// written.
    pub fn write<T: Serialize>(&self, value: &T, check: impl FnOnce(&T) -> std::result::Result<(), Why>) -> Result<()> {
        let shown = self.path.display();
        let refused = |why: Why| {
            Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), why)
                .hint("it is left as it was", "il est laissé tel qu'il était")
        };
        check(value).map_err(refused)?;
        let text = escaped(&serde_json::to_string_pretty(value).unwrap_or_default()) + "\n";
        if text.len() as u64 > BYTES {
            let most = BYTES >> 20;
            return Err(refused(Why::new(format!("more than {most} MiB"), format!("plus de {most} Mio"))));
        }
        patiently(|| replace::write_alone(&self.path, text.as_bytes())).map_err(|error| cannot_write(&self.path, &error))
    }
}

/// Writes, and tries again for a while where somebody reads what is there.
fn patiently(mut write: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let since = Instant::now();
    loop {
        match write() {
            Err(error) if may_be_read(&error) && since.elapsed() < READ => std::thread::sleep(GLANCE),
            written => return written,
        }
    }
}

fn may_be_read(error: &io::Error) -> bool {
    #[cfg(windows)]
    if error.raw_os_error().is_some_and(|code| IN_USE.contains(&code)) {
        return true;
    }
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy)
}

/// What the file holds; `None` where it is not there. The error of `parse` says why it is none of ours.
pub fn read<T: DeserializeOwned>(path: &Path, check: impl FnOnce(&T) -> std::result::Result<(), Why>) -> Result<Option<T>> {
    let shown = path.display();
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(BYTES).read_to_end(&mut bytes)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Fault::because(format!("cannot read {shown}"), format!("{shown} illisible"), &error).hint(
                "mount the share again, or run it as somebody who may read it",
                "remontez le partage, ou lancez la commande sous un compte qui peut le lire",
            ));
        }
        Ok(_) => {}
    }
    let refused = |why: Why| {
        Fault::because(format!("{shown} is refused"), format!("{shown} est refusé"), why).hint(
            "it is left as it is: put back a copy of it, or name another one",
            "il est laissé tel quel : remettez-en une copie, ou indiquez-en un autre",
        )
    };
    let value: T = serde_json::from_slice(&bytes).map_err(|error| {
        let (line, said) = (error.line(), error.to_string());
        refused(Why::new(format!("line {line}: {said}"), format!("ligne {line} : {said}")))
    })?;
    check(&value).map_err(refused)?;
    Ok(Some(value))
}

fn cannot_write(path: &Path, error: &io::Error) -> Fault {
    let shown = path.display();
    let fault = Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), error);
    match error.kind() {
        io::ErrorKind::StorageFull => {
            fault.hint("make room; what was there is left", "faites de la place ; ce qui y était est intact")
        }
        io::ErrorKind::NotFound => fault.hint("mount the share, or make the folder", "montez le partage, ou créez le dossier"),
        _ => fault.hint("name a folder that you may write to", "indiquez un dossier dans lequel vous pouvez écrire"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_changes_it_at_a_time_and_nothing_is_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("numbers.json");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        let held = hold(&path, Duration::from_secs(60)).expect("held");
                        let mut numbers: Vec<usize> = read(&path, |_| Ok(())).expect("read").unwrap_or_default();
                        numbers.push(numbers.len());
                        held.write(&numbers, |_| Ok(())).expect("written");
                    }
                });
            }
        });
        let numbers: Option<Vec<usize>> = read(&path, |_| Ok(())).expect("read");
        assert_eq!(numbers, Some((0..40).collect()));
        let held = hold(&path, Duration::ZERO).expect("held");
        assert!(hold(&path, Duration::ZERO).is_err(), "twice");
        drop(held);
        assert!(hold(&path, Duration::ZERO).is_ok(), "given back");
    }

    #[test]
    fn no_folder_is_made_where_a_share_is_not_mounted() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = hold(&folder.path().join("share/names.json"), Duration::ZERO).err().expect("refused").to_string();
        assert!(said.contains("cannot write") && said.contains("mount the share"), "{said}");
        assert!(!folder.path().join("share").exists());
    }

    #[test]
    fn what_would_be_refused_when_it_is_read_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.json");
        let held = hold(&path, Duration::ZERO).expect("held");
        held.write(&[1], |_| Ok(())).expect("written");
        let said = held.write(&[1, 2], |_| Err(Why::new("more than 1", "plus de 1"))).expect_err("too many").to_string();
        assert!(said.contains("more than 1") && said.contains("left as it was"), "{said}");
        assert_eq!(read::<Vec<u8>>(&path, |_| Ok(())).expect("read"), Some(vec![1]));
    }

    #[test]
    fn what_a_power_cut_left_of_a_list_is_taken_away_and_what_others_write_there_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("names.json");
        for left in [".trousse-names.json-a1b2c3.part", ".trousse-depot.json-a1b2c3.part", ".trousse-a1b2c3.part"] {
            std::fs::write(folder.path().join(left), "half").expect("ours");
        }
        let held = hold(&path, Duration::ZERO).expect("held");
        held.write(&[1], |_| Ok(())).expect("written");
        std::fs::write(folder.path().join(".trousse-names.json-d4e5f6.part"), "half").expect("ours");
        held.write(&[2], |_| Ok(())).expect("written");
        let mut there: Vec<String> = std::fs::read_dir(folder.path())
            .expect("ours")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        there.sort();
        assert_eq!(there, [".names.json.lock", ".trousse-a1b2c3.part", ".trousse-depot.json-a1b2c3.part", "names.json"]);
    }

    #[test]
    fn a_file_that_cannot_be_read_comes_with_a_way_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = read::<Vec<u8>>(folder.path(), |_| Ok(())).expect_err("a folder").say(crate::language::Language::Fr);
        assert!(said.contains("illisible : ") && said.contains("conseil : remontez le partage"), "{said}");
    }

    #[test]
    fn a_reader_keeps_nobody_from_writing_for_long() {
        let mut tries = 0;
        let in_use = || io::Error::from(io::ErrorKind::PermissionDenied);
        let written = patiently(|| {
            tries += 1;
            if tries < 3 { Err(in_use()) } else { Ok(()) }
        });
        assert!(written.is_ok() && tries == 3, "{written:?} after {tries}");
        let mut tries = 0;
        let full = patiently(|| {
            tries += 1;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(full.is_err() && tries == 1, "a disk that is full is told at once");
    }

    #[test]
    fn what_is_none_of_ours_is_left_alone_and_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.json");
        assert_eq!(read::<Vec<u8>>(&path, |_| Ok(())).expect("read"), None);
        std::fs::write(&path, "[1,").expect("ours");
        assert!(read::<Vec<u8>>(&path, |_| Ok(())).expect_err("cut off").to_string().contains("line 1"));
        std::fs::write(&path, "[1]").expect("ours");
        assert!(read::<Vec<u8>>(&path, |_| Err(Why::new("no", "non"))).expect_err("refused").to_string().contains("refused: no"));
    }
}
