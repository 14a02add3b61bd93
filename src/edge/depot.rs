//! The folder of a depot: its payloads are found again by their bytes.

mod add;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::hash;
use super::shared;
use crate::fault::{Fault, Result, Why};
use crate::prep::depot::{Checked, Condition, FILE, Manifest, Payload, SCHEMA};
use crate::prep::look::Digest;
use crate::prep::names;
pub use add::{Added, Took, add};

/// Folders and files of a depot that are looked at: more is no depot.
const LOOKED_AT: usize = 1_000_000;

/// A depot and what its list says.
#[derive(Debug)]
pub struct Depot {
    /// Where it is.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
}

impl Depot {
    /// Reads the list of a depot.
    pub fn open(folder: &Path) -> Result<Depot> {
        match list(folder)? {
            Some(manifest) => Ok(Depot { folder: folder.to_owned(), manifest }),
            None => {
                let shown = folder.display();
                Err(Fault::new(format!("there is no depot in {shown}"), format!("il n'y a pas de dépôt dans {shown}")).hint(
                    "mount the share, or name its folder with --depot, or begin one: trousse depot add FILE --depot FOLDER",
                    "montez le partage, ou indiquez son dossier par --depot, ou commencez-en un : trousse depot add FICHIER --depot DOSSIER",
                ))
            }
        }
    }

    /// Where a payload lies.
    pub fn path(&self, payload: &Payload) -> PathBuf {
        payload.place().iter().fold(self.folder.clone(), |path, part| path.join(part))
    }

    /// Hashes everything again: each payload of the list, then what is there and not in it.
    pub fn verify(&self, tell: &(dyn Fn(u64) + Sync)) -> Vec<Checked> {
        let checked = self.checked(&HashMap::new(), tell);
        if checked.iter().all(|checked| checked.condition == Condition::Intact) {
            return checked;
        }
        // Another bench may have changed the list since: what is not right by the one of then may be so by the one of now.
        match Depot::open(&self.folder) {
            Ok(now) if now.manifest != self.manifest => {
                let intact = self.manifest.payloads.iter().zip(&checked).filter(|(_, one)| one.condition == Condition::Intact);
                now.checked(&intact.map(|(payload, _)| (payload.name.as_str(), payload)).collect(), tell)
            }
            _ => checked,
        }
    }

    /// The same by this list alone, without those that were found intact.
    fn checked(&self, intact: &HashMap<&str, &Payload>, tell: &(dyn Fn(u64) + Sync)) -> Vec<Checked> {
        let all: Vec<(PathBuf, &Payload)> = self.manifest.payloads.iter().map(|payload| (self.path(payload), payload)).collect();
        let is_known = |payload: &Payload| intact.get(payload.name.as_str()) == Some(&payload);
        let files: Vec<PathBuf> = all.iter().filter(|(_, one)| !is_known(one)).map(|(path, _)| path.clone()).collect();
        let mut found = hash::all(&files, tell).into_iter();
        let looked = |payload: &Payload| match is_known(payload) {
            true => Some(Condition::Intact),
            false => found.next().map(|found| condition(&payload.digest, found)),
        };
        let conditions: Vec<Condition> = self.manifest.payloads.iter().filter_map(looked).collect();
        let checked = self.manifest.payloads.iter().zip(conditions).map(|(payload, condition)| Checked {
            name: payload.name.clone(),
            size: Some(payload.digest.size),
            condition,
        });
        let known: HashSet<&Path> = all.iter().map(|(path, _)| path.as_path()).collect();
        let mut others = Vec::new();
        strangers(&self.folder, &known, 2, &mut others);
        others.sort_by(|(one, _), (other, _)| one.cmp(other));
        let shown = |path: PathBuf| match path.strip_prefix(&self.folder) {
            Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
            inside => inside.unwrap_or(&path).display().to_string(),
        };
        let others = others.into_iter().map(|(path, condition)| Checked { name: shown(path), size: None, condition });
        checked.chain(others).collect()
    }
}

/// What a look at a payload of the list came to.
pub(crate) fn condition(expected: &Digest, found: io::Result<Digest>) -> Condition {
    match found {
        Ok(found) => Condition::of(expected, &found),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Condition::Missing,
        // A folder, a pipe: something else took its place.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotSeekable | io::ErrorKind::IsADirectory) => Condition::Changed,
        Err(error) => Condition::Unreadable { why: Why::from(&error) },
    }
}

fn list(folder: &Path) -> Result<Option<Manifest>> {
    shared::read(&folder.join(FILE), check)
}

fn check(manifest: &Manifest) -> std::result::Result<(), Why> {
    let schema = &manifest.schema;
    match schema == SCHEMA {
        true => manifest.check(),
        false => Err(Why::new(format!("it is of another form: {schema}"), format!("il est d'une autre forme : {schema}"))),
    }
}

