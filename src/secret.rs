//! What may not be shown: a community, a password. It is written out nowhere: it has no `Serialize`, and `Debug` shows nothing of
//! it. Where it is no longer needed, its memory is overwritten.

use std::fmt;
use std::io::{self, Read};

use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

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

    /// Adds what is read to its end. Room for all of it keeps copies of it from staying behind.
    pub fn read_from(&mut self, mut from: impl Read) -> io::Result<()> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.0.capacity()));
        from.read_to_end(&mut bytes)?;
        let text = str::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        self.0.push_str(text);
        Ok(())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}
