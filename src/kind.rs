//! What kind of device a host is, from its vendor and its names; the hints are data (`oui-data/kinds.toml`).

use std::fmt;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language::Language;
use crate::oui::fold::fold;

/// A kind of device; in records, its id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(u8);

/// What a kind was inferred from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The name of the vendor.
    Vendor(String),
    /// One of the host's names.
    Name(String),
}

/// How far an inference can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The vendor makes several kinds, this one most.
    Possible,
    /// The vendor makes hardly anything else, or the host is named for it.
    Likely,
}

/// A kind, how sure it is, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Inferred {
    /// The kind.
    #[schemars(with = "String")]
    pub kind: Kind,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// What it was inferred from.
    pub from: Evidence,
}

impl Inferred {
    /// The kind as a reader sees it, with "perhaps" before one that is only possible.
    pub fn say(&self, language: Language) -> String {
        let word = self.kind.word(language);
        match self.confidence {
            Confidence::Likely => word.to_owned(),
            Confidence::Possible => language.pick(format!("perhaps: {word}"), format!("peut-être : {word}")),
        }
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    english: String,
    french: String,
    vendors: Vec<String>,
    #[serde(default)]
    often: Vec<String>,
    names: Vec<String>,
}

/// The kinds in the order of the file, their patterns folded.
static KINDS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let written: Written = toml::from_str(include_str!("../oui-data/kinds.toml")).expect("the tests below read the same file");
    let mut kinds = written.kind;
    for kind in &mut kinds {
        for pattern in kind.vendors.iter_mut().chain(&mut kind.often).chain(&mut kind.names) {
            *pattern = fold(pattern);
        }
    }
    kinds
});

impl Kind {
    /// A kind that this edition does not know, from a record of another.
    pub const UNKNOWN: Kind = Kind(u8::MAX);

    /// Every kind, in the order of the data.
    pub fn all() -> impl Iterator<Item = Kind> {
        (0..KINDS.len()).map(|index| Kind(index as u8))
    }

    /// The kind of this id, where there is one.
    pub fn of_id(id: &str) -> Option<Kind> {
        KINDS.iter().position(|kind| kind.id == id).map(|index| Kind(index as u8))
    }

    fn entry(self) -> Option<&'static Entry> {
        KINDS.get(usize::from(self.0))
    }

    /// The id, as in `franking-machine`.
    pub fn id(self) -> &'static str {
        self.entry().map_or("unknown", |kind| &kind.id)
    }

    /// What a technician calls it.
    pub fn word(self, language: Language) -> &'static str {
        match self.entry() {
            Some(kind) => language.pick(&kind.english, &kind.french),
            None => language.pick("unknown kind", "type inconnu"),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        Ok(Kind::of_id(&String::deserialize(deserializer)?).unwrap_or(Kind::UNKNOWN))
    }
}

/// The kind of a host. A name says more than a vendor, a vendor of one kind more than one of several.
pub fn infer(vendor: Option<&str>, names: &[&str]) -> Option<Inferred> {
    by_name(names).or_else(|| by_vendor(vendor?))
}

fn by_name(names: &[&str]) -> Option<Inferred> {
    let found = names.iter().filter_map(|name| {
        let folded = fold(name);
        // A name with spaces is one that the device gives itself (mDNS): its dots are not those of a domain.
        let own = if folded.contains(' ') { &folded } else { folded.split('.').next().unwrap_or_default() };
        let words: Vec<&str> = own.split(|c: char| !c.is_alphanumeric()).collect();
        let (kind, length) = longest(|kind| &kind.names, |pattern| words.iter().any(|word| names_it(pattern, word)))?;
        Some((length, Inferred { kind, confidence: Confidence::Likely, from: Evidence::Name((*name).to_owned()) }))
    });
    // Of two names that say as much, the first.
    found.reduce(|best, other| if other.0 > best.0 { other } else { best }).map(|(_, inferred)| inferred)
}

fn by_vendor(vendor: &str) -> Option<Inferred> {
    let folded = fold(vendor);
    let words = word_starts(&folded);
    let starts_one = |pattern: &str| words.iter().any(|word| word.starts_with(pattern));
    let sure = longest(|kind| &kind.vendors, starts_one);
    let often = longest(|kind| &kind.often, starts_one);
    // `cisco meraki` says more than `cisco systems`, `samsung electro mechanics` more than `samsung`.
    let (kind, confidence) = match (sure, often) {
        (Some((kind, length)), often) if often.is_none_or(|(_, other)| length >= other) => (kind, Confidence::Likely),
        (_, often) => (often?.0, Confidence::Possible),
    };
    Some(Inferred { kind, confidence, from: Evidence::Vendor(vendor.to_owned()) })
}

/// The kind with the longest pattern that matches, the first of two as long; and the length in bytes.
fn longest(patterns: fn(&Entry) -> &Vec<String>, matches: impl Fn(&str) -> bool) -> Option<(Kind, usize)> {
    let mut best = None;
    for (kind, entry) in Kind::all().zip(KINDS.iter()) {
        for pattern in patterns(entry) {
            if best.is_none_or(|(_, length)| pattern.len() > length) && matches(pattern) {
                best = Some((kind, pattern.len()));
            }
        }
    }
    best
}

/// The text from the start of each of its words on.
fn word_starts(text: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if !before.is_alphanumeric() {
            starts.push(&text[at..]);
        }
        before = c;
    }
    starts
}

