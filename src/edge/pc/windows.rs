//! A PC with Windows on it, as it is: by the functions of Windows themselves. What its own programs return proves nothing.

mod accounts;
mod apps;
mod deadline;
mod devices;
mod guarded;
mod installers;
mod line;
pub(super) mod moded;
mod power;
mod powershell;
mod process;
mod programs;
mod registry;
mod resume;
mod scheduler;
mod services;
mod shortcuts;
mod system;
mod update_job;
mod updates;
mod values;
mod wmi;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::kept::Resume;
use super::payloads::Payloads;
use super::{about, drivers, files, is_still, package, program};
use crate::fault::{Fault, Result};
use crate::prep::look::app::App;
use crate::prep::look::power::{Setting, Source};
use crate::prep::look::registry::{Data, Key};
use crate::prep::look::service::{Service, Start};
use crate::prep::look::shortcut::{Place, Shortcut};
use crate::prep::look::update::Update;
use crate::prep::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, Identity, Look, Mode, Package, Program, Row, Seen, filled_in,
};
use crate::prep::pack::Packed;
use crate::prep::path;
use crate::secret::Secret;
pub(in crate::edge) use process::{handed_on, windows_folder};
pub use system::may_prepare;

/// What SMBIOS told of the firmware when Windows was started.
const FIRMWARE: &str = r"HARDWARE\DESCRIPTION\System\BIOS";
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
        package(&self.payload_path(name), name)
    }

    fn payload_program(&self, name: &str) -> Result<()> {
        program(&self.payload_path(name), name)
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        accounts::account(login)
    }

    fn has_password(&self, login: &str) -> Result<bool> {
        if let Some(known) = self.passwords.borrow().get(login) {
            return Ok(*known);
        }
        let told = accounts::has_password(login)?;
        self.passwords.borrow_mut().insert(login.to_owned(), told);
        Ok(told)
    }

    fn has_group(&self, name: &str) -> Result<bool> {
        accounts::has_group(name)
    }

    fn wrong_with(&self, lines: &Contents) -> Result<Option<String>> {
        match lines {
            Contents::Text(text) => powershell::wrong(text),
            Contents::Payload(name) => powershell::wrong_file(&self.payload_path(name)),
        }
    }

    fn payload_bytes(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        files::payload(&self.payload_path(name), name, &self.payload(name)?, most)
    }

    fn payload_drivers(&self, name: &str) -> Result<Vec<Packed>> {
        drivers(&self.payload_path(name))
    }

    fn is_there(&self, path: &str) -> Result<bool> {
        // A share begins with none of what a profile's own paths begin with.
        let path = here(path).unwrap_or_else(|_| path.to_owned());
        fs::exists(&path).map_err(|error| about(&path, &error))
    }

    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        files::small(&here(path)?)
    }

    fn folder(&self, path: &str) -> Result<Vec<String>> {
        files::names(&here(path)?)
    }

    fn wmi(&self, namespace: &str, question: &str) -> Result<Vec<Row>> {
        wmi::rows(namespace, question)
    }

    fn power(&self, source: Source, setting: Setting) -> Result<Option<u32>> {
        power::setting(source, setting)
    }

    fn may_hibernate(&self) -> Result<bool> {
        power::may_hibernate()
    }

    fn service(&self, name: &str) -> Result<Option<Service>> {
        services::service(name)
    }

    fn registry_value(&self, key: &Key, name: &str) -> Result<Option<Data>> {
        values::value(key, name)
    }

    fn registry_keys(&self, key: &Key) -> Result<Vec<String>> {
        values::keys(key)
    }

    fn filled(&self, text: &str) -> Result<String> {
        path::filled(text, |folder| std::env::var(folder).ok()).map_err(|why| Fault::new(why.english, why.french))
    }

    fn shortcut(&self, place: &Place, label: &str) -> Result<Option<Shortcut>> {
        shortcuts::shortcut(place, label)
    }

    fn apps(&self) -> Result<Vec<App>> {
        apps::apps()
    }

    fn devices(&self) -> Result<Vec<String>> {
        devices::places()
    }

    fn updates(&self) -> Result<Vec<Update>> {
        updates::updates()
    }

    fn firmware(&self) -> Result<Option<String>> {
        let told = values::value(&Key::machine(FIRMWARE), "BIOSVersion")?;
        Ok(told.as_ref().and_then(Data::as_text).and_then(filled_in))
    }

    fn on_mains(&self) -> Result<bool> {
        devices::on_mains()
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
        self.passwords.get_mut().remove(login);
        accounts::add(login)
    }

    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()> {
        accounts::set_full_name(login, full_name)
    }

    fn join_group(&mut self, login: &str, group: &str) -> Result<()> {
        accounts::join(login, group)
    }

    fn set_password(&mut self, login: &str, password: &Secret) -> Result<()> {
        self.passwords.get_mut().remove(login);
        accounts::set_password(login, password)
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).cloned()
    }

    fn set_host_name(&mut self, name: &str) -> Result<()> {
        system::set_host_name(name)
    }

    fn set_power(&mut self, source: Source, setting: Setting, value: u32) -> Result<()> {
        power::set(source, setting, value)
    }

    fn let_hibernate(&mut self, on: bool) -> Result<()> {
        installers::hibernate(on)
    }

    fn set_service_start(&mut self, name: &str, start: Start) -> Result<()> {
        services::set_start(name, start)
    }

    fn set_service_running(&mut self, name: &str, runs: bool, timeout_s: u32) -> Result<()> {
        services::set_running(name, runs, timeout_s)
    }

    fn set_registry_value(&mut self, key: &Key, name: &str, data: &Data) -> Result<()> {
        values::set(key, name, data)
    }

    fn remove_registry_value(&mut self, key: &Key, name: &str) -> Result<()> {
        values::remove(key, name)
    }

    fn set_shortcut(&mut self, place: &Place, label: &str, shortcut: &Shortcut) -> Result<()> {
        shortcuts::set(place, label, shortcut)
    }

    fn remove_app(&mut self, app: &App, timeout_s: u32) -> Result<()> {
        apps::remove(app, timeout_s)
    }

    fn run_line(&mut self, line: &str, timeout_s: u32) -> Result<Ended> {
        line::run(line, timeout_s)
    }

    fn add_driver(&mut self, pack: &str, inf: &str, timeout_s: u32) -> Result<Ended> {
        let expected = self.payload(pack)?;
        let right = |digest: &Digest| is_still(pack, digest, &expected);
        installers::driver(&self.payload_path(pack), inf, &self.workshop(), right, timeout_s)
    }

    fn install_update(&mut self, id: &str, timeout_s: u32) -> Result<bool> {
        updates::install(id, timeout_s)
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
