//! Questions to WMI, by COM: wmic is gone from Windows 11 24H2.

use std::collections::HashMap;

use ::wmi::{AuthLevel, Variant, WMIConnection, WMIError, WMIResult};

use super::deadline::within;
use crate::fault::{Fault, Result, Why};
use crate::prep::look::Row;

/// Rows of an answer: a PC has no more disks, products or volumes.
const ROWS: usize = 1000;
/// Seconds that an answer may take: a provider starts with the first question, and some ask a device.
const ANSWER_S: u32 = 120;
/// Who may not ask (winerror.h, E_ACCESSDENIED; wbemcli.h, WBEM_E_ACCESS_DENIED).
const DENIED: [i32; 2] = [0x8007_0005_u32.cast_signed(), 0x8004_1003_u32.cast_signed()];

/// The rows that a question has in a namespace.
pub(super) fn rows(namespace: &str, question: &str) -> Result<Vec<Row>> {
    let (there, asked) = (namespace.to_owned(), question.to_owned());
    let failed = |why: Why| {
        Fault::because(format!("WMI does not answer in {namespace}"), format!("WMI ne répond pas dans {namespace}"), why)
    };
    let answered = within(ANSWER_S, move || told(&there, &asked)).ok_or_else(|| {
        failed(Why::new(format!("nothing came within {ANSWER_S} s"), format!("rien n'est venu en {ANSWER_S} s")))
    })?;
    answered.map_err(|error| match error {
        WMIError::HResultError { hres } if DENIED.contains(&hres) => super::as_whom(failed(why(hres))),
        WMIError::HResultError { hres } => failed(why(hres)),
        _ => failed(Why::new("its answer cannot be read", "sa réponse est illisible")),
    })
}

/// What an answer means (wbemcli.h), by its number where it is none of the usual ones.
fn why(code: i32) -> Why {
    let number = u32::from_ne_bytes(code.to_ne_bytes());
    match number {
        _ if DENIED.contains(&code) => {
            Why::new(format!("access denied (0x{number:08x})"), format!("accès refusé (0x{number:08x})"))
        }
        // WBEM_E_INVALID_NAMESPACE, WBEM_E_INVALID_CLASS.
        0x8004_100e | 0x8004_1010 => {
            Why::new(format!("this Windows does not have it (0x{number:08x})"), format!("ce Windows ne l'a pas (0x{number:08x})"))
        }
        _ => Why::new(format!("error 0x{number:08x}"), format!("erreur 0x{number:08x}")),
    }
}

/// The question itself. What is encrypted is told to those alone who ask for an encrypted answer (Win32_EncryptableVolume).
fn told(namespace: &str, question: &str) -> WMIResult<Vec<Row>> {
    let connection = WMIConnection::with_namespace_path(namespace)?;
    connection.set_proxy_blanket(AuthLevel::PktPrivacy)?;
    let rows = connection.raw_query::<HashMap<String, Variant>>(question)?;
    let row = |row: HashMap<String, Variant>| row.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect();
    Ok(rows.into_iter().take(ROWS).map(row).collect())
}

/// A value as a text; nothing where it is null, or no single one.
fn text(value: Variant) -> Option<String> {
    Some(match value {
        Variant::String(text) => text,
        Variant::Bool(truth) => truth.to_string(),
        Variant::I1(number) => number.to_string(),
        Variant::I2(number) => number.to_string(),
        Variant::I4(number) => number.to_string(),
        Variant::I8(number) => number.to_string(),
        Variant::UI1(number) => number.to_string(),
        Variant::UI2(number) => number.to_string(),
        Variant::UI4(number) => number.to_string(),
        Variant::UI8(number) => number.to_string(),
        Variant::R4(number) => number.to_string(),
        Variant::R8(number) => number.to_string(),
        Variant::Empty | Variant::Null | Variant::Array(_) | Variant::Unknown(_) | Variant::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_text_or_nothing() {
        assert_eq!(text(Variant::Bool(true)).as_deref(), Some("true"));
        assert_eq!(text(Variant::UI4(397_568)).as_deref(), Some("397568"));
        assert_eq!(text(Variant::Null), None);
    }

    #[test]
    fn a_namespace_that_is_not_there_is_a_fault() {
        let fault = rows("root\\trousse-nobody", "SELECT * FROM Win32_Tpm").expect_err("it is not there");
        assert!(!format!("{fault:?}").contains("administrator"), "an administrator would not find it either: {fault:?}");
    }

    #[test]
    fn what_is_not_there_is_told_in_the_words_of_whoever_asks() {
        assert_eq!(why(0x8004_100e_u32.cast_signed()).french, "ce Windows ne l'a pas (0x8004100e)");
        assert_eq!(why(0x8004_1003_u32.cast_signed()).french, "accès refusé (0x80041003)");
        assert_eq!(why(0x8004_1001_u32.cast_signed()).english, "error 0x80041001");
    }

    #[test]
    fn a_question_is_answered_at_the_level_that_encryption_asks_for() {
        let rows = rows("root\\cimv2", "SELECT Caption FROM Win32_OperatingSystem").expect("wine answers too");
        assert!(rows.iter().any(|row| row.contains_key("Caption")), "{rows:?}");
    }
}