/// Files that are not in the list, down to this depth. The list itself is none, nor are the names beside it; what
/// begins with a dot belongs to whoever is working there. Of a folder that cannot be listed nobody knows.
fn strangers(folder: &Path, known: &HashSet<&Path>, depth: u8, found: &mut Vec<(PathBuf, Condition)>) {
    let unreadable = |error: io::Error| (folder.to_owned(), Condition::Unreadable { why: Why::from(&error) });
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // That of a payload that another bench has just replaced.
        Err(error) if depth == 1 && error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => return found.push(unreadable(error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return found.push(unreadable(error)),
        };
        let (path, name) = (entry.path(), entry.file_name());
        if name.to_string_lossy().starts_with('.') || found.len() >= LOOKED_AT {
            continue;
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let ours = depth == 2 && (name == FILE || name == names::FILE);
        match (is_folder, depth) {
            (true, 1..) if depth > 1 => strangers(&path, known, depth - 1, found),
            _ if ours || known.contains(path.as_path()) => {}
            _ => found.push((path, Condition::Unknown)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    pub(super) fn conditions(folder: &Path) -> Vec<(String, Condition)> {
        let checked = Depot::open(folder).expect("a depot").verify(&|_| {});
        checked.into_iter().map(|checked| (checked.name, checked.condition)).collect()
    }

    pub(super) fn intact(name: &str) -> (String, Condition) {
        (name.to_owned(), Condition::Intact)
    }

    /// A folder with files to add, and the one of the depot.
    pub(super) fn folders() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let depot = folder.path().join("share/depot");
        (folder, depot)
    }

    pub(super) fn added(depot: &Path, from: &Path, name: &str, bytes: &[u8], replace: bool) -> Result<Added> {
        let file = from.join(name);
        fs::write(&file, bytes).expect("the folder is ours");
        add(depot, &file, replace, &|_| {}).map(|took| took.added)
    }

    #[test]
    fn what_is_changed_cut_off_missing_or_unknown_is_named() {
        let (from, depot) = folders();
        for name in ["changed", "cut", "folder", "gone", "whole"] {
            added(&depot, from.path(), name, b"hello", false).expect("added");
        }
        let opened = Depot::open(&depot).expect("a depot");
        let path = |name: &str| opened.path(opened.manifest.find(name).expect("there"));
        fs::write(path("changed"), b"hellO").expect("ours");
        fs::write(path("cut"), b"hel").expect("ours");
        fs::remove_file(path("gone")).expect("ours");
        fs::remove_file(path("folder")).expect("ours");
        fs::create_dir(path("folder")).expect("ours");
        fs::write(depot.join("stray"), b"").expect("ours");
        fs::write(path("whole").with_file_name("other"), b"").expect("ours");
        let whole = path("whole").with_file_name("other").strip_prefix(&depot).expect("inside").display().to_string();
        let mut unknown = [whole, "stray".to_owned()];
        unknown.sort();
        let [one, two] = unknown.map(|name| (name, Condition::Unknown));
        let condition = |name: &str, condition| (name.to_owned(), condition);
        assert_eq!(
            conditions(&depot),
            [
                condition("changed", Condition::Changed),
                condition("cut", Condition::Truncated { left: 3 }),
                condition("folder", Condition::Changed),
                condition("gone", Condition::Missing),
                intact("whole"),
                one,
                two,
            ]
        );
        for name in ["changed", "cut", "gone"] {
            assert_eq!(added(&depot, from.path(), name, b"hello", false), Ok(Added::Mended), "{name}");
        }
        assert_eq!(conditions(&depot).iter().filter(|(_, condition)| *condition == Condition::Intact).count(), 4);
    }

    #[test]
    fn what_another_bench_does_during_a_check_is_not_told_as_wrong() {
        let (from, depot) = folders();
        for name in ["kept", "replaced"] {
            added(&depot, from.path(), name, b"1", false).expect("added");
        }
        let opened = Depot::open(&depot).expect("a depot");
        added(&depot, from.path(), "replaced", b"2", true).expect("added");
        added(&depot, from.path(), "new", b"3", false).expect("added");
        let all =
            |checked: Vec<Checked>| checked.into_iter().map(|checked| (checked.name, checked.condition)).collect::<Vec<_>>();
        assert_eq!(all(opened.verify(&|_| {})), [intact("kept"), intact("new"), intact("replaced")]);
        // What is wrong by the list of now is told.
        let now = Depot::open(&depot).expect("a depot");
        fs::write(now.path(now.manifest.find("new").expect("there")), b"X").expect("ours");
        assert_eq!(all(opened.verify(&|_| {}))[1], ("new".to_owned(), Condition::Changed));
    }

    #[test]
    fn a_folder_without_a_list_may_be_a_share_that_is_not_mounted() {
        let (from, depot) = folders();
        let said = Depot::open(&depot).expect_err("none").say(Language::Fr);
        assert!(said.contains("pas de dépôt dans") && said.contains("conseil : montez le partage"), "{said}");
        let file = from.path().join("a");
        fs::write(&file, "1").expect("ours");
        let begun = || add(&depot, &file, false, &|_| {}).expect("added").begun;
        assert_eq!([begun(), begun()], [true, false]);
        fs::write(depot.join(FILE), "{\"schema\":\"trousse/depot/2\",\"payloads\":[]}").expect("ours");
        let said = Depot::open(&depot).expect_err("another form").say(Language::Fr);
        assert!(said.contains("est refusé : il est d'une autre forme : trousse/depot/2"), "{said}");
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_not_one_in_which_all_is_well() {
        let depot = Depot { folder: "/nonexistent/depot".into(), manifest: Manifest::default() };
        let [Checked { name, condition, .. }] = &depot.verify(&|_| {})[..] else { panic!("one is told") };
        assert!(name == "." && matches!(condition, Condition::Unreadable { .. }), "{name}: {condition:?}");
    }
}
