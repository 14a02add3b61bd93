//! The profiles that come with the kit: each is read without a word that is unknown, and planned on a PC that is none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::engine;
use super::entry::Entry;
use super::fake::Fake;
use super::inf::tests::LAN;
use super::look::registry::{Data, Key};
use super::look::{Act, System};
use super::outcome::Outcome;
use super::pack::tests::pack;
use super::past::Past;
use super::profile::Profile;
use super::properties::opened;

/// A network card that the driver of the tests is for, and where Windows keeps it.
const CARD: &str = "PCI\\VEN_8086&DEV_15FB&SUBSYS_1\\3&11583659&0&FE";
const DEVICES: &str = "SYSTEM\\CurrentControlSet\\Enum";

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

/// A PC for the profile, with its files.
fn pc(profile: &Profile, system: System) -> Fake {
    let files: [(&str, &[u8]); 3] = [("lan.inf", LAN.as_bytes()), ("lan.cat", b"c"), ("lan.sys", b"s")];
    let bytes = |name: &str| match name.ends_with(".zip") {
        true => pack(&files),
        false => b"product NAME 1.0 {0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11}".to_vec(),
    };
    let mut pc = Fake {
        system,
        payloads: profile.payloads().map(|name| (name.to_owned(), bytes(name))).collect(),
        groups: vec!["administrators".into(), "sudo".into()],
        devices: vec![CARD.into()],
        firmware: Some("PATGL357.0058".into()),
        ..Fake::default()
    };
    let ids = Data::Multi(vec!["PCI\\VEN_8086&DEV_15FB".to_owned()]);
    pc.set_registry_value(&Key::machine(DEVICES).below(CARD), "HardwareID", &ids).expect("set");
    pc
}

#[test]
fn every_profile_that_comes_with_the_kit_is_sound_and_can_be_planned() {
    let mut planned = 0;
    for file in files() {
        let text = fs::read_to_string(&file).expect("a profile");
        let profile = Profile::parse(&text, &given(&text)).unwrap_or_else(|refusal| panic!("{}: {refusal:?}", file.display()));
        let system = if text.contains("\nsystem = \"windows\"\n") { System::Windows } else { System::Linux };
        let pc = pc(&profile, system);
        engine::inspect(&profile, &pc).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        let Entry::Opened(mut opened) = opened(&profile, &pc) else { panic!("opened") };
        opened.name = Some("ACME-01".into());
        let looked = engine::look(&profile, &pc, &Past::of(&[Entry::Opened(opened)])).expect("a look");
        assert_eq!(looked.steps.len(), profile.stages.len());
        for told in &looked.steps {
            // What cannot be told of a PC that is none is not passed; a service that a package before it brings is.
            let may_fail = told.kind == "check";
            assert!(may_fail || !told.outcome.is_failure(), "{}: {}: {:?}", file.display(), told.name, told.outcome);
            planned += usize::from(matches!(told.outcome, Outcome::ToDo(_)));
        }
    }
    assert!(planned > 20, "{planned} steps");
}
