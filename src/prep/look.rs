//! A PC as steps see it: what can be read of it, and what can be done to it. What holds a [`Look`] cannot write, by type.

pub mod power;
pub mod registry;
pub mod service;
pub mod shortcut;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Result};
use crate::net::Mac;
use crate::secret::Secret;
use power::{Setting, Source};
use registry::{Data, Key};
use service::{Service, Start};
use shortcut::{Place, Shortcut};

/// Reads a PC.
pub trait Look {
    /// The system that runs on it.
    fn build(&self) -> Result<Build>;

    /// Which PC it is.
    fn identity(&self) -> Result<Identity>;

    /// Which start of the PC this is: another text after each restart.
    fn boot(&self) -> Result<String>;

    /// The system itself says that it must be restarted.
    fn restart_pending(&self) -> Result<bool>;

    /// The name of the PC.
    fn host_name(&self) -> Result<HostName>;

    /// Its network cards, in the order of their names: those that are in it, none that a program made up.
    fn cards(&self) -> Result<Vec<NetworkCard>> {
        Err(Fault::new("this system's network cards cannot be read", "les cartes réseau de ce système ne peuvent pas être lues"))
    }

    /// What stands at a path; `None` where nothing does. What is no plain file is a fault: no step replaces a link or a device.
    fn file(&self, path: &str) -> Result<Option<Seen>>;

    /// Whether a file is there and holds this text.
    fn file_holds(&self, path: &str, text: &str) -> Result<bool>;

    /// The version of a package that is wholly installed; `None` where it is not.
    fn package(&self, name: &str) -> Result<Option<String>>;

    /// A file beside the profile.
    fn payload(&self, name: &str) -> Result<Digest>;

    /// What a file beside the profile holds, where it is not longer than this.
    fn payload_bytes(&self, name: &str, most: u64) -> Result<Vec<u8>>;

    /// What the shell of POSIX has against lines, without running them; `None` where it reads them to the end.
    fn shell_objection(&self, _: &Contents) -> Result<Option<String>> {
        Err(has_no("shell of POSIX", "shell POSIX"))
    }

    /// What a package file (.deb, .msi) beside the profile says of itself.
    fn payload_package(&self, name: &str) -> Result<Package>;

    /// Refuses a file beside the profile that is no whole program for Windows.
    fn payload_program(&self, name: &str) -> Result<()>;

    /// The programs that the system lists as installed, where it keeps such a list beside that of its packages: Windows does.
    fn programs(&self) -> Result<Vec<Program>> {
        Err(lacks(self.build()?.system, "no list of installed programs", "pas de liste des programmes installés"))
    }

    /// The version that a program file tells of itself; `None` where it tells none.
    fn file_version(&self, _: &str) -> Result<Option<String>> {
        Err(lacks(self.build()?.system, "no versions in files", "pas de version dans les fichiers"))
    }

    /// A local account; `None` where there is none of this name.
    fn account(&self, login: &str) -> Result<Option<Account>>;

    /// Whether there is such a group.
    fn has_group(&self, name: &str) -> Result<bool>;

    /// Whether a file or a folder stands at a path.
    fn is_there(&self, path: &str) -> Result<bool>;

    /// What a small file holds, such as one of sysfs; `None` where there is none. One that is not small is a fault.
    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>>;

    /// The names of what lies in a folder, in their order; none where there is no such folder.
    fn folder(&self, path: &str) -> Result<Vec<String>>;

    /// The rows that a question in WQL has in a namespace of WMI.
    fn wmi(&self, _: &str, _: &str) -> Result<Vec<Row>> {
        Err(has_no("WMI", "WMI"))
    }

    /// When the PC sleeps, in the unit of the setting; `None` where it is something that a profile cannot say.
    fn power(&self, _: Source, _: Setting) -> Result<Option<u32>> {
        Err(has_no("settings of sleep that the kit knows", "réglages de veille que la trousse connaisse"))
    }

    /// Whether the PC may hibernate.
    fn may_hibernate(&self) -> Result<bool> {
        Err(has_no("settings of sleep that the kit knows", "réglages de veille que la trousse connaisse"))
    }

    /// A service by its short name; `None` where there is none.
    fn service(&self, _: &str) -> Result<Option<Service>> {
        Err(has_no("services that the kit knows", "services que la trousse connaisse"))
    }

    /// A value of the registry, by its name; `None` where it or its key is not there.
    fn registry_value(&self, _: &Key, _: &str) -> Result<Option<Data>> {
        Err(has_no("registry", "registre"))
    }

    /// The names of the keys right below a key; none where it is not there.
    fn registry_keys(&self, _: &Key) -> Result<Vec<String>> {
        Err(has_no("registry", "registre"))
    }

    /// A shortcut, by where it lies and what it is called; `None` where there is none.
    fn shortcut(&self, _: &Place, _: &str) -> Result<Option<Shortcut>> {
        Err(has_no("shortcuts of Windows", "raccourcis de Windows"))
    }

    /// Runs a command that only looks: that it does is the promise of whoever wrote the profile.
    fn ask(&self, command: &Command) -> Result<Ended>;
}

