//! The files that a profile needs, beside it or in the depot: each hashed before anything is touched, and known by that from then
//! on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::about;
use crate::edge::depot::{Depot, condition};
use crate::edge::hash;
use crate::fault::{Fault, Result, Why};
use crate::prep::depot::Condition;
use crate::prep::look::{Digest, Package};
use crate::prep::pack::{self, Packed};
use crate::prep::payload::{self, About};
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
    /// What is in it, read from the very file that was hashed.
    inside: Inside,
}

/// What is in a file, by the end of its name. Where it is not what that promises, the step that needs it refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Package(std::result::Result<Package, Why>),
    Program(std::result::Result<(), Why>),
    Drivers(std::result::Result<Vec<Packed>, Why>),
    Bytes,
}

impl Inside {
    fn of(name: &str, file: &mut File) -> Inside {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("deb" | "msi") => Inside::Package(package(name, file)),
            Some("exe") => Inside::Program(payload::read(name, file).map(drop)),
            Some("zip") => Inside::Drivers(pack::drivers(file)),
            _ => Inside::Bytes,
        }
    }
}

fn package(name: &str, file: &mut File) -> std::result::Result<Package, Why> {
    let About { product, version, product_code, upgrade_code, .. } = payload::read(name, file)?;
    match (product, version) {
        (Some(name), Some(version)) => Ok(Package { name, version, product_code, upgrade_code }),
        _ => Err(Why::new("it tells no name or no version", "il ne dit pas son nom ou sa version")),
    }
}

impl Payloads {
    /// Finds every payload of a profile: beside it, in its folder, else in the depot by its name, without the folder before it. One
    /// that is nowhere, or that the depot has not as it was put there, is refused.
    pub fn find(profile: &Profile, folder: &Path, depot: Option<&Path>) -> Result<Payloads> {
        Payloads::of(profile.payloads(), folder, depot)
    }

    /// The same, by their names.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>, folder: &Path, depot: Option<&Path>) -> Result<Payloads> {
        // The depot is asked for what is not here: the rest goes on without it.
        let mut opened: Option<Depot> = None;
        let mut found: BTreeMap<&str, (PathBuf, Option<Digest>)> = BTreeMap::new();
        let mut taken: BTreeMap<PathBuf, &str> = BTreeMap::new();
        for name in names {
            let beside = folder.join(name);
            let there = !matches!(std::fs::metadata(&beside), Err(error) if error.kind() == io::ErrorKind::NotFound);
            let place = match depot {
                Some(depot) if !there => {
                    let opened = match &mut opened {
                        Some(opened) => opened,
                        none => none.insert(Depot::open(depot)?),
                    };
                    let payload = opened.manifest.find(last(name)).ok_or_else(|| nowhere(name, folder, depot))?;
                    let path = opened.path(payload);
                    // A depot knows no difference between capitals and small letters.
                    let is_another = |other: &&str| other.to_lowercase() != name.to_lowercase();
                    if let Some(other) = taken.insert(path.clone(), name).filter(is_another) {
                        return Err(one_for_two(other, name, depot));
                    }
                    (path, Some(payload.digest.clone()))
                }
                _ => (beside, None),
            };
            found.insert(name, place);
        }
        let paths: Vec<PathBuf> = found.values().map(|(path, _)| path.clone()).collect();
        let names: Vec<&str> = found.keys().copied().collect();
        let hashed = hash::with(&paths, &|_| {}, &|at, file| Inside::of(names[at], file));
        let mut payloads = BTreeMap::new();
        for ((name, (path, expected)), hashed) in found.into_iter().zip(hashed) {
            let (hashed, inside) = match hashed {
                Ok((digest, inside)) => (Ok(digest), inside),
                Err(error) => (Err(error), Inside::Bytes),
            };
            let digest = match expected {
                None => hashed.map_err(|error| unreadable(name, folder, &error))?,
                Some(expected) => match condition(&expected, hashed) {
                    Condition::Intact => expected,
                    other => return Err(not_as_it_was(name, &other, expected.size)),
                },
            };
            // Programs of the PC are started in another folder.
            let path = std::path::absolute(&path).unwrap_or(path);
            payloads.insert(name.to_owned(), Payload { path, digest, inside });
        }
        Ok(Payloads(payloads))
    }

    /// The payload of this name.
    pub fn get(&self, name: &str) -> Option<&Payload> {
        self.0.get(name)
    }

    /// What a package (.deb, .msi) says of itself.
    pub(super) fn package(&self, name: &str) -> Result<Package> {
        match self.get(name) {
            Some(Payload { inside: Inside::Package(read), path, .. }) => read.clone().map_err(|why| refused(path, why)),
            other => Err(no_such(name, other)),
        }
    }

    /// Refuses what is no whole program for Windows.
    pub(super) fn program(&self, name: &str) -> Result<()> {
        match self.get(name) {
            Some(Payload { inside: Inside::Program(read), path, .. }) => read.clone().map_err(|why| refused(path, why)),
            other => Err(no_such(name, other)),
        }
    }

    /// The drivers of a pack.
    pub(super) fn drivers(&self, name: &str) -> Result<Vec<Packed>> {
        let Some(Payload { inside: Inside::Drivers(read), path, .. }) = self.get(name) else {
            return Err(no_such(name, self.get(name)));
        };
        let shown = path.display();
        read.clone().map_err(|why| {
            Fault::because(format!("{shown} is no pack of drivers"), format!("{shown} n'est pas un pack de pilotes"), why).hint(
                "fetch it again, and put what it unpacks to into a zip where it is no zip",
                "téléchargez-le à nouveau, et mettez son contenu dans un zip s'il n'en est pas un",
            )
        })
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

fn refused(path: &Path, why: Why) -> Fault {
    let shown = path.display();
    Fault::because(format!("{shown} is refused"), format!("{shown} est refusé"), why).hint(
        "fetch it again from its maker, and compare its size",
        "téléchargez-le à nouveau chez son éditeur, et comparez sa taille",
    )
}

/// The end of its name promises something else, or it is none of the profile's.
fn no_such(name: &str, payload: Option<&Payload>) -> Fault {
    let kind = if payload.is_some() { io::ErrorKind::InvalidInput } else { io::ErrorKind::NotFound };
    about(name, &kind.into())
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
    let (shown, shown_depot) = (folder.display(), depot.display());
    let (file, depot) = (word(last(name)), word(&depot.to_string_lossy()));
    Fault::new(
        format!("{name:?} is neither in {shown} beside the profile nor in the depot {shown_depot}"),
        format!("{name:?} n'est ni dans {shown} à côté du profil, ni dans le dépôt {shown_depot}"),
    )
    .hint(format!("trousse depot add {file} --depot {depot}"), format!("trousse depot add {file} --depot {depot}"))
}

/// What a depot calls a payload: it has no folders of its own.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A word of a command line, of sh and of Windows alike.
fn word(text: &str) -> String {
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text.to_owned() }
}

