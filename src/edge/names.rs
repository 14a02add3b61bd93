//! The file of the names that are taken, which benches share.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::shared;
use crate::fault::{Fault, Result, Why};
use crate::prep::look::Identity;
use crate::prep::names::import::{Came, Row};
use crate::prep::names::pattern::Pattern;
use crate::prep::names::{Given, How, Names, SCHEMA};

/// How long another trousse may take to write it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The names that are taken; none where there is no such file.
pub fn read(path: &Path) -> Result<Names> {
    let names = shared::read(path, |names: &Names| {
        let schema = &names.schema;
        match schema == SCHEMA {
            true => names.check(),
            false => Err(Why::new(format!("it is of another form: {schema}"), format!("il est d'une autre forme : {schema}"))),
        }
    })?;
    Ok(names.unwrap_or_default())
}

/// The name that a PC would be given now. Nothing is written.
pub fn give(path: &Path, pattern: &Pattern, pc: &Identity) -> Result<Given> {
    read(path)?.give(pattern, pc).map_err(|why| none(path, why))
}

/// Gives a PC a name, and keeps it for that PC: on the disk when this comes back. Whoever asks at the same time is given another.
pub fn reserve(path: &Path, pattern: &Pattern, pc: &Identity) -> Result<Given> {
    let held = shared::hold(path, PATIENCE)?;
    let mut names = read(path)?;
    let given = names.reserve(pattern, pc, &now()).map_err(|why| none(path, why))?;
    if let Given::New(_) = given {
        held.write(&names, Names::check)?;
    }
    Ok(given)
}

/// Takes over names that others have given, from this file.
pub fn take(path: &Path, rows: Vec<Row>, how: How, from: &str) -> Result<(Came, Vec<Why>)> {
    let held = shared::hold(path, PATIENCE)?;
    let mut names = read(path)?;
    let (came, conflicts) = names.take(rows, how, from, &now());
    if came.added + came.bound > 0 {
        held.write(&names, Names::check)?;
    }
    Ok((came, conflicts))
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
        let path = folder.path().join("names.json");
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        let given = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for bench in 0..4 {
                let (path, pattern, given) = (&path, &pattern, &given);
                scope.spawn(move || {
                    for number in 0..8 {
                        let name = reserve(path, pattern, &pc(&format!("{bench}-{number}"))).expect("a name");
                        given.lock().expect("held").push(name.name().to_owned());
                    }
                });
            }
        });
        let given = given.into_inner().expect("held");
        assert_eq!(given.iter().collect::<HashSet<_>>().len(), 32, "{given:?}");
        assert_eq!(read(&path).expect("read").names.len(), 32);
        assert_eq!(give(&path, &pattern, &pc("2-3")), reserve(&path, &pattern, &pc("2-3")));
    }

    #[test]
    fn what_cannot_be_given_is_told_and_a_file_that_is_none_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("names.json");
        let pattern = Pattern::parse("pc-{n}", &BTreeMap::new()).expect("a pattern");
        (1..=9).for_each(|number| drop(reserve(&path, &pattern, &pc(&number.to_string())).expect("a name")));
        let said = reserve(&path, &pattern, &pc("more")).expect_err("none is left").to_string();
        assert!(said.contains("every name from pc-1 to pc-9 is taken") && said.contains("names list"), "{said}");
        std::fs::write(&path, "{\"schema\":\"trousse/names/2\",\"names\":[]}").expect("ours");
        assert!(reserve(&path, &pattern, &pc("1")).expect_err("another form").to_string().contains("trousse/names/2"));
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "{\"schema\":\"trousse/names/2\",\"names\":[]}");
    }
}
