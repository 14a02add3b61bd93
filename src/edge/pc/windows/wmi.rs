//! Questions to WMI, by COM: wmic is gone from Windows 11 24H2.

use std::collections::HashMap;

use ::wmi::{Variant, WMIConnection};

use crate::fault::{Fault, Result, Why};
use crate::prep::look::Row;

/// Rows of an answer: a PC has no more disks, products or volumes.
const ROWS: usize = 1000;

/// The rows that a question has in a namespace.
pub(super) fn rows(namespace: &str, question: &str) -> Result<Vec<Row>> {
    let answered = WMIConnection::with_namespace_path(namespace)
        .and_then(|connection| connection.raw_query::<HashMap<String, Variant>>(question));
    let rows = answered.map_err(|error| {
        let said = error.to_string();
        Fault::because(
            format!("WMI does not answer in {namespace}"),
            format!("WMI ne répond pas dans {namespace}"),
            Why::new(said.clone(), said),
        )
        .hint("run it as administrator", "lancez-le en administrateur")
    })?;
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
        assert!(rows("root\\trousse-nobody", "SELECT * FROM Win32_Tpm").is_err());
    }
}
