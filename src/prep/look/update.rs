//! Updates that a system would give a PC.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An update that is not installed yet (Windows Update Agent API, IUpdate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What it is known by.
    pub id: String,
    /// What people read.
    pub title: String,
    /// The numbers of the articles about it, as in `5034441`.
    pub articles: Vec<String>,
    /// What it is for, by the identifiers of the categories, in lower case.
    pub categories: Vec<String>,
}

/// What an update is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// It mends a fault that is not one of security.
    Critical,
    /// It mends a fault of security.
    Security,
    /// What an antivirus knows.
    Definition,
    /// Several in one.
    Rollup,
    /// It mends something.
    Update,
    /// A driver.
    Driver,
    /// Something that was not there before.
    Feature,
    /// A program that mends something once.
    Tool,
    /// A later Windows.
    Upgrade,
}

impl Category {
    /// Its identifier (Microsoft, "Classification GUIDs" of Windows Update).
    pub fn id(self) -> &'static str {
        match self {
            Category::Critical => "e6cf1350-c01b-414d-a61f-263d14d133b4",
            Category::Security => "0fa1201d-4330-4fa8-8ae9-b877473b6441",
            Category::Definition => "e0789628-ce08-4437-be74-2495b842f43b",
            Category::Rollup => "28bc880e-0592-4cbf-8f95-c79b17911d5f",
            Category::Update => "cd5ffd1e-e932-4e3a-bf74-18bf0b1bbd83",
            Category::Driver => "ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0",
            Category::Feature => "b54e7d24-7add-428f-8b75-90a396fa584f",
            Category::Tool => "b4832bd8-e735-4761-8daf-37f882276dab",
            Category::Upgrade => "3689bdc8-b205-4af4-8d4a-a63924c5e9d5",
        }
    }
}
