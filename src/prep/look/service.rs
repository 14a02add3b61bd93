//! Services: what runs without anybody being logged in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A service that is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    /// When it starts.
    pub start: Start,
    /// It runs now.
    pub runs: bool,
}

/// When a service starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// With the PC, or a while after it.
    Automatic,
    /// When something asks for it.
    Manual,
    /// Never, whoever asks.
    Disabled,
}

impl Start {
    /// What profiles call it.
    pub fn word(self) -> &'static str {
        match self {
            Start::Automatic => "automatic",
            Start::Manual => "manual",
            Start::Disabled => "disabled",
        }
    }
}
