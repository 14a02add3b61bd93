//! Secrets by their names, as a file tells them: `NAME = "value"`, a line each, in TOML. What is wrong with it is told without a
//! word of what stands there.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use crate::fault::Why;
use crate::secret::Secret;

/// Bytes of such a file: passwords and keys, no archive.
pub const LONGEST: u64 = 64 << 10;
/// More secrets than this are a mistake.
const MOST: usize = 256;

/// Secrets by their names.
pub type Secrets = BTreeMap<String, Secret>;

/// Why a text tells no secrets: the line, counted from 1, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong; it quotes nothing.
    pub why: Why,
}

/// Reads them.
pub fn parse(text: &str) -> Result<Secrets, Refusal> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let refused = |at: usize, english: &str, french: &str| Refusal { line: line(at), why: Why::new(english, french) };
    // What the parser says may quote what it has read.
    let table = DeTable::parse(text).map_err(|error| {
        refused(
            error.span().map_or(0, |span| span.start),
            "it is no line NAME = \"value\"",
            "ce n'est pas une ligne NOM = \"valeur\"",
        )
    })?;
    let mut secrets = Secrets::new();
    for (key, value) in table.into_inner() {
        let at = key.span().start;
        let name = key.into_inner();
        if !is_name(&name) {
            return Err(refused(
                at,
                "a name has letters, digits and _, as an environment variable",
                "un nom a des lettres, des chiffres et _, comme une variable d'environnement",
            ));
        }
        let DeValue::String(secret) = value.into_inner() else {
            return Err(refused(at, "its value is no text in quotes", "sa valeur n'est pas un texte entre guillemets"));
        };
        let secret = Secret::new(secret);
        if secret.reveal().is_empty() {
            return Err(refused(at, "its value is empty", "sa valeur est vide"));
        }
        if !is_one_line(&secret) {
            return Err(refused(at, "its value has more than one line", "sa valeur a plus d'une ligne"));
        }
        secrets.insert(name.into_owned(), secret);
        if secrets.len() > MOST {
            return Err(refused(
                at,
                "these are more secrets than any profile needs",
                "aucun profil n'a besoin d'autant de secrets",
            ));
        }
    }
    Ok(secrets)
}

/// The text that [`parse`] reads.
pub fn text(secrets: &Secrets) -> Secret {
    let lines = secrets.iter().map(|(name, secret)| format!("{name} = {}\n", toml_edit::Value::from(secret.reveal())));
    Secret::new(lines.collect::<String>())
}

/// Refuses more of them than [`parse`] takes.
pub fn check(secrets: &Secrets) -> Result<(), Why> {
    if secrets.len() > MOST {
        return Err(Why::new(format!("more than {MOST} secrets"), format!("plus de {MOST} secrets")));
    }
    match text(secrets).reveal().len() as u64 {
        0..=LONGEST => Ok(()),
        _ => Err(Why::new(format!("too long: more than {LONGEST} bytes"), format!("trop long : plus de {LONGEST} octets"))),
    }
}

/// Whether an environment variable may be called so.
pub fn is_name(name: &str) -> bool {
    let first = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    first && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// What goes to programs as a line of their input must be one.
pub fn is_one_line(secret: &Secret) -> bool {
    !secret.reveal().contains(['\n', '\r', '\0'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_and_values_are_read_and_written() {
        let secrets = parse("# those of the counter\nADMIN_PASSWORD = \"a \\\"b\\\" = c\"\nKEY = 'x'\n").expect("secrets");
        assert_eq!(secrets["ADMIN_PASSWORD"].reveal(), "a \"b\" = c");
        assert_eq!(parse(text(&secrets).reveal()).expect("secrets"), secrets);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_the_secret() {
        for (text, line) in [
            ("A = \"hunter2\"\nB = hunter2\n", 2),
            ("A = [\"hunter2\"]\n", 1),
            ("\nA = \"hunter2", 2),
            ("A B = \"hunter2\"", 1),
            ("\"a-b\" = \"hunter2\"", 1),
            ("A = \"\"", 1),
            ("A = \"hunter2\\nhunter2\"", 1),
            ("A = \"hunter2\"\nA = \"hunter2\"", 2),
            ("[hunter2]\nA = \"hunter2\"", 1),
        ] {
            let refusal = parse(text).expect_err(text);
            assert_eq!(refusal.line, line, "{text}");
            let (english, french) = (refusal.why.english, refusal.why.french);
            assert!(!english.contains("hunter2") && !french.contains("hunter2"), "{english}");
        }
    }

    proptest! {
        #[test]
        fn any_line_comes_back_as_it_was(value in "[^\\n\\r\\x00]{1,40}") {
            let secrets = Secrets::from([("A".to_owned(), Secret::new(value))]);
            prop_assert_eq!(parse(text(&secrets).reveal()), Ok(secrets));
        }
    }
}
