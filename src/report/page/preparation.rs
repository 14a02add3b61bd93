//! The preparation of a PC on a page: how it stands, which PC, and every step with what it came to.

use super::{Block, Cell, Column, Fit, Page, Reading, Row, Table, Tone};
use crate::language::Language;
use crate::prep::change::Change;
use crate::prep::outcome::{Failure, Outcome, RunEnd};
use crate::prep::tell::{Record, Told};
use crate::report::words::counted;

/// What the page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// What a run would do.
    Plan,
    /// What a run did.
    Run,
    /// What is no longer as it was left.
    Verify,
    /// How it stands, by its journal.
    Status,
}

impl Page {
    /// The page of a preparation.
    pub fn of_preparation(record: &Record, purpose: Purpose, language: Language) -> Page {
        let (tone, text) = verdict(record, purpose, language);
        let mut blocks = vec![Block::Verdict(tone, text)];
        if let Some(why) = &record.by_hand {
            blocks.push(Block::Warning(by_hand(why, language)));
        }
        blocks.push(Block::Facts(facts(record, language)));
        let since = &record.started.since;
        if !since.is_empty() {
            let changes = since.iter().map(|change| change.say(language)).collect();
            let label = language.pick("The PC itself has changed", "Le PC lui-même a changé");
            blocks.push(Block::Evidence(label.to_owned(), changes));
        }
        let differs = |told: &&Told| matches!(told.outcome, Outcome::ToDo(_) | Outcome::Failed(_)) || !told.since.is_empty();
        let shown: Vec<&Told> = record.steps.iter().filter(|told| purpose != Purpose::Verify || differs(told)).collect();
        if !shown.is_empty() {
            blocks.push(Block::Heading(language.pick("Steps", "Étapes").to_owned()));
            blocks.push(Block::Table(table(&shown, purpose, language)));
        }
        let title = match purpose {
            Purpose::Plan => language.pick("Plan of the preparation", "Plan de la préparation"),
            Purpose::Run | Purpose::Status => language.pick("Preparation", "Préparation"),
            Purpose::Verify => language.pick("Check of the preparation", "Contrôle de la préparation"),
        };
        let started = &record.started;
        let page = Page {
            language,
            title: title.to_owned(),
            subtitle: [&started.title, &started.version].map(String::as_str).join(" "),
            blocks,
        };
        page.made_fit()
    }
}

fn number(record: &Record, is: fn(&Outcome) -> bool) -> u32 {
    record.steps.iter().filter(|told| is(&told.outcome)).count() as u32
}

