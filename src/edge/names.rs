//! The file of the names that are taken, which benches share.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::shared;
use crate::fault::{Fault, Result, Why};
use crate::prep::depot;
use crate::prep::look::Identity;
use crate::prep::names::import::{Came, Row};
use crate::prep::names::pattern::Pattern;
use crate::prep::names::{Given, How, Names, SCHEMA};

/// How long another trousse may take to write it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The file of the names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// It.
    pub path: PathBuf,
    /// Somebody has named it, or the depot that it lies in, which benches share: where it is not there, the share may not be. Beside a
    /// profile it is begun with the first name.
    pub named: bool,
}

/// What taking names over came to.
#[derive(Debug)]
pub struct Took {
    /// Of those names.
    pub came: Came,
    /// What says otherwise.
    pub conflicts: Vec<Why>,
    /// There was no list, and now there is one.
    pub begun: bool,
    /// The names that are taken, all in all.
    pub all: usize,
}

fn check(names: &Names) -> std::result::Result<(), Why> {
    let schema = &names.schema;
    match schema == SCHEMA {
        true => names.check(),
        false => Err(Why::new(format!("it is of another form: {schema}"), format!("il est d'une autre forme : {schema}"))),
    }
}

/// The names that are taken. Where neither they nor a depot are there, nobody knows of any: the share may not be mounted.
pub fn read(path: &Path) -> Result<Names> {
    taken(&Place { path: path.to_owned(), named: true })
}

fn taken(Place { path, named }: &Place) -> Result<Names> {
    match shared::read(path, check)? {
        Some(names) => Ok(names),
        None if *named && !path.with_file_name(depot::FILE).exists() => Err(not_there(path)),
        None => Ok(Names::default()),
    }
}

/// Refuses a list that names cannot be given by: one that is none of ours, or that is not there and should be.
pub fn look(place: &Place) -> Result<()> {
    taken(place).map(drop)
}

/// The name that a PC would be given now. Nothing is written.
pub fn give(place: &Place, pattern: &Pattern, pc: &Identity) -> Result<Given> {
    taken(place)?.give(pattern, pc).map_err(|why| none(&place.path, why))
}

/// Gives a PC a name, and keeps it for that PC: on the disk when this comes back. Whoever asks at the same time is given another.
pub fn reserve(place: &Place, pattern: &Pattern, pc: &Identity) -> Result<Given> {
    // A share that went away since leaves an empty folder, in which nothing is begun.
    taken(place)?;
    let held = shared::hold(&place.path, PATIENCE)?;
    let mut names = taken(place)?;
    let given = names.reserve(pattern, pc, &now()).map_err(|why| none(&place.path, why))?;
    if let Given::New(_) = given {
        held.write(&names, check)?;
    }
    Ok(given)
}

/// Takes over names that others have given, from this file. The list is begun where there is none.
pub fn take(path: &Path, rows: Vec<Row>, how: How, from: &str) -> Result<Took> {
    let held = shared::hold(path, PATIENCE)?;
    let before = shared::read(path, check)?;
    let begun = before.is_none();
    let mut names = before.unwrap_or_default();
    let (came, conflicts) = names.take(rows, how, from, &now());
    if begun || came.added + came.bound > 0 {
        held.write(&names, check)?;
    }
    Ok(Took { came, conflicts, begun, all: names.names.len() })
}

fn not_there(path: &Path) -> Fault {
    let (shown, depot) = (path.display(), path.with_file_name(depot::FILE));
    let depot = depot.display();
    Fault::new(
        format!("no names are kept in {shown}, and no depot is there ({depot})"),
        format!("aucun nom n'est conservé dans {shown}, et il n'y a pas de dépôt ({depot})"),
    )
    .hint(
        format!(
            "mount the share; or say the name, where this PC has one: --name NAME; or begin the list: trousse prep names import --names {shown}, with tables of the names that are taken"
        ),
        format!(
            "montez le partage ; ou dites le nom, si ce PC en a déjà un : --name NOM ; ou commencez la liste : trousse prep names import --names {shown}, avec les tableaux des noms déjà pris"
        ),
    )
}

fn now() -> String {
    format!("{:.0}", Timestamp::now())
}

