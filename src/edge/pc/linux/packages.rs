//! Debian's packages, by its own programs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::process::Program;
use crate::edge::pc::{about, copied};
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::{Digest, Ended, How};

/// Whoever installs packages holds this file locked (Debian Policy's dpkg-frontend protocol, dpkg's doc/frontend.txt).
const LOCK: &str = "/var/lib/dpkg/lock-frontend";
/// Between two looks at it.
const GLANCE: Duration = Duration::from_millis(200);
/// Seconds that a question to dpkg may take.
const ANSWER_S: u32 = 60;

/// Bytes of the list of all packages: a large system has some thousands, each a line of about fifty.
const LIST: usize = 8 << 20;
/// dpkg's own list; each change of it is another file, put in the place of the one before (dpkg(1), FILES).
const STATUS: &str = "/var/lib/dpkg/status";
/// What it has not yet written into that list while it is at work.
const UPDATES: &str = "/var/lib/dpkg/updates";

/// How a package is installed. Some systems are set up to save dpkg the trouble of flushing files: a power cut then leaves empty
/// ones that it calls installed. A file of settings that was changed on the PC stays as it is: nobody is there to be asked.
const INSTALL: [&str; 4] = ["--no-force-unsafe-io", "--force-confdef", "--force-confold", "--install"];

/// Which state of its list dpkg was asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    file: u64,
    changed: (i64, i64),
    size: u64,
}

/// It cannot be told while dpkg is at work.
fn stamp() -> Option<Stamp> {
    let mut updates = fs::read_dir(UPDATES).ok()?;
    let status = fs::metadata(STATUS).ok().filter(|_| updates.next().is_none())?;
    Some(Stamp { device: status.dev(), file: status.ino(), changed: (status.mtime(), status.mtime_nsec()), size: status.size() })
}

/// What dpkg knows of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Its version, where it is wholly installed.
    pub(super) installed: Option<String>,
    /// Its version, where anything but its settings is there.
    pub(super) remains: Option<String>,
}

/// The packages, as dpkg told them last: a profile of a hundred steps asks a hundred times.
#[derive(Default)]
pub(super) struct Packages(Mutex<Option<(Stamp, BTreeMap<String, Known>)>>);

impl Packages {
    /// A package. dpkg is asked again whenever its list is not the one it was.
    pub(super) fn known(&self, name: &str) -> Result<Known> {
        let stamp = stamp();
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, packages)) = &*told
            && Some(*of) == stamp
        {
            return Ok(packages.get(name).cloned().unwrap_or_default());
        }
        let packages = all()?;
        let known = packages.get(name).cloned().unwrap_or_default();
        *told = stamp.map(|stamp| (stamp, packages));
        Ok(known)
    }
}

/// All packages.
fn all() -> Result<BTreeMap<String, Known>> {
    let format = "--showformat=${Package}\t${db:Status-Abbrev}\t${Version}\n";
    let ended = Program::new("dpkg-query", &["--show", format]).within(ANSWER_S).keeping(LIST).run()?;
    // 1: a list without a package (dpkg-query(1), EXIT STATUS).
    if !matches!(ended.how, How::Code(0 | 1)) {
        let last = ended.output.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(Fault::new(
            format!("dpkg does not tell what is installed: {last}"),
            format!("dpkg ne dit pas ce qui est installé : {last}"),
        ));
    }
    Ok(listed(&ended.output))
}

/// Of a package that is there for several processors, the first one.
fn listed(list: &str) -> BTreeMap<String, Known> {
    let mut packages: BTreeMap<String, Known> = BTreeMap::new();
    for line in list.lines() {
        let mut fields = line.split('\t');
        let (Some(name), Some(state), Some(version)) = (fields.next(), fields.next(), fields.next()) else { continue };
        // The second letter is its state: i is installed, n is not, of c the settings are left, and all others are something
        // between (dpkg-query(1), db:Status-Abbrev).
        let state = state.chars().nth(1).unwrap_or('n');
        let known = packages.entry(name.to_owned()).or_default();
        if state == 'i' {
            known.installed.get_or_insert_with(|| version.to_owned());
        }
        if !matches!(state, 'n' | 'c') {
            known.remains.get_or_insert_with(|| version.to_owned());
        }
    }
    packages
}