fn verdict(record: &Record, purpose: Purpose, language: Language) -> (Tone, String) {
    let steps = |count| counted(count, ("step", "étape"), ("steps", "étapes"), language);
    let to_do = number(record, |outcome| matches!(outcome, Outcome::ToDo(_)));
    let failed = number(record, Outcome::is_failure);
    let done = number(record, |outcome| matches!(outcome, Outcome::Changed(_)));
    let changed = !record.started.since.is_empty() || record.steps.iter().any(|told| !told.since.is_empty());
    let (tone, english, french) = match (record.end, purpose) {
        (None, Purpose::Status) => (
            Tone::NotTested,
            "Under way, or interrupted: the same command goes on with it.".to_owned(),
            "En cours, ou interrompue : la même commande la poursuit.".to_owned(),
        ),
        (None, _) if failed > 0 => (
            Tone::Broken,
            format!("{} cannot be looked at; nothing was touched.", steps(failed)),
            format!("Impossible d'examiner {} ; rien n'a été touché.", steps(failed)),
        ),
        (None, Purpose::Verify) if to_do > 0 => (
            Tone::Degraded,
            format!("No longer as it was left: {}.", steps(to_do)),
            format!("Plus conforme à la préparation : {}.", steps(to_do)),
        ),
        (None, Purpose::Verify) if changed => (
            Tone::Note,
            "As the profile wants it, with changes since the preparation.".to_owned(),
            "Conforme au profil, avec des changements depuis la préparation.".to_owned(),
        ),
        (None, Purpose::Verify) => (
            Tone::Clear,
            "Everything is as the preparation left it.".to_owned(),
            "Tout est tel que la préparation l'a laissé.".to_owned(),
        ),
        (None, _) if to_do > 0 => {
            let changes = record.steps.iter().map(|told| told.outcome.changes().len()).sum::<usize>() as u32;
            let changes = counted(changes, ("change", "changement"), ("changes", "changements"), language);
            (
                Tone::Note,
                format!("{changes} to make in {}; nothing was touched.", steps(to_do)),
                format!("{changes} à faire en {} ; rien n'a été touché.", steps(to_do)),
            )
        }
        (None, _) => (
            Tone::Clear,
            "Nothing to do: the PC is as the profile wants it.".to_owned(),
            "Rien à faire : le PC est conforme au profil.".to_owned(),
        ),
        (Some(RunEnd::Ready), Purpose::Run) if done == 0 => {
            (Tone::Clear, "Ready: nothing had to be done.".to_owned(), "Prêt : il n'y avait rien à faire.".to_owned())
        }
        (Some(RunEnd::Ready), _) => (
            Tone::Clear,
            "Ready: the PC is as the profile wants it.".to_owned(),
            "Prêt : le PC est conforme au profil.".to_owned(),
        ),
        (Some(RunEnd::RestartPending), _) if record.restarting => (
            Tone::Risk,
            "The PC restarts now, and the preparation goes on by itself.".to_owned(),
            "Le PC redémarre maintenant, et la préparation se poursuit d'elle-même.".to_owned(),
        ),
        (Some(RunEnd::RestartPending), _) => {
            // Shut down with fast startup, Windows goes on where it was when it is switched on again.
            let (how, comment) = match record.started.system.starts_with("Windows") {
                true => (" (Restart, not Shut down)", " (Redémarrer, et non Arrêter puis rallumer)"),
                false => ("", ""),
            };
            match record.by_hand {
                Some(_) => (
                    Tone::Risk,
                    format!("Restart the PC{how}, then give the same command again."),
                    format!("Redémarrez le PC{comment}, puis relancez la même commande."),
                ),
                None => (
                    Tone::Risk,
                    format!("Restart the PC{how}: the preparation goes on by itself after that."),
                    format!("Redémarrez le PC{comment} : la préparation se poursuit ensuite d'elle-même."),
                ),
            }
        }
        (Some(RunEnd::Failed), _) => {
            (Tone::Broken, format!("Not ready: {} not done.", steps(failed)), format!("Pas prêt : {} en échec.", steps(failed)))
        }
        (Some(RunEnd::TooManyResumes), _) => (
            Tone::Broken,
            "Given up: the PC was started again and again without coming to the end.".to_owned(),
            "Abandonnée : le PC a redémarré encore et encore sans arriver au bout.".to_owned(),
        ),
    };
    (tone, language.pick(english, french))
}

fn by_hand(why: &Failure, language: Language) -> String {
    let why = why.say(language);
    language.pick(format!("It does not go on by itself: {why}"), format!("Elle ne se poursuit pas d'elle-même : {why}"))
}

fn facts(record: &Record, language: Language) -> Vec<(String, String)> {
    let started = &record.started;
    let serial =
        started.pc.serial.as_ref().map(|serial| language.pick(format!("serial {serial}"), format!("n° de série {serial}")));
    let pc: Vec<String> = [started.pc.model(), serial].into_iter().flatten().collect();
    let mut facts = vec![
        (language.pick("Name", "Nom").to_owned(), started.host_name.clone()),
        (language.pick("System", "Système").to_owned(), started.system.clone()),
    ];
    if !pc.is_empty() {
        facts.insert(0, ("PC".to_owned(), pc.join(", ")));
    }
    if let Some(step) = &record.restart_for {
        facts.push((language.pick("Restart for", "Redémarrage pour").to_owned(), step.clone()));
    }
    facts
}

