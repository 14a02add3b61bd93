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

/// A time of travel in milliseconds: two decimals below ten, one below a hundred.
pub fn travel(us: u32, language: Language) -> String {
    let ms = f64::from(us) / 1000.0;
    let decimals = if us < 10_000 { 2 } else { usize::from(us < 100_000) };
    format!("{} ms", format!("{ms:.decimals$}").replace('.', language.pick(".", ",")))
}

/// A length of time: `4.2 s`, `12 min 5 s`, `2 h 3 min`, `1 d 2 h`.
pub fn duration(ms: u64, language: Language) -> String {
    let seconds = ms / 1000;
    let two = |first: u64, one: &str, second: u64, other: &str| match second {
        0 => format!("{first} {one}"),
        _ => format!("{first} {one} {second} {other}"),
    };
    match seconds {
        0..60 => format!("{seconds}{}{} s", language.pick(".", ","), ms % 1000 / 100),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, language.pick("d", "j"), seconds % 86_400 / 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_follow_the_language() {
        assert_eq!(travel(420, Language::Fr), "0,42 ms");
        assert_eq!(travel(12_340, Language::En), "12.3 ms");
        assert_eq!(travel(812_000, Language::En), "812 ms");
        assert_eq!(duration(4_230, Language::Fr), "4,2 s");
        assert_eq!(duration(725_000, Language::En), "12 min 5 s");
        let said = [60_000, 7_200_000, 7_380_000, 93_600_000].map(|ms| duration(ms, Language::Fr));
        assert_eq!(said, ["1 min", "2 h", "2 h 3 min", "1 j 2 h"]);
    }

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
