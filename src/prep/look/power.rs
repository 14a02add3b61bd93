//! When a PC sleeps: on mains and on its battery.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What feeds the PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The socket.
    Mains,
    /// Its battery.
    Battery,
}

/// What is set for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Seconds without anybody at the PC after which the screen goes dark; 0 is never.
    Screen,
    /// Likewise, after which it sleeps.
    Sleep,
    /// Likewise, after which it hibernates.
    Hibernate,
    /// What happens when the lid is closed: the number of a [`Lid`].
    Lid,
}

/// What happens when the lid is closed; numbered as Windows does (Power Policy Settings, `LIDACTION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lid {
    /// Nothing.
    Nothing,
    /// It sleeps.
    Sleep,
    /// It hibernates.
    Hibernate,
    /// It is shut down.
    ShutDown,
}

impl Lid {
    /// All of them, by their numbers.
    pub const ALL: [Lid; 4] = [Lid::Nothing, Lid::Sleep, Lid::Hibernate, Lid::ShutDown];
}
