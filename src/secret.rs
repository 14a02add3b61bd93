//! What may not be shown: a community, a password. It is written out nowhere: it has no `Serialize`, and `Debug` shows nothing of
//! it.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// A text that only who sends it may read.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text, for the protocol that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}
