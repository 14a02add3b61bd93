//! Puts payloads into a depot: whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::{Depot, check, list};
use crate::edge::hash::{self, Failed};
use crate::edge::shared;
use crate::fault::{Fault, Result, Why};
use crate::prep::depot::{FILE, Manifest, Payload, check_name};
use crate::prep::payload;

/// How long another trousse may take to write the list.
const PATIENCE: Duration = Duration::from_secs(30);
/// How a copy is called until it is whole.
const PART: (&str, &str) = (".payload-", ".part");

/// What adding a file came to.
#[derive(Debug)]
pub struct Took {
    /// It, as it stands in the list.
    pub payload: Payload,
    /// What became of it.
    pub added: Added,
    /// There was no depot, and now there is one.
    pub begun: bool,
}

/// What became of a file that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It took the place of another of its name.
    Replaced,
    /// It was there already.
    There,
    /// It was in the list, and what lay there was not it any more.
    Mended,
}

/// Puts a file into a depot, which is begun where there is none. `replace`: it may take the place of another of its name.
///
/// It is copied whole under a name of its own first, then put into its place, then into the list; each of these is on the disk
/// before the next begins. A power cut leaves the list as it was or as it will be, and every payload in it whole.
pub fn add(folder: &Path, file: &Path, replace: bool, tell: &dyn Fn(u64)) -> Result<Took> {
    let shown = file.display();
    let refused = |why: Why| Fault::because(format!("{shown} is refused"), format!("{shown} est refusé"), why);
    let no_payload = |why: Why| {
        refused(why).hint(
            "fetch it again: what came may be cut off, or a page that says why it did not come",
            "téléchargez-le à nouveau : il est peut-être tronqué, ou c'est une page qui dit pourquoi il n'est pas venu",
        )
    };
    let failed = |error: io::Error| cannot_put(folder, &error);
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    check_name(&name).map_err(|why| refused(why).hint("rename the file", "renommez le fichier"))?;
    let opened = hash::plain(file).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (size, mut from) = opened.map_err(|error| {
        Fault::because(format!("cannot read {shown}"), format!("{shown} illisible"), &error).hint(
            "name a file: a package, an installer, an archive",
            "indiquez un fichier : paquet, programme d'installation, archive",
        )
    })?;
    // What can be refused is refused before gigabytes are copied.
    payload::read(&name, &mut from).map_err(no_payload)?;
    let in_the_way = |manifest: &Manifest, is_another: &dyn Fn(&Payload) -> bool| match manifest.find(&name) {
        Some(other) if !replace && is_another(other) => Err(taken(folder, other)),
        _ => Ok(()),
    };
    let known = list(folder)?.unwrap_or_default();
    in_the_way(&known, &|other| other.digest.size != size)?;
    let (mut part, own) = begun(folder)?;
    let unreadable = |error: io::Error| {
        Fault::because(format!("cannot read {shown}"), format!("{shown} illisible"), &error).hint(
            "what it lies on may be damaged: fetch it again, and add that one",
            "son support est peut-être endommagé : téléchargez-le à nouveau, et ajoutez celui-là",
        )
    };
    from.rewind().map_err(unreadable)?;
    let digest = hash::copied(&mut from, part.as_file_mut(), tell).map_err(|torn| match torn {
        Failed::Reading(error) => unreadable(error),
        Failed::Writing(error) => failed(error),
    })?;
    part.as_file().sync_all().map_err(failed)?;
    // What is described is what is kept.
    let about = payload::read(&name, &mut part.as_file()).map_err(no_payload)?;
    let depot = Depot { folder: folder.to_owned(), manifest: Manifest::default() };
    let same = |manifest: &Manifest| manifest.find(&name).filter(|other| other.digest == digest).cloned();
    // Others wait for the list, and a share is slow: what lies there is hashed before.
    let whole = same(&known).map(|same| depot.path(&same));
    let whole = whole
        .filter(|to| hash::plain(to).and_then(|there| hash::digest(there, &mut io::sink())).is_ok_and(|there| there == digest));
    let held = shared::hold(&folder.join(FILE), PATIENCE)?;
    let before = list(folder)?;
    let begun = before.is_none();
    let mut manifest = before.unwrap_or_default();
    in_the_way(&manifest, &|other| other.digest != digest)?;
    let other = manifest.find(&name).cloned();
    let same = same(&manifest);
    // The same bytes keep the capitals that they have there: Windows takes both names for one file.
    let payload = match &same {
        Some(Payload { name, added, .. }) => Payload { name: name.clone(), digest, about, added: added.clone() },
        None => Payload { name, digest, about, added: format!("{:.0}", Timestamp::now()) },
    };
    let to = depot.path(&payload);
    let size = payload.digest.size;
    let intact = whole.as_ref() == Some(&to) && fs::metadata(&to).is_ok_and(|there| there.is_file() && there.len() == size);
    if !intact {
        put(part, &to).map_err(failed)?;
    }
    drop(own);
    if same.as_ref() != Some(&payload) {
        manifest.put(payload.clone());
        held.write(&manifest, check)?;
    }
    let added = match (&other, intact) {
        (Some(_), true) if same.is_some() => Added::There,
        (Some(_), false) if same.is_some() => Added::Mended,
        (Some(_), _) => Added::Replaced,
        (None, _) => Added::New,
    };
    if let Some(old) = other.filter(|old| old.digest != payload.digest) {
        // One that cannot be taken away is found by the next look, as not in the list.
        let old = depot.path(&old);
        drop(fs::remove_file(&old));
        drop(old.parent().map(fs::remove_dir));
    }
    Ok(Took { payload, added, begun })
}

