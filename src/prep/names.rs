//! Names of PCs: which are taken, by whom, and which one a PC is given. The same PC is given the same name again.

pub mod import;
pub mod pattern;

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::look::Identity;
use crate::fault::Why;
use pattern::Pattern;

/// The name and version of the list. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/names/1";
/// The list, beside that of the depot.
pub const FILE: &str = "names.json";
/// Names that are kept: the largest directories have fewer.
pub const MOST: usize = 1_000_000;
/// Letters of a label (RFC 1123, 2.1; RFC 1035, 2.3.4).
pub const LABEL: usize = 63;

/// The names that are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Names {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Each once, whatever its capitals.
    pub names: Vec<Taken>,
}

/// A name that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Taken {
    /// The name.
    pub name: String,
    /// How it is known to be taken.
    pub how: How,
    /// The PC that has it, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pc: Option<Identity>,
    /// The file that it was read from, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Since when it stands here (RFC 3339).
    pub since: String,
}

/// How a name is known to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A PC was given it.
    Reserved,
    /// A table names it.
    Imported,
    /// It was seen on a network.
    Seen,
}

impl Default for Names {
    fn default() -> Names {
        Names { schema: SCHEMA.to_owned(), names: Vec::new() }
    }
}

/// A name for a PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// It has this one already.
    Again(String),
    /// Nobody has this one.
    New(String),
}

impl Given {
    /// The name.
    pub fn name(&self) -> &str {
        match self {
            Given::Again(name) | Given::New(name) => name,
        }
    }
}

impl Names {
    /// The name that a PC is given by this pattern: the one that it has, else the first that is free.
    pub fn give(&self, pattern: &Pattern, pc: &Identity) -> Result<Given, Why> {
        if pc.serial.is_none() && pc.machine.is_none() {
            return Err(Why::new(
                "this PC tells neither a serial number nor an installation: it would be given another name each time",
                "ce PC ne dit ni numéro de série ni installation : il recevrait un autre nom à chaque fois",
            ));
        }
        let has =
            |taken: &&Taken| pattern.number(&taken.name).is_some() && taken.pc.as_ref().is_some_and(|holder| is_same(holder, pc));
        // What was reserved for it comes before what a table says of it.
        let order = |taken: &&Taken| (taken.how != How::Reserved, pattern.number(&taken.name));
        if let Some(taken) = self.names.iter().filter(has).min_by_key(order) {
            return Ok(Given::Again(taken.name.clone()));
        }
        let numbers: HashSet<u32> = self.names.iter().filter_map(|taken| pattern.number(&taken.name)).collect();
        let free = (1..=pattern.last()).find(|number| !numbers.contains(number));
        free.map(|number| Given::New(pattern.name(number))).ok_or_else(|| {
            let (first, last) = (pattern.name(1), pattern.name(pattern.last()));
            Why::new(
                format!("every name from {first} to {last} is taken"),
                format!("tous les noms de {first} à {last} sont pris"),
            )
        })
    }

    /// Gives a PC a name and keeps it for that PC.
    pub fn reserve(&mut self, pattern: &Pattern, pc: &Identity, since: &str) -> Result<Given, Why> {
        let given = self.give(pattern, pc)?;
        if let Given::New(name) = &given {
            let (name, since) = (name.clone(), since.to_owned());
            self.names.push(Taken { name, how: How::Reserved, pc: Some(pc.clone()), from: None, since });
        }
        Ok(given)
    }

    /// Refuses a list that nobody could have made.
    pub fn check(&self) -> Result<(), Why> {
        if self.names.len() > MOST {
            return Err(Why::new(format!("more than {MOST} names"), format!("plus de {MOST} noms")));
        }
        match self.names.iter().find(|taken| !is_host_name(&taken.name, LABEL)) {
            None => Ok(()),
            Some(Taken { name, .. }) => {
                Err(Why::new(format!("{name:?} is no name for a PC"), format!("{name:?} n'est pas un nom de PC")))
            }
        }
    }
}

/// The JSON Schema (draft 2020-12) of the list, for `trousse schema names`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Names).into()
}

/// Whether two are the same PC: by the serial number, and the model where both tell it, which tables often do not; where neither
/// has a serial number, by the installation. One that has none is not one that has: what comes out of one image has one
/// installation.
fn is_same(one: &Identity, other: &Identity) -> bool {
    match (&one.serial, &other.serial) {
        (Some(serial), Some(others)) => {
            let models = one.product.as_ref().zip(other.product.as_ref());
            serial.eq_ignore_ascii_case(others) && models.is_none_or(|(one, other)| one == other)
        }
        (None, None) => one.machine.is_some() && one.machine == other.machine,
        _ => false,
    }
}

