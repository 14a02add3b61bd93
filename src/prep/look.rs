//! A PC as steps see it: what can be read of it, and what can be done to it. What holds a [`Look`] cannot write, by type.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Result;
use crate::secret::Secret;

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

    /// What stands at a path; `None` where nothing does. What is no plain file is a fault: no step replaces a link or a device.
    fn file(&self, path: &str) -> Result<Option<Seen>>;

    /// Whether a file is there and holds this text.
    fn file_holds(&self, path: &str, text: &str) -> Result<bool>;

    /// The version of a package that is wholly installed; `None` where it is not.
    fn package(&self, name: &str) -> Result<Option<String>>;

    /// A file beside the profile.
    fn payload(&self, name: &str) -> Result<Digest>;

    /// What a package file beside the profile says of itself.
    fn payload_package(&self, name: &str) -> Result<Package>;

    /// A local account; `None` where there is none of this name.
    fn account(&self, login: &str) -> Result<Option<Account>>;

    /// Whether there is such a group.
    fn has_group(&self, name: &str) -> Result<bool>;

    /// Runs a command that only looks: that it does is the promise of whoever wrote the profile.
    fn ask(&self, command: &Command) -> Result<Ended>;
}

/// Changes a PC.
pub trait Act: Look {
    /// Writes a file whole or not at all, with its folders.
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()>;

    /// Sets who may do what with a file.
    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()>;

    /// Runs the system's installer on a package file beside the profile.
    fn install(&mut self, payload: &str, timeout_s: u32) -> Result<Ended>;

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

    /// Lets the PC go on with this run when it is started the next time.
    fn resume_at_start(&mut self) -> Result<()>;

    /// Takes that back.
    fn forget_resume(&mut self) -> Result<()>;

    /// Restarts the PC.
    fn restart(&mut self) -> Result<()>;

    /// Waits between two attempts.
    fn wait(&mut self, seconds: u32);
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

/// A file on the PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it holds.
    pub digest: Digest,
    /// Who may do what with it.
    pub mode: Mode,
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

/// A command for the shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Lines of shell.
    pub text: String,
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