/// Installs a package, once nobody else installs one. It is copied where only root can write, and looked at there.
pub(super) fn install(path: &Path, right: impl FnOnce(&Digest) -> Result<()>, timeout_s: u32) -> Result<Ended> {
    if let Some(waited) = wait_for_others(timeout_s)? {
        return Ok(waited);
    }
    let own = tempfile::Builder::new().prefix("trousse-").suffix(".deb").tempfile().map_err(|error| about("/tmp", &error))?;
    let from = File::open(path).map_err(|error| about(path, &error))?;
    right(&copied(from, path, &mut own.as_file(), own.path())?)?;
    let shown = own.path().display().to_string();
    let words = [&INSTALL[..], &["--", &shown]].concat();
    let ended = Program::new("dpkg", &words).outliving().within(timeout_s).run();
    // It is a file of ours that nobody needs any more.
    let _ = fs::remove_file(own.path());
    ended
}

/// Waits until nobody else installs packages; how that ended where they went on for too long.
fn wait_for_others(timeout_s: u32) -> Result<Option<Ended>> {
    let since = Instant::now();
    let limit = Duration::from_secs(timeout_s.into());
    while is_locked()? {
        if since.elapsed() > limit {
            let output = format!("{LOCK}: another program installs packages");
            return Ok(Some(Ended { how: How::TookTooLong(timeout_s), output }));
        }
        if stop::pressed() {
            return Ok(Some(Ended { how: How::Signal(libc::SIGINT), output: String::new() }));
        }
        std::thread::sleep(GLANCE);
    }
    Ok(None)
}

/// Removes a package, once nobody else installs one; its settings stay.
pub(super) fn remove(name: &str, timeout_s: u32) -> Result<Ended> {
    if let Some(waited) = wait_for_others(timeout_s)? {
        return Ok(waited);
    }
    Program::new("dpkg", &["--remove", "--", name]).outliving().within(timeout_s).run()
}

/// Whether another program installs packages.
#[allow(unsafe_code)]
fn is_locked() -> Result<bool> {
    let Ok(file) = File::options().read(true).write(true).open(LOCK) else { return Ok(false) };
    let mut lock = libc::flock {
        l_type: libc::F_WRLCK as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    // SAFETY: the descriptor is open as long as `file`, and the kernel writes into `lock` alone, which is of the type it expects.
    let asked = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETLK, &raw mut lock) };
    Ok(asked == 0 && lock.l_type != libc::F_UNLCK as libc::c_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_wholly_installed_is_not_there() {
        let list = "kioskd\tii \t1:2.10-1\nold\trc \t1\nhalf\tiF \t2\nlibc6\tii \t2.36\nlibc6\tii \t2.35\nheld\thi \t3\nbroken\n";
        let told = listed(list).into_iter().filter_map(|(name, known)| Some(format!("{name} {}", known.installed?)));
        assert_eq!(told.collect::<Vec<_>>(), ["held 3", "kioskd 1:2.10-1", "libc6 2.36"]);
    }

    #[test]
    fn what_is_half_there_is_not_gone() {
        let list = "whole\tii \t1\nsettings\trc \t1\nnone\tun \t\nhalf\tiH \t2\nunpacked\tiU \t3\nconfigured\tiF \t4\nremoved\trH \t5\n\
                    waits\tiW \t6\nbad\tiHR\t\n";
        let told = listed(list).into_iter().filter_map(|(name, known)| Some(format!("{name} {}", known.remains?)));
        assert_eq!(told.collect::<Vec<_>>(), ["bad ", "configured 4", "half 2", "removed 5", "unpacked 3", "waits 6", "whole 1"]);
    }

    #[test]
    fn dpkg_tells_of_its_own_package_however_often_it_is_asked() {
        if stamp().is_none() {
            println!("not run: needs dpkg");
            return;
        }
        let packages = Packages::default();
        let known = packages.known("dpkg").expect("an answer");
        assert!(known.installed.is_some() && known.remains == known.installed);
        assert_eq!(packages.known("dpkg").expect("an answer"), known);
        assert_eq!(packages.known("atlantis0").expect("an answer"), Known::default());
    }
}
