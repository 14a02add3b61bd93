//! The registry of Windows: keys, and the values in them, as the system keeps them (Windows API, "Registry Value Types").

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::fault::Why;

/// Letters of one part of a key's path (Windows API, "Registry Element Size Limits").
const LONGEST_PART: usize = 255;
/// Letters of a value's name, likewise.
const LONGEST_NAME: usize = 16_383;
/// Parts of a key's path, likewise.
const DEEPEST: usize = 512;
/// Letters and bytes of a value that are kept, so that it can be put back; few are longer.
const KEPT: usize = 4096;

/// Where the keys of a system begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hive {
    /// `HKEY_LOCAL_MACHINE`: the PC.
    Machine,
    /// `HKEY_USERS`: the accounts that are logged in, by their SID.
    Users,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Key {
    /// Where it begins.
    pub hive: Hive,
    /// Its path below that.
    pub path: String,
}

impl Key {
    /// A key of the PC.
    pub fn machine(path: impl Into<String>) -> Key {
        Key { hive: Hive::Machine, path: path.into() }
    }

    /// A key below this one.
    pub fn below(&self, name: &str) -> Key {
        Key { hive: self.hive, path: format!("{}\\{name}", self.path) }
    }

    /// The same for every way of writing it: Windows does not tell upper from lower case.
    pub fn folded(&self) -> Key {
        Key { hive: self.hive, path: self.path.to_lowercase() }
    }

    /// Reads one, as in `HKLM\SOFTWARE\Policies`.
    ///
    /// # Errors
    /// It is not a key, or not one that is the same whoever runs the kit.
    pub fn parse(text: &str) -> Result<Key, Why> {
        let (root, path) = text.split_once('\\').unwrap_or((text, ""));
        let hive = match root.to_ascii_uppercase().as_str() {
            "HKLM" | "HKEY_LOCAL_MACHINE" => Hive::Machine,
            "HKU" | "HKEY_USERS" => Hive::Users,
            "HKCU" | "HKEY_CURRENT_USER" => {
                return Err(Why::new(
                    format!(
                        "{text:?} belongs to the account that runs the kit (after a restart SYSTEM), never to the customer's: take a \
                         policy below HKLM, or HKU with the account's SID"
                    ),
                    format!(
                        "{text:?} appartient au compte qui lance la trousse (SYSTEM après un redémarrage), jamais à celui du client : \
                         prenez une stratégie sous HKLM, ou HKU avec le SID du compte"
                    ),
                ));
            }
            "HKCR" | "HKEY_CLASSES_ROOT" => {
                return Err(Why::new(
                    format!("{text:?} is a view of two keys: take HKLM\\SOFTWARE\\Classes"),
                    format!("{text:?} est une vue de deux clés : prenez HKLM\\SOFTWARE\\Classes"),
                ));
            }
            _ => return Err(no_key(text)),
        };
        let parts: Vec<&str> = path.split('\\').collect();
        let sound =
            |part: &&str| !part.is_empty() && part.encode_utf16().count() <= LONGEST_PART && !part.contains(char::is_control);
        if parts.len() > DEEPEST || !parts.iter().all(sound) {
            return Err(no_key(text));
        }
        Ok(Key { hive, path: path.to_owned() })
    }
}

fn no_key(text: &str) -> Why {
    Why::new(
        format!("{text:?} is no key of the registry, as in 'HKLM\\SOFTWARE\\Policies'"),
        format!("{text:?} n'est pas une clé du registre, comme 'HKLM\\SOFTWARE\\Policies'"),
    )
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Key, String> {
        Key::parse(&text).map_err(|why| why.english)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> String {
        key.to_string()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let root = match self.hive {
            Hive::Machine => "HKLM",
            Hive::Users => "HKU",
        };
        write!(f, "{root}\\{}", self.path)
    }
}

/// Whether a value may be called so; the nameless one is the default of its key.
pub fn is_name(name: &str) -> bool {
    name.encode_utf16().count() <= LONGEST_NAME && !name.contains(char::is_control)
}

/// What a value holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// `REG_SZ`.
    String(String),
    /// `REG_EXPAND_SZ`: `%names%` stand for variables of the environment.
    Expand(String),
    /// `REG_DWORD`.
    Dword(u32),
    /// `REG_QWORD`.
    Qword(u64),
    /// `REG_MULTI_SZ`.
    Multi(Vec<String>),
    /// `REG_BINARY`.
    Binary(Vec<u8>),
    /// Any other type, or bytes that are none of what their type says.
    Other(u32, Vec<u8>),
}

