//! The two languages that everything a person reads exists in.

use serde::{Deserialize, Serialize};

/// A language of the reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

impl Language {
    /// Both, in the order in which documents show them.
    pub const ALL: [Language; 2] = [Language::En, Language::Fr];

    /// The one of two texts that is in this language.
    pub fn pick<T>(self, english: T, french: T) -> T {
        match self {
            Language::En => english,
            Language::Fr => french,
        }
    }

    /// The tag of the language (BCP 47), as in `<html lang="fr">`.
    pub fn tag(self) -> &'static str {
        self.pick("en", "fr")
    }

    /// The language of a locale's name: `fr`, `fr_FR.UTF-8`, `fr-CA` are French, any other is English.
    pub fn of_locale(name: &str) -> Language {
        let primary = name.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("fr") { Language::Fr } else { Language::En }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_in_french_of_any_country_is_french() {
        for name in ["fr", "fr_FR.UTF-8", "fr-CA", "FR", "fr@euro"] {
            assert_eq!(Language::of_locale(name), Language::Fr, "{name}");
        }
        for name in ["", "C", "en_GB.UTF-8", "frr_DE", "C.UTF-8"] {
            assert_eq!(Language::of_locale(name), Language::En, "{name}");
        }
    }
}
