//! `windows-update`: what Windows Update has for a PC, of the kinds that the profile names. A PC is up to date when another search
//! finds nothing of them; each round may ask for a restart, and brings to light what waited for it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Meaning, Scene, Step, only_windows};
use crate::fault::{Result, Why};
use crate::prep::change::{Aspect, Change, List, Sight, State};
use crate::prep::look::update::{Category, Update};
use crate::prep::look::{Act, Look};

/// The updates of some kinds.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowsUpdate {
    /// The kinds that are installed; others wait for the PC's own Windows Update. `retries` says how many more rounds there are.
    #[serde(default = "usual")]
    pub categories: Vec<Category>,
    /// Updates that are not installed, by the numbers of their articles, as in `"KB5034441"`.
    #[serde(default)]
    pub refuse: Vec<String>,
}

/// What mends Windows, and changes nothing else of it.
fn usual() -> Vec<Category> {
    vec![Category::Critical, Category::Security, Category::Definition, Category::Rollup, Category::Update]
}

/// The number of an article.
fn article(text: &str) -> &str {
    text.strip_prefix("KB").or_else(|| text.strip_prefix("kb")).unwrap_or(text)
}

/// What the profile makes of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is installed.
    Wanted,
    /// The profile refuses it by its number.
    Refused,
    /// It is of no kind that the profile names.
    Left,
}

impl WindowsUpdate {
    fn fate(&self, update: &Update) -> Fate {
        let of_kind = self.categories.iter().any(|category| update.categories.iter().any(|id| id == category.id()));
        let refused = self.refuse.iter().any(|refused| update.articles.iter().any(|one| article(one) == article(refused)));
        match (of_kind, refused) {
            (false, _) => Fate::Left,
            (true, true) => Fate::Refused,
            (true, false) => Fate::Wanted,
        }
    }
}

/// What an update is called in few letters: its articles, else its title.
fn short(update: &Update) -> String {
    let articles: Vec<String> = update.articles.iter().map(|number| format!("KB{}", article(number))).collect();
    if articles.is_empty() { update.title.clone() } else { articles.join(" ") }
}

impl Step for WindowsUpdate {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let change = |update: Update| Change::new(update.title, Aspect::Update { id: update.id }, State::Absent, State::Present);
        Ok(pc.updates()?.into_iter().filter(|update| self.fate(update) == Fate::Wanted).map(change).collect())
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let updates = pc.updates()?;
        let of = |fate| updates.iter().filter(move |update| self.fate(update) == fate);
        let one = |update: &Update, state| Sight::new(&update.title, Aspect::Update { id: update.id.clone() }, state);
        let refused =
            || State::Said { english: "left out by the profile".to_owned(), french: "écartée par le profil".to_owned() };
        let pending = List::Updates.sight("Windows Update", of(Fate::Wanted).map(short));
        let wanted = of(Fate::Wanted).map(|update| one(update, State::Absent));
        Ok([pending].into_iter().chain(wanted).chain(of(Fate::Refused).map(|update| one(update, refused()))).collect())
    }

    fn detection(&self) -> Why {
        Why::new(
            "another search by Windows Update, for the kinds of the profile",
            "nouvelle recherche de Windows Update, pour les catégories du profil",
        )
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        let Aspect::Update { id } = &change.aspect else { return Ok(Applied::default()) };
        let restart = pc.install_update(id, scene.timeout_s)?;
        Ok(Applied { meaning: if restart { Meaning::Restart } else { Meaning::Done }, ended: None })
    }

    fn check(&self) -> std::result::Result<(), Why> {
        if self.categories.is_empty() {
            return Err(Why::new("`categories` is empty", "`categories` est vide"));
        }
        let number = |text: &str| !article(text).is_empty() && article(text).bytes().all(|byte| byte.is_ascii_digit());
        self.refuse.iter().find(|text| !number(text)).map_or(Ok(()), |text| {
            Err(Why::new(
                format!("{text:?} is no number of an article, as in \"KB5034441\""),
                format!("{text:?} n'est pas un numéro d'article, comme \"KB5034441\""),
            ))
        })
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        only_windows(pc, "windows-update")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, said, step};
    use crate::prep::look::System;

    fn update(id: &str, article: &str, category: Category) -> Update {
        Update {
            id: id.into(),
            title: format!("{id} (KB{article})"),
            articles: vec![article.into()],
            categories: vec!["c1".into(), category.id().into()],
        }
    }

    fn pc() -> Fake {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        pc.updates = vec![
            update("2026-11 Cumulative Update", "5099001", Category::Security),
            update("Recovery environment", "5034441", Category::Security),
            update("Printer driver", "5099002", Category::Driver),
        ];
        pc
    }

    #[test]
    fn what_mends_windows_is_installed_and_drivers_wait() {
        let mut pc = pc();
        let updates = step("kind = \"windows-update\"\nrefuse = [\"KB5034441\"]");
        let changes = planned(&updates, &pc);
        assert_eq!(changes.iter().map(|change| change.subject.as_str()).collect::<Vec<_>>(), ["2026-11 Cumulative Update (KB5099001)"]);
        done(&updates, &mut pc);
        assert_eq!(pc.updates.len(), 2);
        assert_eq!(planned(&step("kind = \"windows-update\"\ncategories = [\"driver\"]"), &pc).len(), 1);
    }

    #[test]
    fn an_update_that_waits_for_the_restart_is_not_yet_there_and_another_may_come_with_it() {
        let mut pc = Fake { updates_at_start: true, ..pc() };
        pc.next_updates = vec![update("Servicing stack", "5099003", Category::Critical)];
        let updates = step("kind = \"windows-update\"\nrefuse = [\"5034441\"]");
        let changes = planned(&updates, &pc);
        assert_eq!(pc.apply(&updates, &changes[0]).expect("applied"), Applied::after_restart());
        assert_eq!(planned(&updates, &pc), changes);
        pc.start();
        assert_eq!(planned(&updates, &pc)[0].subject, "Servicing stack (KB5099003)");
    }

    #[test]
    fn what_is_pending_is_seen_and_so_is_what_the_profile_leaves_out() {
        let mut pc = pc();
        let updates = step("kind = \"windows-update\"\nrefuse = [\"KB5034441\"]");
        let seen = |pc: &Fake| said(&updates, pc, Language::En);
        let left_out = "Recovery environment (KB5034441): update left out by the profile";
        assert_eq!(
            seen(&pc),
            [
                "Windows Update: pending updates: KB5099001",
                "2026-11 Cumulative Update (KB5099001): update missing",
                left_out,
            ]
        );
        done(&updates, &mut pc);
        assert_eq!(seen(&pc), ["Windows Update: pending updates: none", left_out]);
        assert_eq!(said(&updates, &pc, Language::Fr)[0], "Windows Update : mises à jour en attente : aucune");
    }

    #[test]
    fn what_names_no_kind_or_no_article_is_refused() {
        assert!(refused("kind = \"windows-update\"\ncategories = []").contains("empty"));
        assert!(refused("kind = \"windows-update\"\nrefuse = [\"latest\"]").contains("no number of an article"));
        assert!(refused("kind = \"windows-update\"\ncategories = [\"games\"]").contains("unknown variant"));
    }
}
