//! The files that a profile needs, beside it or in the depot: each hashed before anything is touched, and known by that from then
//! on.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::edge::depot::{Depot, condition};
use crate::edge::hash;
use crate::fault::{Fault, Result};
use crate::prep::depot::Condition;
use crate::prep::look::Digest;
use crate::prep::profile::Profile;

/// The payloads of a profile, by the names that it has for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payloads(BTreeMap<String, Payload>);

/// A payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Where it lies.
    pub path: PathBuf,
    /// What it is known by.
    pub digest: Digest,
}

impl Payloads {
    /// Finds every payload of a profile: beside it, in its folder, else in the depot by its name. One that is nowhere, or that the
    /// depot has not as it was put there, is refused.
    pub fn find(profile: &Profile, folder: &Path, depot: Option<&Path>) -> Result<Payloads> {
        // The depot is asked for what is not here: the rest goes on without it.
        let mut opened: Option<Depot> = None;
        let mut found: BTreeMap<&str, (PathBuf, Option<Digest>)> = BTreeMap::new();
        for name in profile.payloads() {
            let beside = folder.join(name);
            let there = !matches!(std::fs::metadata(&beside), Err(error) if error.kind() == io::ErrorKind::NotFound);
            let place = match depot {
                Some(depot) if !there => {
                    let opened = match &mut opened {
                        Some(opened) => opened,
                        none => none.insert(Depot::open(depot)?),
                    };
                    let payload = opened.manifest.find(name).ok_or_else(|| nowhere(name, folder, depot))?;
                    (opened.path(payload), Some(payload.digest.clone()))
                }
                _ => (beside, None),
            };
            found.insert(name, place);
        }
        let paths: Vec<PathBuf> = found.values().map(|(path, _)| path.clone()).collect();
        let hashed = hash::all(&paths, &|_| {});
        let mut payloads = BTreeMap::new();
        for ((name, (path, expected)), hashed) in found.into_iter().zip(hashed) {
            let digest = match expected {
                None => hashed.map_err(|error| unreadable(name, folder, &error))?,
                Some(expected) => match condition(&expected, hashed) {
                    Condition::Intact => expected,
                    other => return Err(not_as_it_was(name, &other, expected.size)),
                },
            };
            payloads.insert(name.to_owned(), Payload { path, digest });
        }
        Ok(Payloads(payloads))
    }

    /// The payload of this name.
    pub fn get(&self, name: &str) -> Option<&Payload> {
        self.0.get(name)
    }

    /// Where a payload lies: on the PC itself once it was kept there whole, whatever became of the share it came from. Whatever is
    /// used is hashed as it is.
    pub(super) fn place(&self, name: &str, kept: Option<PathBuf>) -> PathBuf {
        let payload = self.get(name);
        let is_whole =
            |path: &PathBuf| fs::metadata(path).is_ok_and(|there| payload.is_some_and(|of| there.len() == of.digest.size));
        let came_from = || payload.map(|payload| payload.path.clone());
        kept.filter(is_whole).or_else(came_from).unwrap_or_else(|| PathBuf::from(name))
    }

    /// Each with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Payload)> {
        self.0.iter()
    }

    /// What each is known by.
    pub fn digests(&self) -> BTreeMap<String, Digest> {
        self.0.iter().map(|(name, payload)| (name.clone(), payload.digest.clone())).collect()
    }
}

fn unreadable(name: &str, folder: &Path, error: &io::Error) -> Fault {
    let shown = folder.display();
    Fault::because(format!("cannot read {name:?} beside the profile"), format!("{name:?} illisible à côté du profil"), error)
        .hint(
            format!("put it into {shown}, or into a depot: trousse depot add, then --depot"),
            format!("mettez-le dans {shown}, ou dans un dépôt : trousse depot add, puis --depot"),
        )
}

fn nowhere(name: &str, folder: &Path, depot: &Path) -> Fault {
    let (shown, depot) = (folder.display(), depot.display());
    Fault::new(
        format!("{name:?} is neither in {shown} beside the profile nor in the depot {depot}"),
        format!("{name:?} n'est ni dans {shown} à côté du profil, ni dans le dépôt {depot}"),
    )
    .hint(format!("trousse depot add {name} --depot {depot}"), format!("trousse depot add {name} --depot {depot}"))
}

fn not_as_it_was(name: &str, condition: &Condition, size: u64) -> Fault {
    let why = condition.why(size);
    Fault::new(format!("{name:?} of the depot {}", why.english), format!("{name:?} du dépôt {}", why.french)).hint(
        "put it back: trousse depot add FILE; trousse depot verify shows what else is not as it was",
        "remettez-le : trousse depot add FICHIER ; trousse depot verify montre ce qui n'est plus comme avant",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::depot;

    fn profile(names: &[&str]) -> Profile {
        let steps = names
            .iter()
            .map(|name| format!("[[step]]\nname = \"{name}\"\nkind = \"file\"\npath = \"/opt/{name}\"\nfrom = \"{name}\"\n"));
        let text = format!("title = \"t\"\nversion = \"1\"\n{}", steps.collect::<String>());
        Profile::parse(&text, &BTreeMap::new()).expect("a profile")
    }

    #[test]
    fn what_is_not_beside_the_profile_is_found_in_the_depot_and_refused_where_it_is_not_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let (beside, depot) = (folder.path().join("beside"), folder.path().join("depot"));
        fs::create_dir(&beside).expect("ours");
        let there = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("ours");
            path
        };
        depot::add(&depot, &there("a", b"depot"), false, &|_| {}).expect("added");
        depot::add(&depot, &there("b", b"depot"), false, &|_| {}).expect("added");
        fs::write(beside.join("a"), b"beside").expect("ours");
        let find = |depot: Option<&Path>| Payloads::find(&profile(&["a", "b"]), &beside, depot);
        let found = find(Some(&depot)).expect("both");
        assert_eq!(found.digests(), BTreeMap::from([("a".into(), Digest::of(b"beside")), ("b".into(), Digest::of(b"depot"))]));
        let path = found.get("b").expect("there").path.clone();
        let said = |depot| find(depot).expect_err("refused").to_string();
        assert!(said(None).contains("cannot read \"b\" beside the profile"), "{}", said(None));
        assert!(said(Some(Path::new("/nonexistent"))).contains("no depot in /nonexistent"));
        fs::write(&path, b"dep").expect("ours");
        assert!(said(Some(&depot)).contains("\"b\" of the depot is cut off: 3 of 5 bytes"), "{}", said(Some(&depot)));
        fs::write(&path, b"depoT").expect("ours");
        assert!(said(Some(&depot)).contains("is not what was put there"), "{}", said(Some(&depot)));
        fs::remove_file(&path).expect("ours");
        assert!(said(Some(&depot)).contains("\"b\" of the depot is missing"), "{}", said(Some(&depot)));
        let neither = Payloads::find(&profile(&["c"]), &beside, Some(&depot)).expect_err("refused").to_string();
        assert!(neither.contains("neither in") && neither.contains("trousse depot add c"), "{neither}");
        // Where everything is beside the profile, nobody asks for the depot.
        assert!(Payloads::find(&profile(&["a"]), &beside, Some(Path::new("/nonexistent"))).is_ok());
    }
}
