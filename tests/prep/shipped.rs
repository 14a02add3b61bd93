//! The profiles that come with the kit, and versions beside dpkg.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use trousse::prep::step::package::version;

use super::kiosk::{code, said, until_ready};
use super::throw_away::ThrowAway;

#[test]
fn the_profiles_that_come_with_the_kit_run_to_the_end() {
    let Some(pc) = ThrowAway::new() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let profiles = fs::read_dir(&folder).expect("the folder").flatten().map(|entry| entry.path());
    let profiles: Vec<PathBuf> = profiles.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    assert!(!profiles.is_empty());
    for profile in profiles {
        let name = profile.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        pc.write(&format!("/root/{name}"), fs::read(&profile).expect("a profile"));
        let path = format!("/root/{name}");
        let out = pc.trousse(&["prep", "run", &path, "--set", "name=accueil-01", "--reboot", "--format", "json"]);
        until_ready(&pc, out);
        let out = pc.trousse(&["prep", "verify", &path]);
        assert_eq!(code(&out), 0, "{name}: {}", said(&out));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them(one in "([1-9]:)?[0-9][0-9a-z.+~]{0,6}(-[0-9~a]{1,3})?", two in "([1-9]:)?[0-9][0-9a-z.+~]{0,6}(-[0-9~a]{1,3})?") {
        let dpkg = |relation: &str| Command::new("dpkg").args(["--compare-versions", &one, relation, &two]).status();
        let Ok(less) = dpkg("lt") else { return Ok(()) };
        prop_assert_eq!(version::compare(&one, &two).is_lt(), less.success(), "{} {}", one, two);
        prop_assert_eq!(version::compare(&one, &two).is_eq(), dpkg("eq").expect("dpkg").success(), "{} {}", one, two);
    }
}
