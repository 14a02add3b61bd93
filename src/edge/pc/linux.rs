//! A PC with Linux on it, as it is.

mod accounts;
mod cards;
mod hosts;
pub(super) mod moded;
mod packages;
mod power;
mod process;
mod resume;
mod services;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::kept::Resume;
use super::payloads::Payloads;
use super::{about, copied, files, is_still};
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::power::{Setting, Source};
use crate::prep::look::service::{Service, Start};
use crate::prep::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, Identity, Look, Mode, NetworkCard, Package, Seen, System,
    filled_in,
};
use crate::prep::pack::Packed;
use crate::secret::Secret;
use process::Program;

/// The name of the PC at its next start: hostname(5).
const HOSTNAME: &str = "/etc/hostname";
/// Names and addresses: hosts(5).
const HOSTS: &str = "/etc/hosts";
/// Debian's packages leave this where the system must be restarted.
const REBOOT_REQUIRED: &str = "/run/reboot-required";
/// It is there where systemd is the first process: sd_booted(3).
const SYSTEMD: &str = "/run/systemd/system";

/// The PC that the kit runs on.
#[derive(Default)]
pub struct Pc {
    /// The files of the profile, and what they were known by when the run was begun.
    payloads: Payloads,
    secrets: BTreeMap<String, Secret>,
    resume: Option<Resume>,
    /// They were copied to the PC, as far as that was possible.
    kept: bool,
    /// What dpkg told of its packages.
    packages: packages::Packages,
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

    /// Runs lines of shell; a file of them from a copy that nobody else can write.
    fn told(&self, command: &Command) -> Result<Ended> {
        let name = match &command.lines {
            Contents::Text(text) => return Program::shell(text, command).run(),
            Contents::Payload(name) => name,
        };
        let (expected, from) = (self.payload(name)?, self.payload_path(name));
        let own = tempfile::Builder::new().prefix("trousse-").suffix(".sh").tempfile().map_err(|error| about("/tmp", &error))?;
        let file = fs::File::open(&from).map_err(|error| about(&from, &error))?;
        is_still(name, &copied(file, &from, &mut own.as_file(), own.path())?, &expected)?;
        Program::shell_file(&own.path().display().to_string(), command).run()
    }
}

/// Where a preparation keeps what it must not forget, unless another folder is named.
pub fn state_folder() -> PathBuf {
    "/var/lib/trousse/prep".into()
}

/// Where a preparation keeps what goes on with it.
pub(super) fn kept_folder(state: &Path) -> PathBuf {
    state.join("kept")
}

/// Whether whoever runs the kit may prepare a PC.
pub fn may_prepare() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Who is preparing this PC, whatever the folder, holds this.
pub(super) fn one_at_a_time() -> Result<PathBuf> {
    Ok("/run/trousse-prep.lock".into())
}

/// Makes the folder of a preparation where it is not there.
pub(super) fn folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|error| about(path, &error))
}

/// The way out of a fault that comes from a lack of rights.
pub(super) fn as_whom(fault: Fault) -> Fault {
    fault.hint("run it as root: sudo trousse prep run …", "lancez-le en root : sudo trousse prep run …")
}

/// The way out of a fault of this system's own.
pub(super) fn way_out(fault: Fault, _: &io::Error) -> Fault {
    fault
}

fn read(path: &str) -> Result<String> {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|error| about(path, &error))
}

impl Look for Pc {
    fn build(&self) -> Result<Build> {
        let text = fs::read_to_string("/etc/os-release").or_else(|_| read("/usr/lib/os-release"))?;
        Ok(os_release(&text))
    }

    fn identity(&self) -> Result<Identity> {
        let smbios = |file: &str| {
            // Some are for root alone, and a PC without SMBIOS has none.
            let text = fs::read(Path::new("/sys/class/dmi/id").join(file)).ok()?;
            filled_in(&String::from_utf8_lossy(&text))
        };
        let machine = fs::read_to_string("/etc/machine-id").ok();
        Ok(Identity {
            maker: smbios("sys_vendor"),
            product: smbios("product_name"),
            serial: smbios("product_serial"),
            machine: machine.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty() && text != "uninitialized"),
        })
    }

    fn boot(&self) -> Result<String> {
        read("/proc/sys/kernel/random/boot_id").map(|text| text.trim().to_owned())
    }

    fn restart_pending(&self) -> Result<bool> {
        Ok(Path::new(REBOOT_REQUIRED).exists())
    }

    fn cards(&self) -> Result<Vec<NetworkCard>> {
        cards::all(Path::new(cards::CLASS))
    }

    fn host_name(&self) -> Result<HostName> {
        let now = nix::unistd::gethostname().map_err(|error| about(HOSTNAME, &error.into()))?;
        let next = match fs::read(HOSTNAME) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or("").to_owned()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(about(HOSTNAME, &error)),
        };
        Ok(HostName { now: now.to_string_lossy().into_owned(), next })
    }

    fn file(&self, path: &str) -> Result<Option<Seen>> {
        files::seen(path)
    }

    fn file_holds(&self, path: &str, text: &str) -> Result<bool> {
        files::holds(path, text)
    }

    fn package(&self, name: &str) -> Result<Option<String>> {
        Ok(self.packages.known(name)?.installed)
    }

    fn package_remains(&self, name: &str) -> Result<Option<String>> {
        Ok(self.packages.known(name)?.remains)
    }

    fn payload(&self, name: &str) -> Result<Digest> {
        match self.payloads.get(name) {
            Some(payload) => Ok(payload.digest.clone()),
            None => Err(about(name, &io::ErrorKind::NotFound.into())),
        }
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        self.payloads.package(name)
    }

    fn payload_program(&self, name: &str) -> Result<()> {
        self.payloads.program(name)
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        accounts::account(login)
    }

    fn has_password(&self, login: &str) -> Result<bool> {
        accounts::has_password(login)
    }

    fn group(&self, name: &str) -> Result<Option<String>> {
        accounts::group(name)
    }

    fn is_there(&self, path: &str) -> Result<bool> {
        fs::exists(path).map_err(|error| about(path, &error))
    }

    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        files::small(path)
    }

    fn folder(&self, path: &str) -> Result<Vec<String>> {
        files::names(path)
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

    fn payload_bytes(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        files::payload(&self.payload_path(name), name, &self.payload(name)?, most)
    }

    fn wrong_with(&self, lines: &Contents) -> Result<Option<String>> {
        let ended = match lines {
            Contents::Text(text) => Program::new("sh", &["-n", "-c", text]).run()?,
            Contents::Payload(name) => {
                let path = self.payload_path(name).display().to_string();
                Program::new("sh", &["-n", "--", &path]).run()?
            }
        };
        let last = ended.output.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("sh -n").to_owned();
        Ok((!ended.well()).then_some(last))
    }

    fn payload_drivers(&self, name: &str) -> Result<Vec<Packed>> {
        self.payloads.drivers(name)
    }

    fn firmware(&self) -> Result<Option<String>> {
        let told = files::small("/sys/class/dmi/id/bios_version")?;
        Ok(told.and_then(|text| filled_in(&String::from_utf8_lossy(&text))))
    }

    fn on_mains(&self) -> Result<bool> {
        power::on_mains()
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        self.told(command)
    }
}

