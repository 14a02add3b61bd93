//! A visit on a page: what mended it, then every step with its answer, then every finding before and after.

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Fit, Page, Reading, Row, Table, Tone};
use crate::language::Language;
use crate::logbook::{Answer, Logbook, Step, Traced, What};
use crate::probe::Errand;
use crate::report::words::{counted, day_and_time, duration, number};

impl Answer {
    /// The word that a reader sees: whether that mended it.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Answer::Yes => language.pick("yes", "oui"),
            Answer::No => language.pick("no", "non"),
            Answer::NotTested => language.pick("not tested", "non testé"),
        }
    }
}

impl From<Answer> for Tone {
    fn from(answer: Answer) -> Tone {
        match answer {
            Answer::Yes => Tone::Clear,
            Answer::No => Tone::Broken,
            Answer::NotTested => Tone::NotTested,
        }
    }
}

impl Logbook {
    /// The visit in one line: whose, when, how it stands.
    pub fn in_a_line(&self, language: Language) -> String {
        let place: Vec<&str> = [Some(self.customer.as_str()), self.site.as_deref()].into_iter().flatten().collect();
        let state = match self.closed {
            Some(_) => language.pick("closed", "terminée"),
            None => language.pick("open", "en cours"),
        };
        let line = format!("{} · {} min · {state} · {}", place.join(" – "), self.minutes(), verdict(self, language).1);
        crate::line::one_line(&line)
    }
}

