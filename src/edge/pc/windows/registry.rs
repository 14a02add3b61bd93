//! What the registry holds, in the halves of programs of 64 and of 32 bits.

use std::io;

use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_32KEY, KEY_WOW64_64KEY};

use crate::fault::{Fault, Result};

/// The halves of the registry (Registry Redirector, Win32 documentation): a program of 32 bits writes into the second.
pub(super) const HALVES: [u32; 2] = [KEY_WOW64_64KEY, KEY_WOW64_32KEY];

/// A fault about a key of this PC.
pub(super) fn about(key: &str, error: &io::Error) -> Fault {
    Fault::because(format!("cannot use the registry key HKLM\\{key}"), format!("clé de registre HKLM\\{key} inutilisable"), error)
}

/// A key of this PC, in the half of programs of 64 bits; `None` where it is not there.
pub(super) fn key(path: &str) -> Result<Option<RegKey>> {
    key_of(path, KEY_WOW64_64KEY)
}

/// A key of this PC in one half.
pub(super) fn key_of(path: &str, half: u32) -> Result<Option<RegKey>> {
    let opened = RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey_with_flags(path, KEY_READ | half);
    there(path, opened)
}

/// What was found, `None` where it is not there.
fn there<T>(path: &str, found: io::Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(about(path, &error)),
    }
}

/// The text of a value of this PC; `None` where it is not there, or empty.
pub(super) fn text(path: &str, value: &str) -> Result<Option<String>> {
    let Some(key) = key(path)? else { return Ok(None) };
    Ok(there(path, key.get_value::<String, _>(value))?.filter(|text| !text.is_empty()))
}

/// The number of a value of this PC.
pub(super) fn number(path: &str, value: &str) -> Result<Option<u32>> {
    let Some(key) = key(path)? else { return Ok(None) };
    there(path, key.get_value::<u32, _>(value))
}

/// Whether a key of this PC has a value with anything in it.
pub(super) fn holds_anything(path: &str, value: &str) -> Result<bool> {
    let Some(key) = key(path)? else { return Ok(false) };
    let found = there(path, key.get_raw_value(value))?;
    Ok(found.is_some_and(|found| found.bytes.iter().any(|&byte| byte != 0)))
}

/// When a key was written the last time, in units of 100 ns since 1601.
pub(super) fn written(path: &str) -> Result<Option<u64>> {
    let Some(key) = key(path)? else { return Ok(None) };
    let known = key.query_info().map_err(|error| about(path, &error))?;
    let at = &known.last_write_time;
    Ok(Some(u64::from(at.dwHighDateTime) << 32 | u64::from(at.dwLowDateTime)))
}
