//! The names that the station gives to its PCs: reserved in the list that benches share, one PC after the other.

use std::collections::HashMap;

use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use super::ssh::Trouble;
use crate::edge::names::{self, Place};
use crate::fault::Fault;
use crate::prep::bench::attend::ToName;
use crate::prep::look::Identity;
use crate::prep::names::is_host_name;
use crate::prep::names::pattern::{LONGEST, Pattern};

/// Letters of what a PC says of itself: SMBIOS bounds no text, and makers write a line.
const LONGEST_TEXT: usize = 200;

/// Whoever gives the names.
pub(super) struct Namer {
    place: Option<Place>,
    /// Who of this bench has which, by names in small letters.
    given: Mutex<HashMap<String, String>>,
}

impl Namer {
    /// Gives the names that are free in this list; none where no PC is given one.
    pub(super) fn new(place: Option<Place>) -> Namer {
        Namer { place, given: Mutex::default() }
    }

    /// The name of a PC that is called so in the list of PCs, and whether it is one that its run does not know yet: reserved then, on
    /// the disk when this comes back.
    pub(super) async fn name(&self, pc: &str, pattern: Option<&Pattern>, to_name: ToName) -> Result<(String, bool), Trouble> {
        let (Some(place), Some(pattern), true) = (&self.place, pattern, is_sound(&to_name)) else { return Err(makes_it_up()) };
        // One at a time: the list may be a long one, and each of them reads all of it.
        let mut given = self.given.lock().await;
        let (name, is_new) = match to_name.before {
            Some(name) => (name, false),
            None => {
                let (place, pattern) = (place.clone(), pattern.clone());
                let reserved = spawn_blocking(move || names::reserve(&place, &pattern, &to_name.pc)).await;
                let reserved = reserved.map_err(|_| Trouble::cut())?.map_err(|fault| Trouble::refused(&fault))?;
                (reserved.name().to_owned(), true)
            }
        };
        match given.insert(name.to_ascii_lowercase(), pc.to_owned()) {
            Some(other) if other != pc => {
                given.insert(name.to_ascii_lowercase(), other.clone());
                Err(Trouble::refused(&two_of_one_name(&name, &other)))
            }
            _ => Ok((name, is_new)),
        }
    }
}

/// Whether it is what a PC says of itself: it is written to the list, and shown.
fn is_sound(to_name: &ToName) -> bool {
    let Identity { maker, product, serial, machine } = &to_name.pc;
    let mut texts = [maker, product, serial, machine].into_iter().flatten();
    let is_short =
        |text: &String| text.chars().take(LONGEST_TEXT + 1).count() <= LONGEST_TEXT && !text.chars().any(char::is_control);
    texts.all(is_short) && to_name.before.as_ref().is_none_or(|name| is_host_name(name, LONGEST))
}

fn makes_it_up() -> Trouble {
    Trouble::refused(&Fault::new(
        "what it says of itself for its name makes no sense",
        "ce qu'il dit de lui-même pour recevoir un nom n'a pas de sens",
    ))
}

fn two_of_one_name(name: &str, other: &str) -> Fault {
    Fault::new(
        format!("it is {name} by its serial number or its journal, and so is {other} of this list"),
        format!("d'après son numéro de série ou son journal, c'est {name}, et {other} de cette liste l'est aussi"),
    )
    .hint(
        "one PC may stand in the list under two addresses, or one is a copy of the other: name them by a column (to = \"{name}\")",
        "un PC figure peut-être dans la liste sous deux adresses, ou l'un est la copie de l'autre : nommez-les par une colonne (to = \"{name}\")",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn pc(serial: &str, before: Option<&str>) -> ToName {
        let pc = Identity { serial: Some(serial.to_owned()), ..Identity::default() };
        ToName { pc, before: before.map(str::to_owned) }
    }

    fn said(trouble: Trouble) -> String {
        match trouble {
            Trouble::Lost(why) => format!("lost: {}", why.say(crate::language::Language::En)),
            Trouble::Refused(why) => format!("refused: {}", why.say(crate::language::Language::En)),
        }
    }

    #[tokio::test]
    async fn each_pc_has_a_name_of_its_own_and_keeps_it_whenever_it_asks_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place { path: folder.path().join("names.json"), named: false };
        let namer = Namer::new(Some(place.clone()));
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        let name = async |label: &str, to_name| namer.name(label, Some(&pattern), to_name).await.map_err(said);
        assert_eq!(name("a", pc("1", None)).await, Ok(("pc-01".into(), true)));
        assert_eq!(name("b", pc("2", None)).await, Ok(("pc-02".into(), true)));
        assert_eq!(name("a", pc("1", None)).await, Ok(("pc-01".into(), true)), "after a cut");
        assert_eq!(name("a", pc("1", Some("pc-01"))).await, Ok(("pc-01".into(), false)), "after a restart");
        let copy = name("c", pc("2", None)).await.expect_err("a copy of b");
        assert!(copy.starts_with("refused: it is pc-02 by its serial number") && copy.contains("so is b of this list"), "{copy}");
        assert!(name("d", pc("4", Some("PC-02"))).await.is_err(), "a journal that was copied");
        assert_eq!(name("b", pc("2", None)).await, Ok(("pc-02".into(), true)), "b keeps it");
        assert_eq!(names::read(&place.path).expect("read").names.len(), 2);
    }

    #[tokio::test]
    async fn what_a_pc_makes_up_of_itself_is_written_nowhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place { path: folder.path().join("names.json"), named: false };
        let pattern = Pattern::parse("pc-{nn}", &BTreeMap::new()).expect("a pattern");
        let namer = Namer::new(Some(place.clone()));
        for to_name in [pc(&"9".repeat(201), None), pc("\u{1b}[2J", None), pc("1", Some("-rf")), pc("1", Some(&"a".repeat(16)))] {
            let said = said(namer.name("a", Some(&pattern), to_name).await.expect_err("made up"));
            assert!(said.starts_with("refused: what it says of itself"), "{said}");
        }
        // Nobody has asked for a name.
        assert!(Namer::new(None).name("a", Some(&pattern), pc("1", None)).await.is_err());
        assert!(namer.name("a", None, pc("1", None)).await.is_err());
        assert!(!place.path.exists());
        let gone = Namer::new(Some(Place { named: true, ..place }));
        let said = said(gone.name("a", Some(&pattern), pc("1", None)).await.expect_err("the share is not there"));
        assert!(said.starts_with("refused: no names are kept in"), "{said}");
    }
}