impl Page {
    /// The page of a visit.
    pub fn of_logbook(book: &Logbook, language: Language, zone: &TimeZone) -> Page {
        let (tone, text) = verdict(book, language);
        let mut blocks = vec![Block::Verdict(tone, text)];
        blocks.extend(lost(book, language));
        blocks.extend(clock(book, language));
        blocks.push(Block::Facts(facts(book, language)));
        if !book.steps.is_empty() {
            blocks.push(Block::Heading(language.pick("What was done", "Ce qui a été fait").to_owned()));
            blocks.push(Block::Table(steps(book, language, zone)));
        }
        if !book.findings.is_empty() {
            blocks.push(Block::Heading(language.pick("Before and after", "Avant et après").to_owned()));
            blocks.push(Block::Table(findings(book, language)));
        }
        let place: Vec<&str> = [Some(book.customer.as_str()), book.site.as_deref()].into_iter().flatten().collect();
        let started = day_and_time(&book.started, zone, language);
        let when = match &book.closed {
            Some(closed) => format!("{started} → {}", day_and_time(closed, zone, language)),
            None => format!("{started} → {}", language.pick("still open", "en cours")),
        };
        let page = Page {
            language,
            title: format!("{} – {}", language.pick("Visit journal", "Journal d'intervention"), place.join(" – ")),
            subtitle: [Some(when), book.technician.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            blocks,
        };
        page.made_fit()
    }
}

fn verdict(book: &Logbook, language: Language) -> (Tone, String) {
    let left = book.left();
    let by = book.mended_by.and_then(|place| book.action(place));
    let text = match (book.answer, by) {
        (Some(Answer::Yes), Some(by)) => language.pick(format!("Mended by: {by}."), format!("Résolu par : {by}.")),
        (Some(Answer::Yes), None) => {
            language.pick("Mended; nothing was noted that did it.", "Résolu, sans action notée qui l'explique.").to_owned()
        }
        (Some(Answer::No), _) if left > 0 => {
            let left = counted(left, ("finding is", "anomalie reste"), ("findings are", "anomalies restent"), language);
            language.pick(format!("Not mended: {left} still there."), format!("Non résolu : {left} à lever."))
        }
        (Some(Answer::No), _) => language.pick("Not mended.", "Non résolu.").to_owned(),
        (Some(Answer::NotTested), _) if book.unread > 0 => language
            .pick(
                "Whether it is mended is not known: part of the journal is lost.",
                "On ne sait pas si c'est résolu : une partie du journal est perdue.",
            )
            .to_owned(),
        (Some(Answer::NotTested), _) => language
            .pick("Not everything that was wrong was tested again.", "Une partie de ce qui n'allait pas n'a pas été revérifiée.")
            .to_owned(),
        (None, _) if left > 0 => {
            let left = counted(left, ("finding", "anomalie"), ("findings", "anomalies"), language);
            let text = language
                .pick(format!("{left}; nothing was tested again yet."), format!("{left} ; rien n'a encore été revérifié."));
            return (Tone::Broken, text);
        }
        (None, _) if book.was_tested() && book.unread == 0 => {
            language.pick("Nothing wrong was found.", "Aucune anomalie trouvée.").to_owned()
        }
        (None, _) if book.was_tested() => {
            let text = language.pick("Nothing wrong was found in what can be read.", "Aucune anomalie dans ce qui est lisible.");
            return (Tone::NotTested, text.to_owned());
        }
        (None, _) if book.steps.iter().any(|step| matches!(step.what, What::Look { .. })) => {
            let text = language.pick("None of the checks could tell.", "Aucun contrôle n'a pu être mené à bien.");
            return (Tone::NotTested, text.to_owned());
        }
        (None, _) => return (Tone::NotTested, language.pick("Nothing was tested.", "Rien n'a été testé.").to_owned()),
    };
    (book.answer.map_or(Tone::Clear, Tone::from), text)
}

/// Lines that are lost may have told that something is still wrong.
fn lost(book: &Logbook, language: Language) -> Option<Block> {
    let text = match (book.unread, language) {
        (1, Language::En) => {
            "One line of the journal cannot be read, and what it told is lost: test again what matters.".to_owned()
        }
        (1, Language::Fr) => {
            "Une ligne du journal est illisible, et ce qu'elle disait est perdu : revérifiez ce qui compte.".to_owned()
        }
        (many, Language::En) => {
            format!("{many} lines of the journal cannot be read, and what they told is lost: test again what matters.")
        }
        (many, Language::Fr) => {
            format!("{many} lignes du journal sont illisibles, et ce qu'elles disaient est perdu : revérifiez ce qui compte.")
        }
    };
    (book.unread > 0).then_some(Block::Warning(text))
}

/// A clock that was set makes the times on the wall lie.
fn clock(book: &Logbook, language: Language) -> Option<Block> {
    let set = book.steps.iter().find(|step| step.clock_set_ms.is_some())?;
    let back = set.clock_set_ms.is_some_and(|ms| ms < 0);
    let by = duration(set.clock_set_ms.unwrap_or_default().unsigned_abs(), language);
    let way = if back { language.pick("back", "reculée") } else { language.pick("forward", "avancée") };
    let unknown = book.steps.iter().any(|step| step.ms.is_none());
    let text = match (unknown, language) {
        (true, Language::En) => {
            format!("The laptop's clock was set {way} by {by}: how long the work took around that is not known, and not counted.")
        }
        (true, Language::Fr) => {
            format!("L'heure du portable a été {way} de {by} : le temps passé à ce moment-là n'est pas connu, et pas compté.")
        }
        (false, Language::En) => {
            format!("The laptop's clock was set {way} by {by}: the times of day do not fit together, the minutes are right.")
        }
        (false, Language::Fr) => {
            format!("L'heure du portable a été {way} de {by} : les heures affichées ne se suivent pas, les minutes sont justes.")
        }
    };
    Some(Block::Warning(text))
}

fn facts(book: &Logbook, language: Language) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut fact = |english: &str, french: &str, text: Option<String>| {
        facts.extend(text.map(|text| (language.pick(english, french).to_owned(), text)));
    };
    fact("Customer", "Client", Some(book.customer.clone()));
    fact("Site", "Site", book.site.clone());
    fact("Address", "Adresse", book.address.clone());
    fact("Ticket", "Ticket", book.ticket.clone());
    fact("Technician", "Technicien", book.technician.clone());
    fact("Time", "Durée", Some(format!("{} min", number(book.minutes(), language))));
    let km = book.km.map(|km| format!("{km} km").replace('.', language.pick(".", ",")));
    fact("Driven", "Déplacement", km);
    facts
}