pub(super) fn tone(outcome: &Outcome) -> Option<Tone> {
    match outcome {
        Outcome::AlreadySo | Outcome::Changed(_) => Some(Tone::Clear),
        Outcome::DidNotTake(_) | Outcome::Failed(_) => Some(Tone::Broken),
        Outcome::RebootNeeded(_) => Some(Tone::Risk),
        Outcome::NotTried(_) | Outcome::AfterRestart => Some(Tone::NotTested),
        Outcome::ToDo(_) => Some(Tone::Note),
        Outcome::Skipped => None,
    }
}

fn table(steps: &[&Told], purpose: Purpose, language: Language) -> Table {
    let what = match purpose {
        Purpose::Verify => language.pick("As it was left → as it is", "Tel que laissé → tel que constaté"),
        _ => language.pick("What", "Quoi"),
    };
    let columns = vec![
        Column::new(language.pick("Step", "Étape"), Fit::Wrap),
        Column::new(language.pick("Kind", "Genre"), Fit::Spare),
        Column::new(language.pick("Outcome", "Résultat"), Fit::Whole),
        Column::new(what, Fit::Wrap),
    ];
    let word = |told: &Told| match (&told.outcome, purpose) {
        (Outcome::ToDo(_), Purpose::Verify) => language.pick("differs", "différent"),
        (Outcome::AlreadySo, Purpose::Verify) => language.pick("changed, still right", "changé, conforme"),
        (Outcome::ToDo(_), Purpose::Status) => language.pick("begun", "commencé"),
        (outcome, _) => outcome.word(language),
    };
    let tone = |told: &Told| match (&told.outcome, purpose) {
        (Outcome::ToDo(_), Purpose::Verify) => Some(Tone::Degraded),
        (Outcome::AlreadySo, Purpose::Verify) => Some(Tone::Note),
        (outcome, _) => tone(outcome),
    };
    // Each change stands in a line of its own, under the step that makes it.
    let rows = steps.iter().flat_map(|told| {
        let mut lines = lines(told, purpose, language).into_iter();
        let first = [told.name.clone(), told.kind.clone(), word(told).to_owned(), lines.next().unwrap_or_default()];
        let below = lines.map(|line| (None, [String::new(), String::new(), String::new(), line]));
        [(tone(told), first)].into_iter().chain(below)
    });
    let rows = rows.map(|(tone, texts)| Row { tone, cells: texts.into_iter().map(Cell::from).collect() });
    Table { columns, rows: rows.collect(), reading: Reading::Short }.without_empty_columns()
}

