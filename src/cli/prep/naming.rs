//! Which name a PC is to have: the one that the command line says, the one that its preparation was begun with, else one that is
//! free.

use std::path::Path;

use crate::edge::names::{self, Place};
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::line::one_line;
use crate::prep::look::Identity;
use crate::prep::names::pattern::{LONGEST, Pattern};
use crate::prep::names::{FILE, is_host_name};
use crate::prep::profile::Naming;

/// What was asked for and is known.
pub(super) struct Asked<'a> {
    /// The name, where another has reserved it.
    pub(super) name: Option<&'a str>,
    /// The name that the preparation was begun with.
    pub(super) before: Option<&'a str>,
    /// The file of the names that are taken.
    pub(super) file: Option<&'a Path>,
    /// The folder of the depot, which keeps it where nobody names it.
    pub(super) depot: Option<&'a Path>,
    /// The folder of the profile, which keeps it where there is no depot.
    pub(super) folder: &'a Path,
}

/// The name of a PC.
#[derive(Default)]
pub(super) struct Named {
    /// It, where a step gives the PC one.
    pub(super) name: Option<String>,
    /// How it is reserved, where it is free and nobody's yet.
    pub(super) reserve_by: Option<(Pattern, Place)>,
}

impl Asked<'_> {
    /// The name for this PC; nothing is reserved.
    pub(super) fn name_for(&self, naming: Option<&Naming>, pc: &Identity) -> Result<Named> {
        let known = |name: &str| Ok(Named { name: Some(name.to_owned()), reserve_by: None });
        match (naming, self.name, self.before) {
            (None, None, _) => Ok(Named::default()),
            (None, Some(name), _) => Err(not_named(name)),
            (Some(_), Some(name), Some(before)) if name != before => Err(named_before(name, before)),
            (Some(_), Some(name), _) if !is_host_name(name, LONGEST) => Err(no_name(name)),
            (Some(_), Some(name), _) | (Some(_), None, Some(name)) => known(name),
            (Some(Naming { pattern, file }), None, None) => {
                let place = self.kept_in(file.as_deref());
                let given = names::give(&place, pattern, pc)?;
                Ok(Named { name: Some(given.name().to_owned()), reserve_by: Some((pattern.clone(), place)) })
            }
        }
    }

    /// Where the names are kept that are taken; the profile may say so.
    pub(super) fn kept_in(&self, by_profile: Option<&str>) -> Place {
        let own = by_profile.map(|file| self.folder.join(file));
        let named = self.file.map(Path::to_owned).or(own).or_else(|| self.depot.map(|depot| depot.join(FILE)));
        Place { named: named.is_some(), path: named.unwrap_or_else(|| self.folder.join(FILE)) }
    }
}

/// Tells on standard error which list a name comes from: under another account, as with sudo, that may be another one. `begins`: there
/// was none.
pub(super) fn tell(name: &str, place: &Place, begins: bool, language: Language) {
    eprintln!("{}", comes_from(name, place, begins, language));
}

fn comes_from(name: &str, place: &Place, begins: bool, language: Language) -> String {
    let file = place.path.display();
    let line = match begins {
        false => language.pick(format!("the name {name} comes from {file}"), format!("le nom {name} vient de {file}")),
        true => language.pick(
            format!("the name {name} comes from {file}, a new list that begins with it"),
            format!("le nom {name} vient de {file}, une nouvelle liste qui commence par lui"),
        ),
    };
    // Where the depot is, or where somebody said, it is meant to be begun.
    if !begins || place.named {
        return one_line(&line);
    }
    format!("{}\n{}", one_line(&line), shared_list(language))
}

/// The way out where benches share a list, and none was named.
pub(super) fn shared_list(language: Language) -> &'static str {
    language.pick(
        "hint: where benches share a list, name it: --depot FOLDER, or sudo --preserve-env=TROUSSE_DEPOT",
        "conseil : si les postes de préparation partagent une liste, indiquez-la : --depot DOSSIER, ou sudo --preserve-env=TROUSSE_DEPOT",
    )
}

fn not_named(name: &str) -> Fault {
    Fault::new(
        format!("--name {name}: no step of this profile gives this PC a name"),
        format!("--name {name} : aucune étape de ce profil n'attribue un nom à ce PC"),
    )
    .hint(
        "leave it out, or add a step of the kind rename without `to`",
        "omettez-le, ou ajoutez une étape du genre rename sans `to`",
    )
}

fn named_before(name: &str, before: &str) -> Fault {
    Fault::new(
        format!("this preparation was begun with the name {before}, not {name}"),
        format!("cette préparation a commencé avec le nom {before}, pas {name}"),
    )
    .hint(
        "leave --name out to go on with it, or name another folder with --state",
        "omettez --name pour la poursuivre, ou indiquez un autre dossier avec --state",
    )
}

fn no_name(name: &str) -> Fault {
    Fault::new(format!("{name:?} is no name for a PC"), format!("{name:?} n'est pas un nom de PC")).hint(
        format!("letters, digits and hyphens inside, not digits alone, {LONGEST} at most"),
        format!("lettres, chiffres, et tirets à l'intérieur, pas seulement des chiffres, {LONGEST} au plus"),
    )
}
