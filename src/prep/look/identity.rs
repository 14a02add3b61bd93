//! Which PC it is, what runs on it, and what it is called.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}
