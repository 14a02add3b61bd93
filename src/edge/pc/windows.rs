//! A PC with Windows on it, as it is: by the functions of Windows themselves. What its own programs return proves nothing.

mod accounts;
mod acts;
mod apps;
mod deadline;
mod devices;
mod guarded;
mod installers;
mod job;
mod letters;
mod line;
mod looks;
pub(super) mod moded;
mod power;
mod powershell;
mod process;
mod programs;
mod registry;
mod resume;
mod said;
mod scheduler;
mod services;
mod shortcuts;
mod system;
mod update_job;
mod updates;
mod values;
mod wmi;
mod word;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::kept::Resume;
use super::payloads::Payloads;
use super::{about, is_still};
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Contents, Digest, Ended, Look};
use crate::prep::path;
use crate::secret::Secret;
pub(in crate::edge) use process::{handed_on, windows_folder};
pub use system::may_prepare;

/// The kit's folder among those of all programs.
const FOLDER: &str = "trousse";
/// What a preparation keeps lies in a folder of this name.
const KEPT: &str = "kept";
/// Another program has the file open (winerror.h): a sharing and a lock violation.
const HELD: [i32; 2] = [32, 33];

/// The folder of what programs keep for all accounts.
fn program_data() -> PathBuf {
    std::env::var_os("ProgramData").map_or_else(|| r"C:\ProgramData".into(), PathBuf::from)
}

/// Where a preparation keeps what it must not forget, unless another folder is named.
pub fn state_folder() -> PathBuf {
    kit_folder().join("prep")
}

/// Whether this is where a preparation keeps its journal unless another folder is named; Windows knows no capitals.
fn is_usual(state: &Path) -> bool {
    state.as_os_str().eq_ignore_ascii_case(state_folder())
}

/// Where a preparation keeps what goes on with it: always in the kit's own folder. Whoever may rename the folder that somebody has
/// named for the journal could put a program of his own into its place, and it would be run as SYSTEM.
pub(super) fn kept_folder(state: &Path) -> PathBuf {
    if is_usual(state) {
        return state_folder().join(KEPT);
    }
    let known = Digest::of(state.display().to_string().to_lowercase().as_bytes()).sha256;
    kit_folder().join(format!("{KEPT}-{}", known.get(..16).unwrap_or_default()))
}

/// Who is preparing this PC, whatever the folder, holds this.
pub(super) fn one_at_a_time() -> Result<PathBuf> {
    let folder = kit_folder();
    guarded::readable(&folder)?;
    Ok(folder.join("prep.lock"))
}

/// The kit's folder among those of all programs.
pub(in crate::edge) fn kit_folder() -> PathBuf {
    program_data().join(FOLDER)
}

/// Makes a folder in the kit's own that administrators and the system alone read, or guards one that is there.
pub(in crate::edge) fn private_folder(path: &Path) -> Result<()> {
    guarded::readable(&kit_folder())?;
    guarded::private(path)
}

/// Makes the folder of a preparation where it is not there. The kit's own is guarded.
pub(super) fn folder(path: &Path) -> Result<()> {
    if is_usual(path) {
        guarded::readable(&kit_folder())?;
        return guarded::readable(path);
    }
    fs::create_dir_all(path).map_err(|error| about(path, &error))
}

/// Makes the folder that only administrators and the system look into, or guards one that is there, and what it lies in.
fn workshop(kept: &Path) -> Result<()> {
    guarded::readable(&kit_folder())?;
    if let Some(above) = kept.parent() {
        guarded::readable(above)?;
    }
    guarded::private(kept)
}

/// The way out of a fault that comes from a lack of rights.
pub(super) fn as_whom(fault: Fault) -> Fault {
    fault.hint(
        "run it as administrator: right-click the console, Run as administrator",
        "lancez-le en tant qu'administrateur : clic droit sur la console, Exécuter en tant qu'administrateur",
    )
}

/// The way out of a fault of this system's own.
pub(super) fn way_out(fault: Fault, error: &io::Error) -> Fault {
    match error.raw_os_error() {
        Some(code) if HELD.contains(&code) => fault.hint(
            "another program holds it: close that one, then run trousse again",
            "un autre programme l'utilise : fermez-le, puis relancez trousse",
        ),
        _ => fault,
    }
}

/// The PC that the kit runs on.
#[derive(Default)]
pub struct Pc {
    /// The files of the profile, and what they were known by when the run was begun.
    payloads: Payloads,
    secrets: BTreeMap<String, Secret>,
    resume: Option<Resume>,
    /// They were copied to the PC, as far as that was possible.
    kept: bool,
    /// Whether accounts have a password: each question counts as a wrong one, and is asked once.
    passwords: RefCell<BTreeMap<String, bool>>,
}

impl Pc {
    /// This PC, and the files of the profile.
    pub fn new(payloads: Payloads) -> Pc {
        Pc { payloads, ..Pc::default() }
    }

    /// How the run goes on when the PC is started.
    pub fn resumes_by(self, resume: Resume) -> Pc {
        Pc { resume: Some(resume), ..self }
    }

    /// With secrets, by their names.
    pub fn with(self, secrets: BTreeMap<String, Secret>) -> Pc {
        Pc { secrets, ..self }
    }

    fn payload_path(&self, name: &str) -> PathBuf {
        self.payloads.place(name, self.resume.as_ref().filter(|_| self.kept).map(|resume| resume.kept_payload(name)))
    }

    /// Runs lines of PowerShell, or a file of them.
    fn told(&self, command: &Command) -> Result<Ended> {
        match &command.lines {
            Contents::Text(text) => powershell::run(text, command),
            Contents::Payload(name) => {
                let expected = self.payload(name)?;
                let right = |digest: &Digest| is_still(name, digest, &expected);
                installers::script(&self.payload_path(name), &self.workshop(), right, command)
            }
        }
    }

    /// What the kit makes so that it may be used: nobody else writes there.
    fn workshop(&self) -> PathBuf {
        self.resume.as_ref().map_or_else(|| kept_folder(&state_folder()), Resume::kept)
    }
}

/// A path of a profile as Windows wants it.
fn here(path: &str) -> Result<String> {
    path::on_windows(path, |folder| std::env::var(folder).ok()).map_err(|why| Fault::new(why.english, why.french))
}