/// The numbers of the types (winnt.h).
mod kind {
    pub(super) const SZ: u32 = 1;
    pub(super) const EXPAND_SZ: u32 = 2;
    pub(super) const BINARY: u32 = 3;
    pub(super) const DWORD: u32 = 4;
    pub(super) const MULTI_SZ: u32 = 7;
    pub(super) const QWORD: u32 = 11;
}

impl Data {
    /// What the system keeps: the number of a type, and bytes.
    pub fn of_raw(kind: u32, bytes: &[u8]) -> Data {
        let other = || Data::Other(kind, bytes.to_vec());
        match kind {
            kind::SZ => text(bytes).map_or_else(other, Data::String),
            kind::EXPAND_SZ => text(bytes).map_or_else(other, Data::Expand),
            kind::DWORD => bytes.try_into().map_or_else(|_| other(), |bytes| Data::Dword(u32::from_le_bytes(bytes))),
            kind::QWORD => bytes.try_into().map_or_else(|_| other(), |bytes| Data::Qword(u64::from_le_bytes(bytes))),
            kind::MULTI_SZ => units(bytes).map_or_else(other, |units| {
                // A text ends at a zero, and the list at an empty text; some writers leave the last zeros out.
                let texts = units.split(|&unit| unit == 0).take_while(|text| !text.is_empty());
                Data::Multi(texts.map(String::from_utf16_lossy).collect())
            }),
            kind::BINARY => Data::Binary(bytes.to_vec()),
            _ => other(),
        }
    }

    /// What the system is to keep.
    pub fn raw(&self) -> (u32, Vec<u8>) {
        let zero_ended = |text: &str| text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        match self {
            Data::String(text) => (kind::SZ, zero_ended(text)),
            Data::Expand(text) => (kind::EXPAND_SZ, zero_ended(text)),
            Data::Dword(number) => (kind::DWORD, number.to_le_bytes().to_vec()),
            Data::Qword(number) => (kind::QWORD, number.to_le_bytes().to_vec()),
            Data::Multi(texts) => {
                let texts = texts.iter().flat_map(|text| zero_ended(text));
                (kind::MULTI_SZ, texts.chain([0, 0]).collect())
            }
            Data::Binary(bytes) => (kind::BINARY, bytes.clone()),
            Data::Other(kind, bytes) => (*kind, bytes.clone()),
        }
    }

    /// Its text, where it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Data::String(text) | Data::Expand(text) => Some(text),
            _ => None,
        }
    }

    /// Its number, where it is one.
    pub fn as_number(&self) -> Option<u64> {
        match self {
            Data::Dword(number) => Some((*number).into()),
            Data::Qword(number) => Some(*number),
            _ => None,
        }
    }
}

fn units(bytes: &[u8]) -> Option<Vec<u16>> {
    let whole = bytes.len().is_multiple_of(2);
    whole.then(|| bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect())
}

/// A text up to its zero, which some writers leave out.
fn text(bytes: &[u8]) -> Option<String> {
    let units = units(bytes)?;
    let end = units.iter().position(|&unit| unit == 0).unwrap_or(units.len());
    Some(String::from_utf16_lossy(&units[..end]))
}

