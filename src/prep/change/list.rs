//! Lists of a PC in which something is looked for: that nothing is found in one is a proof too, and stands on the sheet as one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aspect, Sight, State};
use crate::language::Language;

/// What is named of all that was found: a pattern may be like a hundred apps.
const NAMED: usize = 8;

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// The apps of the Store that accounts of the PC have.
    Apps,
    /// Those that new accounts are given.
    ProvisionedApps,
    /// The programs that the system lists as installed.
    Programs,
    /// The updates that the system's maker has for the PC and it does not have yet.
    Updates,
    /// The devices that are in the PC.
    Devices,
}

impl List {
    /// What was found in it of a subject.
    pub fn sight(self, subject: &str, found: impl IntoIterator<Item = String>) -> Sight {
        let mut found: Vec<String> = found.into_iter().collect();
        let more = found.len().saturating_sub(NAMED);
        found.truncate(NAMED);
        found.extend((more > 0).then(|| format!("+{more}")));
        let state = if found.is_empty() { State::Absent } else { State::Text(found.join(", ")) };
        Sight::new(subject, Aspect::Listed(self), state)
    }

    pub(super) fn say(self, language: Language) -> &'static str {
        let (english, french) = match self {
            List::Apps => ("apps of accounts", "applications des comptes"),
            List::ProvisionedApps => ("apps for new accounts", "applications pour les nouveaux comptes"),
            List::Programs => ("installed programs", "programmes installés"),
            List::Updates => ("pending updates", "mises à jour en attente"),
            List::Devices => ("devices of this PC", "périphériques de ce PC"),
        };
        language.pick(english, french)
    }

    pub(super) fn none(self, language: Language) -> &'static str {
        match self {
            List::Apps | List::ProvisionedApps | List::Updates => language.pick("none", "aucune"),
            List::Programs | List::Devices => language.pick("none", "aucun"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_what_was_found_or_that_nothing_was() {
        let said = |count: usize| {
            let sight = List::Programs.sight("Mc*", (0..count).map(|number| format!("Mc{number}")));
            Language::ALL.map(|language| sight.say(language))
        };
        assert_eq!(said(0), ["Mc*: installed programs: none", "Mc* : programmes installés : aucun"]);
        assert_eq!(said(2)[1], "Mc* : programmes installés : Mc0, Mc1");
        assert_eq!(said(10)[0], "Mc*: installed programs: Mc0, Mc1, Mc2, Mc3, Mc4, Mc5, Mc6, Mc7, +2");
    }
}