/// Changes a PC.
pub trait Act: Look {
    /// Writes a file whole or not at all, with its folders. Windows has no mode, and makes nothing of it.
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()>;

    /// Sets who may do what with a file.
    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()>;

    /// Installs a package file beside the profile: a package of the system by its installer, a program by running it. The arguments
    /// are those of the profile.
    fn install(&mut self, payload: &str, arguments: &[String], timeout_s: u32) -> Result<Ended>;

    /// Runs a command.
    fn run(&mut self, command: &Command) -> Result<Ended>;

    /// Makes a local account, with a home and without a password.
    fn add_account(&mut self, login: &str) -> Result<()>;

    /// Sets the name of a person on an account.
    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()>;

    /// Adds an account to a group.
    fn join_group(&mut self, login: &str, group: &str) -> Result<()>;

    /// Gives an account a password.
    fn set_password(&mut self, login: &str, password: &Secret) -> Result<()>;

    /// A secret by its name; `None` where nobody has given it.
    fn secret(&self, name: &str) -> Option<Secret>;

    /// Names the PC.
    fn set_host_name(&mut self, name: &str) -> Result<()>;

    /// Waits until all that was done is on the disk: what the journal calls done must outlive a power cut.
    fn settle(&mut self) -> Result<()>;

    /// Sets when the PC sleeps.
    fn set_power(&mut self, _: Source, _: Setting, _: u32) -> Result<()> {
        Err(has_no("settings of sleep that the kit knows", "réglages de veille que la trousse connaisse"))
    }

    /// Lets the PC hibernate, or forbids it.
    fn let_hibernate(&mut self, _: bool) -> Result<()> {
        Err(has_no("settings of sleep that the kit knows", "réglages de veille que la trousse connaisse"))
    }

    /// Sets when a service starts.
    fn set_service_start(&mut self, _: &str, _: Start) -> Result<()> {
        Err(has_no("services that the kit knows", "services que la trousse connaisse"))
    }

    /// Starts or stops a service, and waits until it has.
    fn set_service_running(&mut self, _: &str, _: bool, _: u32) -> Result<()> {
        Err(has_no("services that the kit knows", "services que la trousse connaisse"))
    }

    /// Sets a value of the registry, and makes its key where there is none.
    fn set_registry_value(&mut self, _: &Key, _: &str, _: &Data) -> Result<()> {
        Err(has_no("registry", "registre"))
    }

    /// Takes a value out of the registry.
    fn remove_registry_value(&mut self, _: &Key, _: &str) -> Result<()> {
        Err(has_no("registry", "registre"))
    }

    /// Writes a shortcut whole.
    fn set_shortcut(&mut self, _: &Place, _: &str, _: &Shortcut) -> Result<()> {
        Err(has_no("shortcuts of Windows", "raccourcis de Windows"))
    }

    /// Lets the PC go on with this run when it is started the next time.
    fn resume_at_start(&mut self) -> Result<()>;

    /// Takes that back.
    fn forget_resume(&mut self) -> Result<()>;

    /// Restarts the PC.
    fn restart(&mut self) -> Result<()>;

    /// Waits between two attempts.
    fn wait(&mut self, seconds: u32);
}

/// A row of an answer of WMI: what it holds that is not null, by the names of the properties; truths are `true` and `false`.
pub type Row = BTreeMap<String, String>;

/// What another system has and this one does not.
fn has_no(english: &str, french: &str) -> Fault {
    Fault::new(format!("this system has no {english}"), format!("ce système n'a pas de {french}"))
}

/// A system that has no such thing.
fn lacks(system: System, english: &str, french: &str) -> Fault {
    Fault::new(format!("{system} has {english}"), format!("{system} n'a {french}"))
}

/// A system that the kit prepares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            System::Linux => "Linux",
            System::Windows => "Windows",
        })
    }
}

/// The system that runs on a PC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Build {
    /// Which.
    pub system: System,
    /// As people call it: `Debian GNU/Linux 12 (bookworm)`.
    pub name: String,
    /// The distribution and those that it is made from (`ID` and `ID_LIKE` of os-release(5)).
    pub distributions: Vec<String>,
    /// Its version or build, where it has one.
    pub version: Option<String>,
}

/// Which PC it is. From SMBIOS (DMTF DSP0134, 7.2), where its maker has filled it in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// Who made it.
    pub maker: Option<String>,
    /// The model.
    pub product: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
    /// What the installed system calls this installation: machine-id(5).
    pub machine: Option<String>,
}

impl Identity {
    /// Whether it is the same PC: by its serial number where both have one, else by its installation.
    pub fn is(&self, other: &Identity) -> bool {
        match (&self.serial, &other.serial) {
            (Some(one), Some(two)) => one == two && self.product == other.product,
            _ => self.machine.is_some() && self.machine == other.machine,
        }
    }