impl fmt::Display for Data {
    /// As a change keeps it: the type, and what it holds, cut where it is too long to be kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cut = |text: &str| match text.char_indices().nth(KEPT) {
            Some((at, _)) => format!("\"{}…\"", &text[..at]),
            None => format!("\"{text}\""),
        };
        let bytes = |bytes: &[u8]| {
            let shown: Vec<String> = bytes.iter().take(KEPT / 3).map(|byte| format!("{byte:02x}")).collect();
            format!("{}{}", shown.join(" "), if bytes.len() > shown.len() { " …" } else { "" })
        };
        match self {
            Data::String(text) => f.write_str(&cut(text)),
            Data::Expand(text) => write!(f, "expand {}", cut(text)),
            Data::Dword(number) => write!(f, "dword {number}"),
            Data::Qword(number) => write!(f, "qword {number}"),
            Data::Multi(texts) => write!(f, "multi {}", cut(&texts.join(", "))),
            Data::Binary(all) => write!(f, "binary {}", bytes(all)),
            Data::Other(kind, all) => write!(f, "type {kind} {}", bytes(all)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_key_is_one_of_the_pc_or_of_an_account() {
        let parsed = |text: &str| Key::parse(text).map(|key| key.to_string()).map_err(|why| why.english);
        for text in ["HKLM\\SOFTWARE\\Policies", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies", "hklm\\SOFTWARE\\Policies"] {
            assert_eq!(parsed(text).as_deref(), Ok("HKLM\\SOFTWARE\\Policies"));
        }
        assert!(parsed("HKU\\S-1-5-18\\Environment").is_ok());
        for text in ["", "HKLM", "HKLM\\", "HKLM\\a\\\\b", "HKLM\\a\\", "HKCC\\a", "HKLM/a", "HKLM\\a\nb", "C:\\x"] {
            assert!(parsed(text).is_err_and(|why| why.contains("no key of the registry")), "{text:?}");
        }
        assert!(parsed(&format!("HKLM\\{}", "x".repeat(256))).is_err());
        assert!(parsed("HKCU\\Software").is_err_and(|why| why.contains("below HKLM")));
        assert!(parsed("HKCR\\.txt").is_err_and(|why| why.contains("SOFTWARE\\Classes")));
    }

    #[test]
    fn what_other_writers_leave_out_changes_nothing() {
        let units = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(Data::of_raw(1, &units("a")), Data::String("a".into()), "no zero");
        assert_eq!(Data::of_raw(1, &units("a\0\0b")), Data::String("a".into()), "more after the zero");
        assert_eq!(Data::of_raw(7, &units("a\0b")), Data::Multi(vec!["a".into(), "b".into()]), "no zeros");
        assert_eq!(Data::of_raw(7, &[]), Data::Multi(Vec::new()));
        assert_eq!(Data::of_raw(4, &[1, 2]), Data::Other(4, vec![1, 2]), "a number of two bytes");
        assert_eq!(Data::of_raw(1, &[65]), Data::Other(1, vec![65]), "half a letter");
    }

    #[test]
    fn what_is_too_long_to_be_kept_is_cut() {
        assert_eq!(Data::Dword(1).to_string(), "dword 1");
        assert_eq!(Data::Binary(vec![0, 255]).to_string(), "binary 00 ff");
        assert_eq!(Data::String("é".repeat(500)).to_string().chars().count(), 502);
        assert!(Data::String("é".repeat(5000)).to_string().chars().count() < 4100);
        assert!(Data::Other(9, vec![7; 5000]).to_string().chars().count() < 4110);
    }

    fn data() -> impl Strategy<Value = Data> {
        let text = "[a-zé %\\\\]{0,12}";
        prop_oneof![
            text.prop_map(Data::String),
            text.prop_map(Data::Expand),
            any::<u32>().prop_map(Data::Dword),
            any::<u64>().prop_map(Data::Qword),
            proptest::collection::vec("[a-zé]{1,8}", 0..4).prop_map(Data::Multi),
            proptest::collection::vec(any::<u8>(), 0..9).prop_map(Data::Binary),
        ]
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back_as_it_was(data in data()) {
            let (kind, bytes) = data.raw();
            prop_assert_eq!(Data::of_raw(kind, &bytes), data);
        }

        #[test]
        fn any_bytes_of_any_type_are_read_and_shown(kind in 0u32..14, bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(!Data::of_raw(kind, &bytes).to_string().is_empty());
        }
    }
}
