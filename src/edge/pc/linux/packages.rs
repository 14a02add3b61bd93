//! Debian's packages, by its own programs.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::{Duration, Instant};

use super::process::Program;
use crate::edge::pc::{about, digest};
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::{Digest, Ended, How, Package};

/// Whoever installs packages holds this file locked (Debian Policy's dpkg-frontend protocol, dpkg's doc/frontend.txt).
const LOCK: &str = "/var/lib/dpkg/lock-frontend";
/// Between two looks at it.
const GLANCE: Duration = Duration::from_millis(200);
/// Seconds that a question to dpkg may take.
const ANSWER_S: u32 = 60;

/// The version of a package that is wholly installed.
pub(super) fn installed(name: &str) -> Result<Option<String>> {
    let format = "--showformat=${db:Status-Abbrev}\t${Version}\n";
    let ended = Program::new("dpkg-query", &["--show", format, "--", name]).within(ANSWER_S).run()?;
    // The second letter is its state: i is installed, all others are less (dpkg-query(1), db:Status-Abbrev).
    let version = |line: &str| {
        let (state, version) = line.split_once('\t')?;
        (state.chars().nth(1) == Some('i')).then(|| version.to_owned())
    };
    Ok(ended.output.lines().find_map(version).filter(|_| ended.well()))
}

/// What a package says of itself.
pub(super) fn of_file(path: &Path) -> Result<Package> {
    let shown = path.display().to_string();
    let ended = Program::new("dpkg-deb", &["--field", &shown, "Package", "Version"]).within(ANSWER_S).run()?;
    let field = |name: &str| ended.output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned));
    match (ended.well(), field("Package"), field("Version")) {
        (true, Some(name), Some(version)) => Ok(Package { name, version, product_code: None }),
        _ => {
            Err(Fault::new(format!("{shown} is no whole Debian package"), format!("{shown} n'est pas un paquet Debian complet"))
                .hint("fetch it again: it may be cut off", "téléchargez-le à nouveau : il est peut-être tronqué"))
        }
    }
}

/// Installs a package, once nobody else installs one. It is copied where only root can write, and looked at there.
pub(super) fn install(path: &Path, right: impl FnOnce(&Digest) -> Result<()>, timeout_s: u32) -> Result<Ended> {
    if let Some(waited) = wait_for_others(timeout_s)? {
        return Ok(waited);
    }
    let own = tempfile::Builder::new().prefix("trousse-").suffix(".deb").tempfile().map_err(|error| about("/tmp", &error))?;
    let copied = File::open(path).and_then(|from| digest(from, &mut own.as_file()));
    right(&copied.map_err(|error| about(path, &error))?)?;
    let shown = own.path().display().to_string();
    // Some systems are set up to save dpkg the trouble of flushing files: a power cut then leaves empty ones that it calls installed.
    let ended = Program::new("dpkg", &["--no-force-unsafe-io", "--install", "--", &shown]).outliving().within(timeout_s).run();
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
