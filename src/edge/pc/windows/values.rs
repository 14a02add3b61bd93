//! Values of the registry of any type, as steps set them: in the half of programs of 64 bits, as they stand there.

use std::io;

use winreg::RegKey;
use winreg::RegValue;
use winreg::enums::{self, HKEY_LOCAL_MACHINE, HKEY_USERS, KEY_READ, KEY_SET_VALUE, KEY_WOW64_64KEY, RegType};

use crate::fault::{Fault, Result, Why};
use crate::prep::look::registry::{Data, Hive, Key};

/// The types by their numbers (winnt.h).
const TYPES: [RegType; 12] = [
    enums::REG_NONE,
    enums::REG_SZ,
    enums::REG_EXPAND_SZ,
    enums::REG_BINARY,
    enums::REG_DWORD,
    enums::REG_DWORD_BIG_ENDIAN,
    enums::REG_LINK,
    enums::REG_MULTI_SZ,
    enums::REG_RESOURCE_LIST,
    enums::REG_FULL_RESOURCE_DESCRIPTOR,
    enums::REG_RESOURCE_REQUIREMENTS_LIST,
    enums::REG_QWORD,
];

fn about(key: &Key, error: &io::Error) -> Fault {
    let fault = Fault::because(
        format!("cannot use the registry key {key}"),
        format!("clé de registre {key} inutilisable"),
        Why::from(error),
    );
    match error.kind() {
        io::ErrorKind::PermissionDenied => super::as_whom(fault),
        _ => fault,
    }
}

fn root(key: &Key) -> RegKey {
    RegKey::predef(match key.hive {
        Hive::Machine => HKEY_LOCAL_MACHINE,
        Hive::Users => HKEY_USERS,
    })
}

/// What was found; `None` where it is not there.
fn there<T>(key: &Key, found: io::Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(about(key, &error)),
    }
}

/// Refuses a key of an account whose part of the registry Windows has not loaded: what stands there is in a file (NTUSER.DAT) that
/// nobody reads now, and says neither that a value is there nor that it is not.
fn is_loaded(key: &Key) -> Result<()> {
    let account = key.path.split('\\').next().unwrap_or_default();
    if key.hive != Hive::Users || account.is_empty() || there(key, root(key).open_subkey_with_flags(account, KEY_READ))?.is_some()
    {
        return Ok(());
    }
    Err(Fault::new(
        format!("the registry of the account {account} is not loaded: it is not logged in"),
        format!("le registre du compte {account} n'est pas chargé : il n'est pas connecté"),
    )
    .hint("log in with that account, then run trousse again", "ouvrez une session avec ce compte, puis relancez trousse"))
}

fn open(key: &Key) -> Result<Option<RegKey>> {
    is_loaded(key)?;
    there(key, root(key).open_subkey_with_flags(&key.path, KEY_READ | KEY_WOW64_64KEY))
}

/// A value, by its name.
pub(super) fn value(key: &Key, name: &str) -> Result<Option<Data>> {
    let Some(opened) = open(key)? else { return Ok(None) };
    let found = there(key, opened.get_raw_value(name))?;
    Ok(found.map(|found| Data::of_raw(found.vtype as u32, &found.bytes)))
}

/// The names of the keys right below a key.
pub(super) fn keys(key: &Key) -> Result<Vec<String>> {
    let Some(opened) = open(key)? else { return Ok(Vec::new()) };
    opened.enum_keys().collect::<io::Result<Vec<String>>>().map_err(|error| about(key, &error))
}

/// Sets a value, and makes its key.
pub(super) fn set(key: &Key, name: &str, data: &Data) -> Result<()> {
    let (kind, bytes) = data.raw();
    let Some(vtype) = TYPES.get(kind as usize).cloned() else {
        return Err(Fault::new(format!("the registry has no type {kind}"), format!("le registre n'a pas de type {kind}")));
    };
    is_loaded(key)?;
    let made = root(key).create_subkey_with_flags(&key.path, KEY_SET_VALUE | KEY_WOW64_64KEY);
    let set = made.and_then(|(made, _)| made.set_raw_value(name, &RegValue { bytes: bytes.into(), vtype }));
    set.map_err(|error| about(key, &error))
}

/// Takes a value out.
pub(super) fn remove(key: &Key, name: &str) -> Result<()> {
    is_loaded(key)?;
    let opened = there(key, root(key).open_subkey_with_flags(&key.path, KEY_SET_VALUE | KEY_WOW64_64KEY))?;
    let Some(opened) = opened else { return Ok(()) };
    there(key, opened.delete_value(name)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_account_that_is_not_logged_in_nothing_is_told() {
        let of = |account: &str| Key { hive: Hive::Users, path: format!("{account}\\Software\\trousse-test") };
        assert_eq!(value(&of(".DEFAULT"), "a").expect("it is always there"), None);
        let nobody = of("S-1-5-21-1-2-3-1999");
        let said = value(&nobody, "a").expect_err("nobody can tell").to_string();
        assert!(said.contains("S-1-5-21-1-2-3-1999") && keys(&nobody).is_err(), "{said}");
        assert!(set(&nobody, "a", &Data::Dword(1)).is_err() && remove(&nobody, "a").is_err());
    }

    #[test]
    fn a_value_of_every_type_comes_back_as_it_was_set() {
        let key = Key::machine(format!("SOFTWARE\\trousse-test-{}", std::process::id()));
        assert_eq!(value(&key, "a").expect("a look"), None);
        assert_eq!(keys(&key).expect("a look"), Vec::<String>::new());
        for data in [
            Data::String("é".into()),
            Data::Expand("%TEMP%\\x".into()),
            Data::Dword(u32::MAX),
            Data::Qword(u64::MAX),
            Data::Multi(vec!["one".into(), "two".into()]),
            Data::Binary(vec![0, 1, 255]),
        ] {
            set(&key, "a", &data).expect("set");
            assert_eq!(value(&key, "A").expect("a look"), Some(data));
        }
        set(&key.below("below"), "", &Data::String("default".into())).expect("set");
        assert_eq!(keys(&key).expect("a look"), ["below"]);
        remove(&key, "a").expect("removed");
        remove(&key, "a").expect("nothing is left to remove");
        assert_eq!(value(&key, "a").expect("a look"), None);
        root(&key).delete_subkey_all(&key.path).expect("tidied up");
    }
}