impl Act for Pc {
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()> {
        match contents {
            Contents::Text(text) => files::write(path, &mut text.as_bytes(), mode).map(drop),
            Contents::Payload(name) => {
                let expected = self.payload(name)?;
                let from = self.payload_path(name);
                let mut file = fs::File::open(&from).map_err(|error| about(&from, &error))?;
                files::write_if(path, &mut file, &from, mode, |digest| is_still(name, digest, &expected))
            }
        }
    }

    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()> {
        moded::set_mode(path, mode)
    }

    fn install(&mut self, payload: &str, _: &[String], timeout_s: u32) -> Result<Ended> {
        let expected = self.payload(payload)?;
        packages::install(&self.payload_path(payload), |digest| is_still(payload, digest, &expected), timeout_s)
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        self.told(command)
    }

    fn add_account(&mut self, login: &str) -> Result<()> {
        accounts::add(login)
    }

    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()> {
        accounts::change(login, &["--comment", full_name])
    }

    fn join_group(&mut self, login: &str, group: &str) -> Result<()> {
        accounts::change(login, &["--append", "--groups", group])
    }

    fn set_password(&mut self, login: &str, password: &Secret) -> Result<()> {
        accounts::set_password(login, password)
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).cloned()
    }

    fn set_host_name(&mut self, name: &str) -> Result<()> {
        let now = self.host_name()?.now;
        // The name of the PC is last: what is seen of it is then all there.
        let hosts = match fs::read(HOSTS) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(about(HOSTS, &error)),
        };
        files::write(HOSTS, &mut &hosts::hosts_with(&hosts, &now, name)[..], Mode(0o644))?;
        files::write(HOSTNAME, &mut format!("{name}\n").as_bytes(), Mode(0o644))?;
        nix::unistd::sethostname(name).map_err(|error| about(HOSTNAME, &error.into()))
    }

    fn set_power(&mut self, source: Source, setting: Setting, value: u32) -> Result<()> {
        power::set(source, setting, value)
    }

    fn let_hibernate(&mut self, on: bool) -> Result<()> {
        power::let_hibernate(on)
    }

    fn set_service_start(&mut self, name: &str, start: Start) -> Result<()> {
        services::set_start(name, start)
    }

    fn set_service_running(&mut self, name: &str, runs: bool, timeout_s: u32) -> Result<()> {
        services::set_running(name, runs, timeout_s)
    }

    fn remove_package(&mut self, name: &str, timeout_s: u32) -> Result<Ended> {
        packages::remove(name, timeout_s)
    }

    fn resume_at_start(&mut self) -> Result<()> {
        let prepared = self.resume.as_ref().map_or(Ok(()), |resume| resume.prepare(&self.payloads));
        self.kept = true;
        prepared
    }

    fn forget_resume(&mut self) -> Result<()> {
        self.resume.as_ref().map_or(Ok(()), Resume::forget)
    }

    fn settle(&mut self) -> Result<()> {
        nix::unistd::sync();
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        let program =
            if Path::new(SYSTEMD).is_dir() { Program::new("systemctl", &["reboot"]) } else { Program::new("reboot", &[]) };
        program.well()
    }

    fn wait(&mut self, seconds: u32) {
        stop::wait(Duration::from_secs(seconds.into()));
    }
}

/// The system by os-release(5).
fn os_release(text: &str) -> Build {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
        Some(line.trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    let like = value("ID_LIKE").unwrap_or_default();
    let ids = value("ID").into_iter().chain(like.split_whitespace().map(str::to_owned));
    Build {
        system: System::Linux,
        name: value("PRETTY_NAME").or_else(|| value("NAME")).unwrap_or_else(|| "Linux".to_owned()),
        distributions: ids.collect(),
        version: value("VERSION_ID"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_read_from_os_release() {
        let build = os_release("PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n");
        assert_eq!((build.name.as_str(), build.version.as_deref()), ("Ubuntu 24.04.1 LTS", Some("24.04")));
        assert_eq!(build.distributions, ["ubuntu", "debian"]);
        assert_eq!(os_release("ID=arch\n").version, None);
    }
}
