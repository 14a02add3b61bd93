//! A PC with Windows on it, as it is: by the functions of Windows themselves. What its own programs return proves nothing.

mod accounts;
mod guarded;
mod installers;
pub(super) mod moded;
mod powershell;
mod process;
mod programs;
mod registry;
mod resume;
mod scheduler;
mod system;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::payloads::Payloads;
use super::{about, files, is_still, product, program};
use crate::fault::{Fault, Result};
use crate::prep::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, Identity, Look, Mode, Package, Program, Seen,
};
use crate::prep::path;
use crate::secret::Secret;
pub use resume::Resume;
pub use system::may_prepare;

/// The kit's folder among those of all programs.
const FOLDER: &str = "trousse";
/// Another program has the file open (winerror.h): a sharing and a lock violation.
const HELD: [i32; 2] = [32, 33];

/// The folder of what programs keep for all accounts.
fn program_data() -> PathBuf {
    std::env::var_os("ProgramData").map_or_else(|| r"C:\ProgramData".into(), PathBuf::from)
}

/// Where a preparation keeps what it must not forget, unless another folder is named.
pub fn state_folder() -> PathBuf {
    program_data().join(FOLDER).join("prep")
}

/// Who is preparing this PC, whatever the folder, holds this.
pub(super) fn one_at_a_time() -> Result<PathBuf> {
    let folder = program_data().join(FOLDER);
    guarded::readable(&folder)?;
    Ok(folder.join("prep.lock"))
}

/// Makes the folder of a preparation where it is not there. The kit's own is guarded.
pub(super) fn folder(path: &Path) -> Result<()> {
    if path == state_folder() {
        guarded::readable(&program_data().join(FOLDER))?;
        return guarded::readable(path);
    }
    fs::create_dir_all(path).map_err(|error| about(path, &error))
}

/// The way out of a fault that comes from a lack of rights.
pub(super) fn as_whom(fault: Fault) -> Fault {
    fault.hint(
        "run it as administrator: right-click the console, Run as administrator",
        "lancez-le en administrateur : clic droit sur la console, Exécuter en tant qu'administrateur",
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

    /// Runs lines of PowerShell; a file of them from a copy that nobody else can write.
    fn told(&self, command: &Command) -> Result<Ended> {
        let name = match &command.lines {
            Contents::Text(text) => return powershell::run(text, command),
            Contents::Payload(name) => name,
        };
        let expected = self.payload(name)?;
        let right = |digest: &Digest| is_still(name, digest, &expected);
        let copy = installers::Copy::of(&self.payload_path(name), &self.workshop(), right)?;
        powershell::run_file(&copy.path, command)
    }

    /// What the kit makes so that it may be used: nobody else writes there.
    fn workshop(&self) -> PathBuf {
        self.resume.as_ref().map_or_else(state_folder, |resume| resume.state.clone()).join("kept")
    }
}

/// A path of a profile as Windows wants it.
fn here(path: &str) -> Result<String> {
    path::on_windows(path, |folder| std::env::var(folder).ok()).map_err(|why| Fault::new(why.english, why.french))
}

impl Look for Pc {
    fn build(&self) -> Result<Build> {
        system::build()
    }

    fn identity(&self) -> Result<Identity> {
        system::identity()
    }

    fn boot(&self) -> Result<String> {
        system::boot()
    }

    fn restart_pending(&self) -> Result<bool> {
        system::restart_pending()
    }

    fn host_name(&self) -> Result<HostName> {
        system::host_name()
    }

    fn file(&self, path: &str) -> Result<Option<Seen>> {
        files::seen(&here(path)?)
    }

    fn file_holds(&self, path: &str, text: &str) -> Result<bool> {
        files::holds(&here(path)?, text)
    }

    fn file_version(&self, path: &str) -> Result<Option<String>> {
        programs::file_version(&here(path)?)
    }

    fn package(&self, name: &str) -> Result<Option<String>> {
        Err(no_debian(name))
    }

    fn programs(&self) -> Result<Vec<Program>> {
        programs::installed()
    }

    fn payload(&self, name: &str) -> Result<Digest> {
        match self.payloads.get(name) {
            Some(payload) => Ok(payload.digest.clone()),
            None => Err(about(name, &io::ErrorKind::NotFound.into())),
        }
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        product(&self.payload_path(name))
    }

    fn payload_program(&self, name: &str) -> Result<()> {
        program(&self.payload_path(name))
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        accounts::account(login)
    }

    fn has_group(&self, name: &str) -> Result<bool> {
        accounts::has_group(name)
    }

    fn is_there(&self, path: &str) -> Result<bool> {
        fs::exists(here(path)?).map_err(|error| about(path, &error))
    }

    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        files::small(&here(path)?)
    }

    fn folder(&self, path: &str) -> Result<Vec<String>> {
        files::names(&here(path)?)
    }

    fn payload_bytes(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        files::payload(&self.payload_path(name), name, &self.payload(name)?, most)
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        self.told(command)
    }
}

impl Act for Pc {
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()> {
        let path = here(path)?;
        match contents {
            Contents::Text(text) => files::write(&path, &mut text.as_bytes(), mode).map(drop),
            Contents::Payload(name) => {
                let expected = self.payload(name)?;
                let from = self.payload_path(name);
                let mut file = fs::File::open(&from).map_err(|error| about(&from, &error))?;
                files::write_if(&path, &mut file, mode, |digest| is_still(name, digest, &expected))
            }
        }
    }

    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()> {
        Err(Fault::new(
            format!("{path}: Windows has no mode {mode}"),
            format!("{path} : Windows ne connaît pas les droits {mode}"),
        ))
    }

    fn install(&mut self, payload: &str, arguments: &[String], timeout_s: u32) -> Result<Ended> {
        let expected = self.payload(payload)?;
        let right = |digest: &Digest| is_still(payload, digest, &expected);
        installers::install(&self.payload_path(payload), &self.workshop(), right, arguments, timeout_s)
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        self.told(command)
    }

    fn add_account(&mut self, login: &str) -> Result<()> {
        accounts::add(login)
    }

    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()> {
        accounts::set_full_name(login, full_name)
    }

    fn join_group(&mut self, login: &str, group: &str) -> Result<()> {
        accounts::join(login, group)
    }

    fn set_password(&mut self, login: &str, password: &Secret) -> Result<()> {
        accounts::set_password(login, password)
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).cloned()
    }

    fn set_host_name(&mut self, name: &str) -> Result<()> {
        system::set_host_name(name)
    }

    fn settle(&mut self) -> Result<()> {
        system::settle()
    }

    fn resume_at_start(&mut self) -> Result<()> {
        let prepared = self.resume.as_ref().map_or(Ok(()), |resume| resume.prepare(&self.payloads));
        self.kept = true;
        prepared
    }

    fn forget_resume(&mut self) -> Result<()> {
        self.resume.as_ref().map_or(Ok(()), Resume::forget)
    }

    fn restart(&mut self) -> Result<()> {
        system::restart()
    }

    fn wait(&mut self, seconds: u32) {
        std::thread::sleep(Duration::from_secs(seconds.into()));
    }
}

fn no_debian(name: &str) -> Fault {
    Fault::new(format!("Windows has no Debian package {name}"), format!("Windows n'a pas de paquet Debian {name}"))
}
