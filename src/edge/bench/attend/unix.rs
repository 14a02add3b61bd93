//! What Linux has a say in: folders that nobody else reads, and a run that outlives the login it was started from.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::unistd::setsid;

use crate::fault::{Fault, Result};

/// Where the programs of a system are.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What is brought lies here until the end.
pub(super) fn folder() -> PathBuf {
    "/var/lib/trousse/bench".into()
}

/// The way out for a user without the rights.
pub(super) fn as_whom(fault: Fault) -> Fault {
    fault.hint("it needs root", "il faut être root")
}

/// Makes that folder. The one that it lies in is that of the journal too, which everybody may read.
pub(super) fn prepare(folder: &Path) -> Result<()> {
    let within = folder.parent().map_or(Ok(()), |parent| DirBuilder::new().recursive(true).mode(0o755).create(parent));
    within
        .and_then(|()| make(folder))
        .map_err(|error| as_whom(Fault::because("cannot prepare", "préparation impossible", &error)))
}

/// Makes a folder in it.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// A file that nobody else reads.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Starts the run, in a session of its own and, where systemd rules, in a scope of its own: neither ends with the login.
pub(super) fn start(words: &[OsString], errors: File) -> io::Result<Child> {
    let program = std::env::current_exe()?;
    let mut command = if scopes() {
        let mut command = Command::new("systemd-run");
        command.args(["--scope", "--quiet", "--collect", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(words).current_dir("/").env_clear().env("PATH", PATH);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(errors);
    outlives_us(&mut command);
    command.spawn()
}

/// Whether systemd gives a program a scope of its own: systemd-run(1).
fn scopes() -> bool {
    let mut command = Command::new("systemd-run");
    command.args(["--scope", "--quiet", "--collect", "--", "true"]).env_clear().env("PATH", PATH);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Path::new("/run/systemd/system").is_dir() && command.status().is_ok_and(|status| status.success())
}

/// The program goes on when the login that it was started from ends.
#[allow(unsafe_code)]
fn outlives_us(command: &mut Command) {
    // SAFETY: setsid(2) is one system call; nothing is allocated between fork and exec.
    unsafe { command.pre_exec(|| setsid().map(drop).map_err(io::Error::from)) };
}
