//! The profiles that come with the kit: each is read without a word that is unknown, and planned on a PC that is none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::engine;
use super::fake::Fake;
use super::look::System;
use super::outcome::Outcome;
use super::past::Past;
use super::profile::Profile;

/// The profiles of the kit.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    files
}

/// A value for each variable that must be given.
fn given(text: &str) -> BTreeMap<String, String> {
    let table: toml::Table = text.parse().expect("TOML");
    let variables = table.get("variables").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let empty = variables.into_iter().filter(|(_, value)| value.as_str() == Some(""));
    empty.map(|(name, _)| (name, "ACME".to_owned())).collect()
}

#[test]
fn every_profile_that_comes_with_the_kit_is_sound_and_can_be_planned() {
    let mut planned = 0;
    for file in files() {
        let text = fs::read_to_string(&file).expect("a profile");
        let profile = Profile::parse(&text, &given(&text)).unwrap_or_else(|refusal| panic!("{}: {refusal:?}", file.display()));
        let system = if text.contains("\nsystem = \"windows\"\n") { System::Windows } else { System::Linux };
        let payload = |name: &str| (name.to_owned(), b"product NAME 1.0 {0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11}".to_vec());
        let payloads = profile.payloads().map(payload).collect();
        let pc = Fake { system, payloads, groups: vec!["administrators".into(), "sudo".into()], ..Fake::default() };
        engine::inspect(&profile, &pc).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        let looked = engine::look(&profile, &pc, &Past::default()).expect("a look");
        assert_eq!(looked.steps.len(), profile.stages.len());
        for told in &looked.steps {
            assert!(!told.outcome.is_failure(), "{}: {}: {:?}", file.display(), told.name, told.outcome);
            planned += usize::from(matches!(told.outcome, Outcome::ToDo(_)));
        }
    }
    assert!(planned > 5, "{planned} steps");
}
