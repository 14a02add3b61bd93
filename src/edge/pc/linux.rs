//! A PC with Linux on it, as it is.

mod accounts;
mod files;
mod packages;
mod process;
mod resume;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::fault::{Fault, Result};
use crate::prep::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, Identity, Look, Mode, Package, Seen, System, filled_in,
};
use crate::secret::Secret;
use process::Program;
pub use resume::Resume;

/// The name of the PC at its next start: hostname(5).
const HOSTNAME: &str = "/etc/hostname";
/// Names and addresses: hosts(5).
const HOSTS: &str = "/etc/hosts";
/// Debian's packages leave this where the system must be restarted.
const REBOOT_REQUIRED: &str = "/run/reboot-required";
/// It is there where systemd is the first process: sd_booted(3).
const SYSTEMD: &str = "/run/systemd/system";

/// The PC that the kit runs on.
pub struct Pc {
    /// Where the files beside the profile are.
    folder: PathBuf,
    /// What they were known by when the run was begun.
    payloads: BTreeMap<String, Digest>,
    secrets: BTreeMap<String, Secret>,
    resume: Option<Resume>,
}

impl Pc {
    /// This PC; the profile lies in that folder, with files that are known by their digests.
    pub fn new(folder: &Path, payloads: BTreeMap<String, Digest>) -> Pc {
        Pc { folder: folder.to_owned(), payloads, secrets: BTreeMap::new(), resume: None }
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
        self.folder.join(name)
    }
}

/// A fault about a file.
fn about(path: impl AsRef<Path>, error: &io::Error) -> Fault {
    let shown = path.as_ref().display();
    let fault = Fault::because(format!("cannot use {shown}"), format!("{shown} inutilisable"), error);
    match error.kind() {
        io::ErrorKind::PermissionDenied => fault.hint("run it as root", "lancez-le en root"),
        io::ErrorKind::StorageFull => fault.hint("make room on the disk", "faites de la place sur le disque"),
        _ => fault,
    }
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

    fn host_name(&self) -> Result<HostName> {
        let now = nix::unistd::gethostname().map_err(|error| about(HOSTNAME, &error.into()))?;
        let next = match fs::read_to_string(HOSTNAME) {
            Ok(text) => {
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
        packages::installed(name)
    }

    fn payload(&self, name: &str) -> Result<Digest> {
        match self.payloads.get(name) {
            Some(digest) => Ok(digest.clone()),
            None => Err(about(self.payload_path(name), &io::ErrorKind::NotFound.into())),
        }
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        packages::of_file(&self.payload_path(name))
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        accounts::account(login)
    }

    fn has_group(&self, name: &str) -> Result<bool> {
        accounts::has_group(name)
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        Program::shell(command).run()
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
                files::write_if(path, &mut file, mode, |digest| is_still(name, digest, &expected))
            }
        }
    }

    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()> {
        files::set_mode(path, mode)
    }

    fn install(&mut self, payload: &str, timeout_s: u32) -> Result<Ended> {
        let expected = self.payload(payload)?;
        packages::install(&self.payload_path(payload), |digest| is_still(payload, digest, &expected), timeout_s)
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        Program::shell(command).run()
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
        let hosts = match fs::read_to_string(HOSTS) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(about(HOSTS, &error)),
        };
        files::write(HOSTS, &mut hosts_with(&hosts, &now, name).as_bytes(), Mode(0o644))?;
        files::write(HOSTNAME, &mut format!("{name}\n").as_bytes(), Mode(0o644))?;
        nix::unistd::sethostname(name).map_err(|error| about(HOSTNAME, &error.into()))
    }

    fn resume_at_start(&mut self) -> Result<()> {
        match &self.resume {
            Some(resume) => resume.prepare(&self.folder, &self.payloads),
            None => Ok(()),
        }
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
        std::thread::sleep(Duration::from_secs(seconds.into()));
    }
}

/// Refuses a file beside the profile that has changed since the run was begun: what is hashed is what is used.
fn is_still(name: &str, digest: &Digest, expected: &Digest) -> Result<()> {
    if digest == expected {
        return Ok(());
    }
    Err(Fault::new(
        format!("{name} is not what it was when this preparation was begun"),
        format!("{name} n'est plus ce qu'il était au début de cette préparation"),
    ))
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

/// hosts(5) with the new name of the PC in place of the old one; at 127.0.1.1, as Debian has it, where it stands nowhere.
fn hosts_with(hosts: &str, old: &str, new: &str) -> String {
    let is_local = |line: &str| line.split_whitespace().next().is_some_and(|ip| ip.starts_with("127.") || ip == "::1");
    let names =
        |line: &str| line.split('#').next().unwrap_or_default().split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let mut lines: Vec<String> = Vec::new();
    for line in hosts.lines() {
        // Every PC is called localhost too.
        if is_local(line) && old != "localhost" && names(line).iter().any(|name| name == old) {
            let renamed = |word: &str| match word.strip_prefix(old) {
                Some(domain) if domain.is_empty() || domain.starts_with('.') => format!("{new}{domain}"),
                _ => word.to_owned(),
            };
            lines.push(line.split_whitespace().map(renamed).collect::<Vec<_>>().join("\t"));
        } else {
            lines.push(line.to_owned());
        }
    }
    if !lines.iter().any(|line| is_local(line) && names(line).iter().any(|name| name == new)) {
        lines.push(format!("127.0.1.1\t{new}"));
    }
    lines.join("\n") + "\n"
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

    #[test]
    fn the_new_name_stands_where_the_old_one_stood() {
        let hosts = "127.0.0.1\tlocalhost\n127.0.1.1 debian.lan debian # old\n10.0.0.1 debian\n";
        let renamed = hosts_with(hosts, "debian", "kiosk-01");
        assert_eq!(renamed, "127.0.0.1\tlocalhost\n127.0.1.1\tkiosk-01.lan\tkiosk-01\t#\told\n10.0.0.1 debian\n");
        assert_eq!(hosts_with(&renamed, "kiosk-01", "kiosk-01"), renamed, "a second time changes nothing");
        assert_eq!(hosts_with("127.0.0.1 localhost\n", "localhost", "k"), "127.0.0.1 localhost\n127.0.1.1\tk\n");
        assert_eq!(hosts_with("", "", "k"), "127.0.1.1\tk\n");
    }
}