fn steps(book: &Logbook, language: Language, zone: &TimeZone) -> Table {
    let columns = vec![
        Column::new(language.pick("When", "Heure"), Fit::Whole),
        Column::right("min", Fit::Whole),
        Column::new(language.pick("Step", "Étape"), Fit::Wrap),
        Column::new(language.pick("Mended", "Résolu"), Fit::Said),
    ];
    let rows = book.steps.iter().enumerate().map(|(place, step)| {
        let (text, answer) = told(step, language);
        let mended = book.mended_by == Some(place);
        Row {
            tone: answer.map(Tone::from).or(mended.then_some(Tone::Clear)),
            cells: vec![
                day_and_time(&step.at, zone, language).into(),
                minutes(step).into(),
                text.into(),
                answer.map(|answer| answer.word(language)).unwrap_or_default().into(),
            ],
        }
    });
    Table { columns, rows: rows.collect(), reading: Reading::Short }
}

/// Whole minutes since the step before, the nearest.
fn minutes(step: &Step) -> String {
    step.ms.map_or_else(|| "?".to_owned(), |ms| ((ms + 30_000) / 60_000).to_string())
}

fn told(step: &Step, language: Language) -> (String, Option<Answer>) {
    match &step.what {
        What::Action { text, answer, told } => {
            let by = if *told { language.pick(" (as the technician found)", " (constaté par le technicien)") } else { "" };
            (format!("{text}{by}"), *answer)
        }
        What::Look { errand, again, found, interface, answer, .. } => {
            let findings = counted(*found, ("finding", "anomalie"), ("findings", "anomalies"), language);
            let what = match (again, language) {
                (false, Language::En) => "Test",
                (true, Language::En) => "Test again",
                (false, Language::Fr) => "Test",
                (true, Language::Fr) => "Nouveau test",
            };
            let how = [Some(command(*errand)), interface.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
            (language.pick(format!("{what} ({how}): {findings}"), format!("{what} ({how}) : {findings}")), *answer)
        }
        What::Pause => (language.pick("Pause", "Pause").to_owned(), None),
        What::End => (language.pick("Visit closed", "Intervention terminée").to_owned(), None),
    }
}

/// The command that a look is made by.
fn command(errand: Errand) -> &'static str {
    match errand {
        Errand::Scan => "scan",
        Errand::Dhcp => "dhcp",
        Errand::Diagnose => "diagnose",
        Errand::Link => "link",
        Errand::Power => "link poe",
        Errand::Locate => "link locate",
        Errand::Capture => "replay",
    }
}

fn findings(book: &Logbook, language: Language) -> Table {
    let columns = vec![
        Column::new(language.pick("Finding", "Anomalie"), Fit::Wrap),
        Column::new(language.pick("At the end", "À la fin"), Fit::Said),
        Column::new(language.pick("Mended by", "Résolu par"), Fit::Wrap),
        Column::new("Code", Fit::Spare),
    ];
    let row = |one: &Traced| {
        let by = match (one.gone, one.mended_by.and_then(|place| book.action(place))) {
            (Answer::Yes, Some(by)) => Cell::from(by),
            (Answer::Yes, None) => language.pick("nothing noted", "rien de noté").into(),
            _ => "–".into(),
        };
        let (tone, state) = match one.gone {
            Answer::Yes => (Tone::Clear, language.pick("gone", "levée")),
            Answer::No => (Tone::from(one.finding.severity), language.pick("still there", "toujours présente")),
            Answer::NotTested => (Tone::NotTested, language.pick("not tested again", "non revérifiée")),
        };
        let title = one.finding.problem.explain().words(language).title;
        Row { tone: Some(tone), cells: vec![title.into(), state.into(), by, one.finding.problem.code().into()] }
    };
    Table { columns, rows: book.findings.iter().map(row).collect(), reading: Reading::Short }
}
