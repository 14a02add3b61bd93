//! What Windows has a say in: folders that administrators alone read, and a run that outlives the session it was started from.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use windows::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, HANDLE_FLAGS, SetHandleInformation};
use windows::Win32::System::Threading::{CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW};

use crate::edge::pc::windows::{handed_on, kit_folder, private_folder, windows_folder};
use crate::fault::{Fault, Result};

/// What is brought lies here until the end.
pub(super) fn folder() -> PathBuf {
    kit_folder().join("bench")
}

/// The way out for a user without the rights. Whoever is an administrator has them as soon as sshd lets him in.
pub(super) fn as_whom(fault: Fault) -> Fault {
    fault.hint("log in as a member of Administrators", "connectez-vous avec un membre du groupe Administrateurs")
}

/// Makes that folder, or guards one that is there.
pub(super) fn prepare(folder: &Path) -> Result<()> {
    private_folder(folder)
}

/// Makes a folder in it, with the rights of that one.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// A file has the rights of its folder.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Starts the run outside the job in which sshd keeps a session, and ends all of it with the session (do_exec_windows in
/// w32-doexec.c of Microsoft's OpenSSH, which lets those leave it that ask for it). From a job that lets nobody leave it the run is
/// started all the same: when it ends with the session, the station starts it again.
pub(super) fn start(words: &[OsString], errors: File) -> io::Result<Child> {
    keep_our_own()?;
    let program = std::env::current_exe()?;
    let begin = |leaves: u32| {
        let mut command = Command::new(&program);
        command.args(words).current_dir(windows_folder()).env_clear().envs(handed_on());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(errors.try_clone()?);
        command.creation_flags(CREATE_NO_WINDOW.0 | CREATE_NEW_PROCESS_GROUP.0 | leaves).spawn()
    };
    match begin(CREATE_BREAKAWAY_FROM_JOB.0) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => begin(0),
        begun => begun,
    }
}

/// The run does not hold what connects us to the station: sshd waits for whoever does.
#[allow(unsafe_code)]
fn keep_our_own() -> io::Result<()> {
    for handle in [io::stdin().as_raw_handle(), io::stdout().as_raw_handle(), io::stderr().as_raw_handle()] {
        // SAFETY: the handles are those of this process, open as long as it runs; a flag of each is cleared.
        unsafe { SetHandleInformation(HANDLE(handle), HANDLE_FLAG_INHERIT.0, HANDLE_FLAGS(0)) }.map_err(io::Error::other)?;
    }
    Ok(())
}