    /// Maker and model.
    pub fn model(&self) -> Option<String> {
        let words: Vec<&str> = [&self.maker, &self.product].into_iter().flatten().map(String::as_str).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

/// A text of SMBIOS, or nothing where it is one of those that makers forget to fill in.
pub fn filled_in(text: &str) -> Option<String> {
    /// Seen on boards and virtual machines.
    const EMPTY: &[&str] = &[
        "",
        "0",
        "none",
        "n/a",
        "default string",
        "not specified",
        "not applicable",
        "system serial number",
        "system product name",
        "system manufacturer",
        "to be filled by o.e.m.",
        "o.e.m.",
        "oem",
        "unknown",
        "123456789",
        "0123456789",
        "empty",
    ];
    let text = text.trim();
    let same = text.chars().all(|c| c == '0') || text.chars().all(|c| c == '.') || text.chars().all(|c| c == 'X');
    (!same && !EMPTY.contains(&text.to_lowercase().as_str())).then(|| text.to_owned())
}

/// The name of a PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName {
    /// The one it has.
    pub now: String,
    /// The one it will have after its next start.
    pub next: String,
}

/// A network card of a PC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkCard {
    /// What the system calls it.
    pub name: String,
    /// Its hardware address.
    pub mac: Mac,
}

/// A file on the PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it holds.
    pub digest: Digest,
    /// Who may do what with it, where the system says it in this way.
    pub mode: Option<Mode>,
}

/// What bytes are known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub size: u64,
}

impl Digest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        use sha2::Digest as _;
        Digest { sha256: hexadecimal(&sha2::Sha256::digest(bytes)), size: bytes.len() as u64 }
    }
}

/// Bytes in lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Who may do what with a file, as chmod(1) writes it in octal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Mode(pub u32);

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03o}", self.0)
    }
}

impl From<Mode> for String {
    fn from(mode: Mode) -> String {
        mode.to_string()
    }
}

impl TryFrom<String> for Mode {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Mode, String> {
        let octal = (3..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let mode = u32::from_str_radix(&text, 8).ok().filter(|_| octal);
        mode.map(Mode).ok_or_else(|| format!("{text:?} is no mode: three or four octal digits, as in \"644\""))
    }
}

/// What is written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// A text.
    Text(String),
    /// What a file beside the profile holds.
    Payload(String),
}

/// What a package file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The code under which Windows lists its product, where it is one of Windows Installer.
    pub product_code: Option<String>,
}

/// A program as Windows lists it among the installed ones (Uninstall Registry Key, Win32 documentation).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Its key: the product code, or what its installer thought of.
    pub key: String,
    /// What people read there.
    pub name: String,
    /// Its version, where it tells one.
    pub version: Option<String>,
    /// Who made it, where it tells.
    pub publisher: Option<String>,
    /// The command that removes it, which may ask.
    pub uninstall: Option<String>,
    /// The command that removes it and asks nothing.
    pub quiet_uninstall: Option<String>,
}

/// A local account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The name of the person.
    pub full_name: String,
    /// The groups that it is in.
    pub groups: Vec<String>,
    /// It has a password.
    pub has_password: bool,
}

/// A command for the shell of the system: sh(1), or Windows PowerShell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its lines.
    pub lines: Contents,
    /// What its environment has beside the usual: the variables of the profile.
    pub variables: BTreeMap<String, String>,
    /// How long it may take.
    pub timeout_s: u32,
}

/// How a program ended, and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ended {
    /// How.
    pub how: How,
    /// The end of what it wrote.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By itself, with this exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
    /// It was ended, with all that it had started, after so many seconds.
    TookTooLong(u32),
}

impl Ended {
    /// The exit code 0, which proves nothing.
    pub fn well(&self) -> bool {
        self.how == How::Code(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_that_nobody_filled_in_is_none() {
        for text in ["", " ", "To Be Filled By O.E.M.", "00000000", "Default string", "System Serial Number\n", "XXXXXXXX"] {
            assert_eq!(filled_in(text), None, "{text:?}");
        }
        assert_eq!(filled_in(" G6PA1230045K \n").as_deref(), Some("G6PA1230045K"));
    }

    #[test]
    fn a_pc_is_known_by_its_serial_number_and_without_one_by_its_installation() {
        let pc = |serial: Option<&str>, machine: Option<&str>| Identity {
            serial: serial.map(str::to_owned),
            machine: machine.map(str::to_owned),
            ..Identity::default()
        };
        assert!(pc(Some("1"), Some("a")).is(&pc(Some("1"), Some("b"))), "installed anew");
        assert!(!pc(Some("1"), Some("a")).is(&pc(Some("2"), Some("a"))), "a clone");
        assert!(pc(None, Some("a")).is(&pc(None, Some("a"))));
        assert!(!pc(None, None).is(&pc(None, None)), "nothing tells");
    }

    #[test]
    fn a_mode_is_octal() {
        assert_eq!(Mode::try_from("0755".to_owned()).map(|mode| mode.to_string()), Ok("755".to_owned()));
        assert_eq!(Mode::try_from("4755".to_owned()), Ok(Mode(0o4755)));
        for text in ["", "8", "899", "rwx", "+75", "00644", "64"] {
            assert!(Mode::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