/// Whether the pattern is the word: as it is or with digits after it; `*` any ending, `#` six or more hexadecimal digits.
fn names_it(pattern: &str, word: &str) -> bool {
    if let Some(stem) = pattern.strip_suffix('*') {
        return word.starts_with(stem);
    }
    if let Some(stem) = pattern.strip_suffix('#') {
        return word.strip_prefix(stem).is_some_and(|end| end.len() >= 6 && end.bytes().all(|c| c.is_ascii_hexdigit()));
    }
    word.strip_prefix(pattern).is_some_and(|end| end.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn kind(vendor: Option<&str>, names: &[&str]) -> Option<(&'static str, Confidence)> {
        infer(vendor, names).map(|inferred| (inferred.kind.id(), inferred.confidence))
    }

    #[test]
    fn kinds_are_complete_in_both_languages_and_their_ids_unique() {
        let ids: HashSet<&str> = Kind::all().map(Kind::id).collect();
        assert_eq!(ids.len(), Kind::all().count());
        assert!(ids.len() < usize::from(u8::MAX));
        for kind in Kind::all() {
            assert!(kind.id().bytes().all(|c| c.is_ascii_lowercase() || c == b'-'), "{kind:?}");
            assert!(Language::ALL.iter().all(|&language| !kind.word(language).trim().is_empty()), "{kind:?}");
        }
        for english in ["router", "telephone", "printer"] {
            assert_ne!(Kind::of_id(english).map(|kind| kind.word(Language::Fr)), Some(english));
        }
    }

    #[test]
    fn every_vendor_pattern_is_in_the_registry() {
        let names = fold(concat!(include_str!(concat!(env!("OUT_DIR"), "/names.txt")), include_str!("../oui-data/local.toml")));
        let words = word_starts(&names);
        let unmet = |pattern: &&String| !words.iter().any(|word| word.starts_with(pattern.as_str()));
        let patterns = KINDS.iter().flat_map(|kind| kind.vendors.iter().chain(&kind.often));
        assert_eq!(patterns.filter(unmet).collect::<Vec<_>>(), Vec::<&String>::new());
    }

    #[test]
    fn no_pattern_stands_twice() {
        let mut seen = HashSet::new();
        for kind in KINDS.iter() {
            assert!(kind.vendors.iter().chain(&kind.often).all(|pattern| seen.insert(("vendor", pattern))), "{}", kind.id);
            assert!(kind.names.iter().all(|pattern| seen.insert(("name", pattern))), "{}", kind.id);
        }
    }

    #[test]
    fn a_vendor_of_one_kind_is_likely_and_one_of_several_possible() {
        assert_eq!(kind(Some("Neopost Technologies"), &[]), Some(("franking-machine", Confidence::Likely)));
        assert_eq!(kind(Some("Pitney Bowes, Inc"), &[]), Some(("franking-machine", Confidence::Likely)));
        assert_eq!(kind(Some("Cisco Meraki"), &[]), Some(("access-point", Confidence::Likely)));
        assert_eq!(kind(Some("Cisco Systems, Inc"), &[]), Some(("router", Confidence::Possible)));
        assert_eq!(kind(Some("Elitegroup Computer Systems Co.,Ltd."), &[]), Some(("nuc", Confidence::Possible)));
        assert_eq!(kind(Some("Raspberry Pi Foundation"), &[]), Some(("single-board-computer", Confidence::Likely)));
        assert_eq!(kind(Some("QEMU/KVM"), &[]), Some(("virtual-machine", Confidence::Likely)));
        assert_eq!(kind(Some("Framatome Inc."), &[]), None);
        assert_eq!(kind(None, &[]), None);
    }

    #[test]
    fn a_name_beats_a_vendor() {
        let inferred =
            infer(Some("Elitegroup Computer Systems Co.,Ltd."), &["10-77-0-9", "Affranchisseuse.vigne.lan"]).expect("a kind");
        assert_eq!(inferred.kind.word(Language::Fr), "machine à affranchir");
        assert_eq!(inferred.from, Evidence::Name("Affranchisseuse.vigne.lan".into()));
        assert_eq!(kind(Some("Intel Corporate"), &["SRV-DC01"]), Some(("server", Confidence::Likely)));
    }

    #[test]
    fn names_match_by_word_and_only_up_to_the_domain() {
        for (name, id) in [
            ("BRN30055C123456", Some("printer")),
            ("HP LaserJet 400 [0A1B2C]", Some("printer")),
            ("brno", None),
            ("sw01", Some("switch")),
            ("swan", None),
            ("pc.printer.lan", Some("pc")),
            ("Caméra-3", Some("camera")),
            ("SEP00AABBCCDDEE", Some("telephone")),
            ("iPhone-de-Luc", Some("smartphone")),
            ("", None),
        ] {
            assert_eq!(kind(None, &[name]).map(|(id, _)| id), id, "{name}");
        }
    }

    #[test]
    fn a_kind_of_another_edition_still_loads() {
        let kinds: Vec<Kind> = serde_json::from_str(r#"["printer","hologram"]"#).expect("both load");
        assert_eq!(kinds, [Kind::of_id("printer").expect("a kind"), Kind::UNKNOWN]);
        assert_eq!(kinds[1].word(Language::En), "unknown kind");
        assert_eq!(serde_json::to_string(&kinds).expect("writes"), r#"["printer","unknown"]"#);
    }
}