/// What a step tells: since the preparation what has changed, then what else the profile wants.
fn lines(told: &Told, purpose: Purpose, language: Language) -> Vec<String> {
    let known = |change: &&Change| {
        let same = |since: &&Change| (&since.subject, &since.aspect) == (&change.subject, &change.aspect);
        told.since.iter().any(|since| same(&since))
    };
    match (&told.outcome, purpose) {
        (Outcome::ToDo(changes), Purpose::Verify) => {
            let left = changes.iter().filter(|change| !known(change)).map(|change| change.say_wanted(language));
            told.since.iter().map(|change| change.say(language)).chain(left).collect()
        }
        (outcome, _) => told.since.iter().map(|change| change.say(language)).chain(outcome.lines(language)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::change::{Aspect, State};
    use crate::prep::look::Identity;
    use crate::prep::tell::Started;
    use crate::report::{View, preparation};
    use jiff::tz::TimeZone;

    fn record(outcomes: &[(&str, Outcome)], end: Option<RunEnd>) -> Record {
        let pc = Identity {
            maker: Some("Intel".into()),
            product: Some("NUC11PAHi5".into()),
            serial: Some("G6PA\u{1b}[2J".into()),
            machine: None,
        };
        let started = Started {
            schema: crate::prep::tell::SCHEMA.into(),
            title: "Kiosk".into(),
            version: "1".into(),
            profile: "ab".into(),
            pc,
            system: "Debian GNU/Linux 12 (bookworm)".into(),
            host_name: "debian".into(),
            steps: outcomes.len(),
            since: Vec::new(),
        };
        let told = |(name, outcome): &(&str, Outcome)| Told {
            name: (*name).into(),
            kind: "file".into(),
            outcome: outcome.clone(),
            since: Vec::new(),
        };
        Record { steps: outcomes.iter().map(told).collect(), end, ..Record::new(started) }
    }

    #[test]
    fn windows_is_restarted_and_not_switched_off_and_on() {
        let mut record = record(&[], Some(RunEnd::RestartPending));
        assert!(!verdict(&record, Purpose::Run, Language::En).1.contains("Shut down"));
        record.started.system = "Windows 11 Pro 23H2".into();
        let said = verdict(&record, Purpose::Run, Language::Fr).1;
        assert_eq!(
            said,
            "Redémarrez le PC (Redémarrer, et non Arrêter puis rallumer) : la préparation se poursuit ensuite d'elle-même."
        );
    }

    fn shown(record: &Record, purpose: Purpose, language: Language) -> String {
        preparation(record, purpose, &View { width: 80, ..View::new(language, TimeZone::UTC) })
    }

    #[test]
    fn a_page_fits_80_columns_and_obeys_nothing_in_either_language() {
        let changes = vec![Change::to_be("technicien", Aspect::Member("sudo".into())); 4];
        let outcomes = [
            ("a long name of a step that somebody wrote", Outcome::ToDo(changes.clone())),
            ("b", Outcome::NotTried("a long name of a step that somebody wrote".into())),
            ("c", Outcome::AfterRestart),
            ("d", Outcome::Skipped),
        ];
        for language in Language::ALL {
            for purpose in [Purpose::Plan, Purpose::Run, Purpose::Verify, Purpose::Status] {
                for end in
                    [None, Some(RunEnd::Ready), Some(RunEnd::Failed), Some(RunEnd::RestartPending), Some(RunEnd::TooManyResumes)]
                {
                    let text = shown(&record(&outcomes, end), purpose, language);
                    assert!(text.lines().all(|line| crate::report::columns::width(line) <= 80), "{text}");
                    assert!(!text.contains('\u{1b}'), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_check_shows_what_differs_and_nothing_else() {
        let outcomes = [("kept", Outcome::AlreadySo), ("gone", Outcome::ToDo(vec![Change::to_be("/opt/x", Aspect::Done)]))];
        let text = shown(&record(&outcomes, None), Purpose::Verify, Language::Fr);
        assert!(
            text.contains("Plus conforme à la préparation : 1 étape") && text.contains("gone") && !text.contains("kept"),
            "{text}"
        );
    }

    #[test]
    fn a_check_tells_how_it_was_left_and_how_it_is() {
        let version = |before: State, after: &str| Change::new("kioskd", Aspect::Version, before, State::Text(after.into()));
        let later = version(State::Text("2.10".into()), "2.11");
        let gone = Change::new("kioskd", Aspect::Version, State::Text("2.10".into()), State::Absent);
        let mut record = record(
            &[
                ("kept", Outcome::AlreadySo),
                ("later", Outcome::AlreadySo),
                ("gone", Outcome::ToDo(vec![version(State::Absent, "2.10"), Change::to_be("other", Aspect::Done)])),
            ],
            None,
        );
        record.steps[1].since.push(later);
        record.steps[2].since.push(gone);
        let name = |state: &str| State::Text(state.into());
        record.started.since.push(Change::new("PC", Aspect::HostName, name("kiosk-01"), name("other")));
        let text = shown(&record, Purpose::Verify, Language::En);
        for part in [
            "No longer as it was left: 1 step.",
            "changed, still right",
            "kioskd: version 2.10 → 2.11",
            "kioskd: version 2.10 → none",
            "other: not done (wanted: done)",
            "name of the PC: kiosk-01 → other",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("none → 2.10") && !text.contains("kept"), "{text}");
    }
}
