//! Files of a PC, and what their bytes are known by.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_octal() {
        assert_eq!(Mode::try_from("0755".to_owned()).map(|mode| mode.to_string()), Ok("755".to_owned()));
        assert_eq!(Mode::try_from("4755".to_owned()), Ok(Mode(0o4755)));
        for text in ["", "8", "899", "rwx", "+75", "00644", "64"] {
            assert!(Mode::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