fn none(path: &Path, why: Why) -> Fault {
    let shown = path.display();
    Fault::because("this PC can be given no name", "aucun nom ne peut être attribué à ce PC", why).hint(
        format!("trousse prep names list --names {shown} shows who has which; another pattern, or to = \"…\", names it"),
        format!("trousse prep names list --names {shown} montre qui a lequel ; un autre modèle, ou to = \"…\", le nomme"),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};
    use std::sync::Mutex;

    use super::*;

    fn pc(serial: &str) -> Identity {
        Identity { serial: Some(serial.to_owned()), ..Identity::default() }
    }

    #[test]
    fn benches_that_ask_at_the_same_time_are_given_different_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place { path: folder.path().join("names.json"), named: false };
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        let given = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for bench in 0..4 {
                let (place, pattern, given) = (&place, &pattern, &given);
                scope.spawn(move || {
                    for number in 0..8 {
                        let name = reserve(place, pattern, &pc(&format!("{bench}-{number}"))).expect("a name");
                        given.lock().expect("held").push(name.name().to_owned());
                    }
                });
            }
        });
        let given = given.into_inner().expect("held");
        assert_eq!(given.iter().collect::<HashSet<_>>().len(), 32, "{given:?}");
        assert_eq!(read(&place.path).expect("read").names.len(), 32);
        assert_eq!(give(&place, &pattern, &pc("2-3")), reserve(&place, &pattern, &pc("2-3")));
    }

    #[test]
    fn a_share_that_is_not_there_is_no_list_without_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("names.json");
        let place = Place { path: path.clone(), named: true };
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        let said = |refused: Result<Given>| refused.expect_err("nobody knows").to_string();
        assert!(said(give(&place, &pattern, &pc("1"))).contains("no names are kept in"));
        let hint = said(reserve(&place, &pattern, &pc("1")));
        assert!(hint.contains("mount the share") && hint.contains("--name NAME"), "{hint}");
        assert!(read(&path).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("ours").count(), 0, "nothing is begun");
        let rows = vec![Row { name: "pc-01".into(), pc: None }];
        let took = take(&path, rows.clone(), How::Imported, "ad.csv").expect("begun");
        assert_eq!((took.begun, took.all, took.came.added), (true, 1, 1));
        assert!(!take(&path, rows, How::Imported, "ad.csv").expect("as before").begun);
        assert_eq!(reserve(&place, &pattern, &pc("1")), Ok(Given::New("pc-02".into())));
        // Where the depot is, so is the share.
        std::fs::remove_file(&path).expect("ours");
        std::fs::write(folder.path().join(depot::FILE), "{}").expect("ours");
        assert_eq!(reserve(&place, &pattern, &pc("1")), Ok(Given::New("pc-01".into())));
    }

    #[test]
    fn a_list_that_would_be_refused_is_not_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("names.json");
        take(&path, Vec::new(), How::Imported, "").expect("begun");
        let before = std::fs::read_to_string(&path).expect("there");
        let rows = vec![Row { name: "no name".into(), pc: None }];
        let said = take(&path, rows, How::Imported, "x").expect_err("refused").to_string();
        assert!(said.contains("\"no name\" is no name for a PC") && said.contains("left as it was"), "{said}");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), before);
    }

    #[test]
    fn what_cannot_be_given_is_told_and_a_file_that_is_none_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("names.json");
        let place = Place { path: path.clone(), named: false };
        let pattern = Pattern::parse("pc-{n}", &BTreeMap::new()).expect("a pattern");
        (1..=9).for_each(|number| drop(reserve(&place, &pattern, &pc(&number.to_string())).expect("a name")));
        let said = reserve(&place, &pattern, &pc("more")).expect_err("none is left").to_string();
        assert!(said.contains("every name from pc-1 to pc-9 is taken") && said.contains("names list"), "{said}");
        std::fs::write(&path, "{\"schema\":\"trousse/names/2\",\"names\":[]}").expect("ours");
        assert!(reserve(&place, &pattern, &pc("1")).expect_err("another form").to_string().contains("trousse/names/2"));
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "{\"schema\":\"trousse/names/2\",\"names\":[]}");
    }
}