fn taken(folder: &Path, other: &Payload) -> Fault {
    let (shown, Payload { name, added, about, .. }) = (folder.display(), other);
    let version = about.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    Fault::new(
        format!("another {name}{version} is in {shown}, added {added}"),
        format!("un autre {name}{version} est dans {shown}, ajouté le {added}"),
    )
    .hint(
        "with --replace this one takes its place; profiles that rely on the other are refused then",
        "avec --replace, celui-ci prend sa place ; les préparations en cours avec l'autre sont alors refusées",
    )
}

/// Begins a copy under a name of its own, and takes away what a power cut has left of others. A copy that somebody is at is
/// locked.
fn begun(folder: &Path) -> Result<(tempfile::NamedTempFile, File)> {
    let failed = |error: io::Error| cannot_put(folder, &error);
    fs::create_dir_all(folder).map_err(failed)?;
    let _held = shared::hold(&folder.join(FILE), PATIENCE)?;
    for entry in fs::read_dir(folder).map_err(failed)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PART.0) && name.ends_with(PART.1) && opened(&entry.path()).is_ok_and(|left| left.try_lock().is_ok()) {
            drop(fs::remove_file(entry.path()));
        }
    }
    let mut part = tempfile::Builder::new();
    part.prefix(PART.0).suffix(PART.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Whoever may read the depot may read what is put there: the umask says who that is.
        part.permissions(fs::Permissions::from_mode(0o666));
    }
    let part = part.tempfile_in(folder).map_err(failed)?;
    let own = part.as_file().try_clone().map_err(failed)?;
    own.lock().map_err(failed)?;
    Ok((part, own))
}

/// Opens a copy so that it can be locked: NFS locks only what is open for writing (flock(2), "NFS details"). What another account has
/// left there may be readable alone.
fn opened(part: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(part).or_else(|_| File::open(part))
}

/// Puts a whole copy into its place.
fn put(part: tempfile::NamedTempFile, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    part.persist(to)?;
    for folder in [Some(folder), folder.parent()].into_iter().flatten() {
        // The names too are on the disk then, where a folder can be synchronised.
        drop(File::open(folder).and_then(|folder| folder.sync_all()));
    }
    Ok(())
}

fn cannot_put(folder: &Path, error: &io::Error) -> Fault {
    let shown = folder.display();
    let fault = Fault::because(format!("cannot write to {shown}"), format!("impossible d'écrire dans {shown}"), error);
    match error.kind() {
        io::ErrorKind::StorageFull => {
            fault.hint("make room; the depot is as it was", "faites de la place ; le dépôt est tel qu'il était")
        }
        _ => fault.hint(
            "name a folder that you may write to: --depot FOLDER",
            "indiquez un dossier dans lequel vous pouvez écrire : --depot DOSSIER",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{added, conditions, folders, intact};
    use super::*;
    use crate::prep::depot::Condition;

    #[test]
    fn a_payload_is_found_as_it_was_put_there() {
        let (from, depot) = folders();
        let from = from.path();
        assert_eq!(added(&depot, from, "a.txt", b"one", false), Ok(Added::New));
        assert_eq!(added(&depot, from, "b.txt", b"one", false), Ok(Added::New));
        assert_eq!(added(&depot, from, "a.txt", b"one", false), Ok(Added::There));
        assert_eq!(conditions(&depot), [intact("a.txt"), intact("b.txt")]);
        let said = added(&depot, from, "A.txt", b"two", false).expect_err("another").to_string();
        assert!(said.contains("another a.txt is in") && said.contains("--replace"), "{said}");
        assert_eq!(added(&depot, from, "a.txt", b"two", true), Ok(Added::Replaced));
        assert_eq!(conditions(&depot), [intact("a.txt"), intact("b.txt")], "the other one is gone");
        let said = added(&depot, from, "x.msi", b"<html>", false).expect_err("no package").to_string();
        assert!(said.contains("no whole package of Windows Installer"), "{said}");
        assert_eq!(conditions(&depot).len(), 2, "nothing is left of it");
    }

    #[test]
    fn the_same_bytes_under_other_capitals_are_the_payload_that_is_there() {
        let (from, depot) = folders();
        added(&depot, from.path(), "setup.txt", b"one", false).expect("added");
        assert_eq!(added(&depot, from.path(), "SETUP.TXT", b"one", false), Ok(Added::There));
        assert_eq!(conditions(&depot), [intact("setup.txt")], "it lies where the list has it, and nothing beside it");
        assert_eq!(added(&depot, from.path(), "SETUP.TXT", b"two", true), Ok(Added::Replaced));
        assert_eq!(conditions(&depot), [intact("SETUP.TXT")]);
    }

    #[test]
    fn what_a_power_cut_left_of_a_copy_is_taken_away_and_a_copy_that_goes_on_is_not() {
        let (from, depot) = folders();
        added(&depot, from.path(), "a", b"1", false).expect("added");
        fs::write(depot.join(".payload-left.part"), b"half").expect("ours");
        let (under_way, _own) = begun(&depot).expect("begun");
        added(&depot, from.path(), "b", b"2", false).expect("added");
        assert!(under_way.path().exists() && !depot.join(".payload-left.part").exists());
        assert_eq!(conditions(&depot), [intact("a"), intact("b")]);
    }

    #[test]
    fn two_benches_put_payloads_there_at_the_same_time_and_none_is_lost() {
        let (from, depot) = folders();
        std::thread::scope(|scope| {
            for bench in 0..4 {
                let (from, depot) = (from.path(), &depot);
                scope.spawn(move || {
                    (0..5).for_each(|number| {
                        added(depot, from, &format!("{bench}-{number}"), b"x", false).expect("added");
                    });
                });
            }
        });
        let found = conditions(&depot);
        assert!(found.len() == 20 && found.iter().all(|(_, condition)| *condition == Condition::Intact), "{found:?}");
    }
}
