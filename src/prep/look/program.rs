//! Programs: as packages, as Windows lists them, as they are run and end.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Contents;
use crate::secret::Secret;

/// What a package file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The code under which Windows lists its product, where it is one of Windows Installer.
    pub product_code: Option<String>,
    /// The code that all versions of the product share, where it is one of Windows Installer and has one.
    pub upgrade_code: Option<String>,
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

/// A command for the shell of the system: sh(1), or Windows PowerShell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its lines.
    pub lines: Contents,
    /// What its environment has beside the usual: the variables of the profile.
    pub variables: BTreeMap<String, String>,
    /// What it is handed on its standard input, and nobody else.
    pub input: Option<Secret>,
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