/// Whether every system takes a name for a PC: letters, digits and hyphens inside (RFC 1123, 2.1). One of digits alone is taken
/// for an address.
pub fn is_host_name(name: &str, longest: usize) -> bool {
    let right = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    (1..=longest).contains(&name.len()) && right && !digits && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, &BTreeMap::new()).expect(text)
    }

    fn pc(serial: Option<&str>, product: Option<&str>, machine: Option<&str>) -> Identity {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Identity { maker: None, product: text(product), serial: text(serial), machine: text(machine) }
    }

    fn taken(name: &str, pc: Option<Identity>) -> Taken {
        Taken { name: name.into(), how: How::Imported, pc, from: None, since: String::new() }
    }

    fn reserve(names: &mut Names, pc: &Identity) -> Given {
        names.reserve(&pattern("pc-{nn}"), pc, "2026").expect("a name")
    }

    #[test]
    fn the_same_pc_is_given_the_same_name_again() {
        let mut names = Names::default();
        let (one, two) = (pc(Some("A"), Some("NUC"), Some("m")), pc(Some("B"), Some("NUC"), Some("m")));
        assert_eq!(reserve(&mut names, &one), Given::New("pc-01".into()));
        assert_eq!(reserve(&mut names, &two), Given::New("pc-02".into()), "a clone");
        assert_eq!(
            reserve(&mut names, &pc(Some("A"), Some("NUC"), Some("anew"))),
            Given::Again("pc-01".into()),
            "installed anew"
        );
        assert_eq!(reserve(&mut names, &pc(Some("A"), Some("Latitude"), None)), Given::New("pc-03".into()), "of another model");
        assert_eq!(
            names.give(&pattern("pc-{nn}"), &pc(None, Some("NUC"), Some("m"))),
            Ok(Given::New("pc-04".into())),
            "another clone"
        );
        // Without a serial number, the installation tells.
        let (one, two) = (pc(None, Some("NUC"), Some("x")), pc(None, Some("NUC"), Some("y")));
        assert_eq!([&one, &two, &one].map(|pc| reserve(&mut names, pc).name().to_owned()), ["pc-04", "pc-05", "pc-04"]);
        assert!(names.give(&pattern("pc-{nn}"), &pc(None, Some("NUC"), None)).is_err());
        // Of another customer it is given another.
        assert_eq!(names.reserve(&pattern("lab-{n}"), &one, "2026").expect("a name").name(), "lab-1");
    }

    #[test]
    fn what_anybody_has_is_not_given_and_a_table_may_say_who_has_it() {
        let known = vec![
            taken("PC-01", None),
            taken("pc-2", None),
            taken("pc-03", Some(pc(Some("a"), None, None))),
            taken("pc-002", None),
        ];
        let mut names = Names { names: known, ..Names::default() };
        assert_eq!(reserve(&mut names, &pc(Some("Z"), Some("NUC"), None)), Given::New("pc-02".into()));
        assert_eq!(reserve(&mut names, &pc(Some("A"), Some("NUC"), None)), Given::Again("pc-03".into()));
    }

    #[test]
    fn a_pc_keeps_the_name_that_was_reserved_for_it_whatever_else_stands_there_for_it() {
        let own = pc(Some("A"), Some("NUC"), None);
        let reserved = Taken { how: How::Reserved, ..taken("pc-02", Some(own.clone())) };
        let mut names = Names { names: vec![taken("pc-01", Some(own.clone())), reserved], ..Names::default() };
        assert_eq!(reserve(&mut names, &own), Given::Again("pc-02".into()));
    }

    #[test]
    fn when_every_name_is_taken_that_is_told() {
        let mut names = Names { names: (1..=9).map(|n| taken(&format!("pc-{n}"), None)).collect(), ..Names::default() };
        let said = names.reserve(&pattern("pc-{n}"), &pc(Some("A"), None, None), "2026").expect_err("none is left");
        assert_eq!(said.french, "tous les noms de pc-1 à pc-9 sont pris");
    }

    #[test]
    fn a_list_with_a_name_that_is_none_is_refused() {
        for name in ["", "a b", "-a", "été", "1234", "a\u{1b}[2J"] {
            assert!(Names { names: vec![taken(name, None)], ..Names::default() }.check().is_err(), "{name:?}");
        }
        assert!(Names { names: vec![taken("PC-01", None)], ..Names::default() }.check().is_ok());
    }

    proptest! {
        #[test]
        fn no_two_pcs_have_one_name_and_none_has_two(asked in proptest::collection::vec((0u8..6, 0u8..4), 1..40), seen in proptest::collection::vec(1u32..30, 0..20)) {
            let pattern = pattern("pc-{nn}");
            let mut names = Names { names: seen.iter().map(|n| taken(&pattern.name(*n), None)).collect(), ..Names::default() };
            let before: HashSet<u32> = seen.into_iter().collect();
            let mut given: BTreeMap<String, (Option<u8>, u8)> = BTreeMap::new();
            for (serial, machine) in asked {
                // 0: its maker has not filled it in.
                let own = (serial > 0).then(|| serial.to_string());
                let identity = pc(own.as_deref(), Some("NUC"), Some(&format!("m{}", if serial == 0 { machine } else { 10 })));
                let planned = names.give(&pattern, &identity).expect("a name");
                let name = names.reserve(&pattern, &identity, "2026").expect("a name").name().to_owned();
                prop_assert_eq!(planned.name(), &name, "what was shown is what is given");
                prop_assert!(!before.contains(&pattern.number(&name).expect("of the pattern")));
                let key = ((serial > 0).then_some(serial), if serial == 0 { machine } else { 0 });
                let holder = *given.entry(name.clone()).or_insert(key);
                prop_assert_eq!(holder, key, "{} is given to two", name);
            }
            let holders: HashSet<&(Option<u8>, u8)> = given.values().collect();
            prop_assert_eq!(holders.len(), given.len(), "one has two names");
        }
    }
}
