//! Of which day the registry in the executable is, and from which packages it was made (`oui-data/registry.toml`).

use std::sync::LazyLock;

use serde::Deserialize;

/// The registry's day and sources.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// The day of the newest source, as in `2026-08-26`.
    pub date: String,
    /// The packages that the registry was made from.
    pub source: Vec<Source>,
}

/// One package that the registry was made from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The package's name.
    pub package: String,
    /// Where packages of that name come from: `npm`, `Debian`.
    pub from: String,
    /// The package's version.
    pub version: String,
    /// The registries taken from it: `MA-L`, `MA-M`, `MA-S`, `IAB`.
    pub registries: Vec<String>,
}

/// The edition in the executable.
pub fn edition() -> &'static Edition {
    static EDITION: LazyLock<Edition> = LazyLock::new(|| {
        toml::from_str(include_str!("../../oui-data/registry.toml")).expect("the test below reads the same file")
    });
    &EDITION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_registries_have_a_source_and_a_day() {
        let registries: Vec<&str> = edition().source.iter().flat_map(|source| &source.registries).map(String::as_str).collect();
        assert_eq!(registries, ["MA-L", "MA-M", "MA-S", "IAB"]);
        assert!(edition().date.len() == 10 && edition().date.starts_with("20"), "{}", edition().date);
    }
}