/// The depot has one file for two that the profile keeps apart.
fn one_for_two(one: &str, other: &str, depot: &Path) -> Fault {
    let (name, depot) = (last(other), depot.display());
    Fault::new(
        format!("{one:?} and {other:?} would both be {name:?} of the depot {depot}"),
        format!("{one:?} et {other:?} seraient tous deux {name:?} du dépôt {depot}"),
    )
    .hint(
        "give the two files names that differ without their folders, or put both beside the profile",
        "donnez aux deux fichiers des noms qui diffèrent sans leurs dossiers, ou mettez-les tous deux à côté du profil",
    )
}

fn not_as_it_was(name: &str, condition: &Condition, size: u64) -> Fault {
    let why = condition.why(size);
    let fault = Fault::new(format!("{name:?} of the depot {}", why.english), format!("{name:?} du dépôt {}", why.french));
    match condition {
        // It may well be there, and right.
        Condition::Unreadable { .. } => fault.hint(
            "close what holds it open, or mount the share again; then give the same command",
            "fermez ce qui le tient ouvert, ou remontez le partage ; puis relancez la même commande",
        ),
        _ => fault.hint(
            "put it back: trousse depot add FILE; trousse depot verify shows what else is not as it was",
            "remettez-le : trousse depot add FICHIER ; trousse depot verify montre ce qui n'est plus comme avant",
        ),
    }
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
    fn what_a_package_says_of_itself_is_what_the_hashed_one_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kiosk.msi");
        let kiosk = include_bytes!("../../../tests/payloads/kiosk.msi");
        fs::write(&path, kiosk).expect("ours");
        fs::write(folder.path().join("page.msi"), "<html>").expect("ours");
        let payloads = Payloads::find(&profile(&["kiosk.msi", "page.msi"]), folder.path(), None).expect("both");
        // Another takes its place: one that carries the code of a program that is installed already.
        let old = b"9A1C2D34".as_slice();
        let mut other = kiosk.to_vec();
        let at = other.windows(old.len()).position(|window| window == old).expect("its code");
        other[at..at + old.len()].copy_from_slice(b"00000000");
        fs::write(&path, other).expect("ours");
        let package = payloads.package("kiosk.msi").expect("a package");
        assert_eq!(package.product_code.as_deref(), Some("{9A1C2D34-5E6F-4A7B-8C9D-0123456789AB}"));
        let again = Payloads::find(&profile(&["kiosk.msi"]), folder.path(), None).expect("it");
        assert_ne!(again.package("kiosk.msi"), Ok(package), "what lies there now says something else");
        let said = payloads.package("page.msi").expect_err("no package").to_string();
        assert!(said.contains("page.msi is refused: no whole package of Windows Installer"), "{said}");
        assert!(payloads.package("none.msi").is_err() && payloads.drivers("kiosk.msi").is_err());
    }

    #[test]
    fn what_cannot_be_read_is_not_to_be_put_back() {
        let of = |condition: &Condition| not_as_it_was("a", condition, 1).to_string();
        let held = of(&Condition::Unreadable { why: Why::new("the process cannot access the file", "le fichier est pris") });
        assert!(held.contains("close what holds it open") && !held.contains("depot add"), "{held}");
        assert!(of(&Condition::Missing).contains("depot add"));
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
        fs::write(&path, b"depot").expect("ours");
        // As `prep new` names what lies in a folder beside the profile.
        let found = Payloads::find(&profile(&["packages/b"]), &beside, Some(&depot)).expect("by its last part");
        assert_eq!(found.get("packages/b").map(|payload| payload.path.clone()), Some(path));
        let two = Payloads::find(&profile(&["32/b", "64/b"]), &beside, Some(&depot)).expect_err("one for two").to_string();
        assert!(two.contains("\"32/b\" and \"64/b\" would both be \"b\""), "{two}");
        let spaced = Payloads::find(&profile(&["packages/a b.msi"]), &beside, Some(&depot)).expect_err("refused").to_string();
        assert!(spaced.contains("trousse depot add \"a b.msi\" --depot"), "{spaced}");
        // Where everything is beside the profile, nobody asks for the depot.
        assert!(Payloads::find(&profile(&["a"]), &beside, Some(Path::new("/nonexistent"))).is_ok());
    }
}
