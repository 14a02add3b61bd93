//! The delivery sheet of a PC on a page: first one that sums up and can be stuck on the box, then every step with its proof.

use jiff::tz::TimeZone;

use super::preparation::tone;
use super::{Block, Code, Column, Fit, Page, Reading, Row, Signer, Table, Tone};
use crate::language::Language;
use crate::prep::change::{Change, Sight};
use crate::prep::look::{How, NetworkCard};
use crate::prep::outcome::{Outcome, RunEnd};
use crate::prep::sheet::{Delivered, Restarted, Sheet, Updates};
use crate::report::columns::cut;
use crate::report::words::{counted, day_and_time, number};

/// Rows of steps that the first page has room for; more steps than that are summed up on it.
const ROOM: usize = 14;
/// Steps that are not done which a page that sums up has room for.
const TOLD: usize = 4;
/// Network cards and updates that are named on the first page.
const NAMED: usize = 4;
/// Letters of a text on the first page: the name of a step in one line, all else in two.
const NAME: usize = 48;
const TEXT: usize = 110;

impl Page {
    /// The page of a delivery sheet; times are told by the clock of `zone`.
    pub fn of_sheet(sheet: &Sheet, language: Language, zone: &TimeZone) -> Page {
        let (tone, text) = verdict(sheet, language);
        let mut blocks = vec![Block::Verdict(tone, text)];
        if sheet.left.as_ref().is_some_and(|left| left.restart_pending == Some(true)) {
            let text = language.pick("The system asks for one more restart.", "Le système demande encore un redémarrage.");
            blocks.push(Block::Warning(text.to_owned()));
        }
        if sheet.clock_went_back() {
            let text = language.pick(
                "The clock of the PC was set while it was prepared: the dates are uncertain.",
                "L'horloge du PC a été remise à l'heure pendant la préparation : dates incertaines.",
            );
            blocks.push(Block::Warning(text.to_owned()));
        }
        if sheet.unread > 0 {
            let (one, many) = (
                ("line of the journal cannot be read", "ligne du journal est illisible"),
                ("lines of the journal cannot be read", "lignes du journal sont illisibles"),
            );
            let lines = counted(sheet.unread, one, many, language);
            let text = language
                .pick(format!("{lines}: this sheet may lack something."), format!("{lines} : cette fiche peut être incomplète."));
            blocks.push(Block::Warning(text));
        }
        blocks.extend(sheet.code().as_deref().and_then(Code::of).map(Block::Code));
        blocks.push(Block::Facts(facts(sheet, language, zone)));
        blocks.extend(summary(sheet, language));
        blocks.push(Block::ToSign(signers(sheet, language)));
        blocks.push(Block::NewPage);
        blocks.extend(evidence(sheet, language, zone));
        let when = sheet.finished.as_ref().or(sheet.started.as_ref()).filter(|_| !sheet.clock_went_back());
        let when = when.map(|at| day_and_time(at, zone, language));
        let page = Page {
            language,
            title: language.pick("Delivery sheet", "Fiche de préparation").to_owned(),
            subtitle: [sheet.host_name().map(str::to_owned), when].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            blocks,
        };
        page.made_fit()
    }
}

fn verdict(sheet: &Sheet, language: Language) -> (Tone, String) {
    let failed = sheet.not_done().count() as u32;
    let steps = counted(failed, ("step not done", "étape non aboutie"), ("steps not done", "étapes non abouties"), language);
    let (tone, english, french) = match sheet.end {
        Some(RunEnd::Ready) => (
            Tone::Clear,
            "Ready to deliver: every step is done, and was seen to be.".to_owned(),
            "Prêt à livrer : chaque étape est faite et constatée.".to_owned(),
        ),
        Some(RunEnd::Failed) => (Tone::Broken, format!("Not ready: {steps}."), format!("Pas prêt : {steps}.")),
        Some(RunEnd::RestartPending) => {
            (Tone::Risk, "Not ready: a restart is awaited.".to_owned(), "Pas prêt : un redémarrage est attendu.".to_owned())
        }
        Some(RunEnd::TooManyResumes) => (
            Tone::Broken,
            "Not ready: given up, the PC was started again and again without coming to the end.".to_owned(),
            "Pas prêt : préparation abandonnée, le PC a redémarré encore et encore sans arriver au bout.".to_owned(),
        ),
        None => (
            Tone::NotTested,
            "Not ready: the preparation is under way, or was interrupted.".to_owned(),
            "Pas prêt : la préparation est en cours, ou a été interrompue.".to_owned(),
        ),
    };
    (tone, language.pick(english, french))
}

/// Whoever hands the PC over, and whoever takes it.
fn signers(sheet: &Sheet, language: Language) -> Vec<Signer> {
    let technician = cut(sheet.technician.as_deref().unwrap_or_default(), NAME);
    let signer = |who: &str, name: String| Signer {
        who: who.to_owned(),
        lines: vec![
            (language.pick("Name", "Nom").to_owned(), name),
            ("Date".to_owned(), String::new()),
            ("Signature".to_owned(), String::new()),
        ],
    };
    vec![
        signer(language.pick("Technician", "Technicien"), technician),
        signer(language.pick("Customer", "Client"), String::new()),
    ]
}

fn facts(sheet: &Sheet, language: Language, zone: &TimeZone) -> Vec<(String, String)> {
    let untold = language.pick("not told", "non indiqué");
    let unseen = language.pick("could not be read", "illisible");
    let day = |at: &Option<String>| at.as_deref().map(|at| day_and_time(at, zone, language));
    let when = match (day(&sheet.started), day(&sheet.finished)) {
        (Some(started), Some(finished)) if started != finished => format!("{started} → {finished}"),
        (started, finished) => finished.or(started).unwrap_or_default(),
    };
    let before = sheet.found.as_ref().map(|found| found.host_name.as_str()).filter(|found| Some(*found) != sheet.host_name());
    let name = match (sheet.host_name(), before) {
        (Some(name), Some(before)) => language.pick(format!("{name} (was {before})"), format!("{name} (auparavant {before})")),
        (name, _) => name.unwrap_or(unseen).to_owned(),
    };
    let serial = sheet.pc.serial.clone();
    let serial =
        serial.unwrap_or_else(|| language.pick("not filled in by its maker", "non renseigné par le fabricant").to_owned());
    let rows = [
        (("PC", "PC"), sheet.pc.model().unwrap_or_else(|| unseen.to_owned())),
        (("Serial number", "Numéro de série"), serial),
        (("Name", "Nom"), name),
        (("System", "Système"), sheet.system().map_or_else(|| unseen.to_owned(), |system| system.say())),
        (("Network cards", "Cartes réseau"), cards(sheet, language)),
        (("Prepared", "Préparé"), when),
        (("Technician", "Technicien"), sheet.technician.clone().unwrap_or_else(|| untold.to_owned())),
        (("Profile", "Profil"), [&sheet.title, &sheet.version].map(String::as_str).join(" ")),
        (("Restarts", "Redémarrages"), number(sheet.restarts.len() as u32, language)),
        (("System updates", "Mises à jour du système"), updates(sheet, language)),
    ];
    rows.into_iter().map(|((english, french), text)| (language.pick(english, french).to_owned(), cut(&text, TEXT))).collect()
}

/// The cards in a line, the hardware address of each first, and as many of them as it has room for.
fn cards(sheet: &Sheet, language: Language) -> String {
    match sheet.cards() {
        None => language.pick("could not be read", "illisibles").to_owned(),
        Some([]) => language.pick("none", "aucune").to_owned(),
        Some(cards) => {
            let words: Vec<String> = cards.iter().map(|card| format!("{} {}", card.mac, card.name)).collect();
            let first = |most| listed(words.clone(), most, language);
            (1..=NAMED).rev().map(first).find(|line| cut(line, TEXT) == *line).unwrap_or_else(|| first(1))
        }
    }
}

/// Each card in a row of its own, where the first page does not tell all of them.
fn every_card(sheet: &Sheet, language: Language) -> Option<Vec<(String, String)>> {
    let cards = sheet.cards()?;
    let line = cut(&self::cards(sheet, language), TEXT);
    let told = |card: &NetworkCard| line.contains(&format!("{} {}", card.mac, card.name));
    let shortened = !cards.iter().all(told);
    shortened.then(|| cards.iter().map(|card| (card.mac.to_string(), card.name.clone())).collect())
}

fn updates(sheet: &Sheet, language: Language) -> String {
    match sheet.pending_updates() {
        Updates::NotYetKnown => {
            let text = language.pick("not known: the preparation is not over", "inconnues : la préparation n'est pas terminée");
            text.to_owned()
        }
        Updates::NotLookedFor => {
            language.pick("not looked for: no step of the profile does", "non recherchées : aucune étape ne le fait").to_owned()
        }
        Updates::Unknown(step) => {
            let (step, word) = (cut(&step.stood.name, NAME), step.stood.outcome.word(language));
            language.pick(format!("not known ({step}: {word})"), format!("inconnues ({step} : {word})"))
        }
        Updates::Pending(updates) if updates.is_empty() => language.pick("none pending", "aucune en attente").to_owned(),
        Updates::Pending(updates) => {
            let named = listed(updates.iter().map(|update| update.subject.clone()).collect(), NAMED, language);
            let count = updates.len() as u32;
            language.pick(format!("{count} pending: {named}"), format!("{count} en attente : {named}"))
        }
    }
}

/// The first of them, and how many more there are.
fn listed(mut words: Vec<String>, most: usize, language: Language) -> String {
    let more = words.len().saturating_sub(most);
    words.truncate(most);
    if more > 0 {
        words.push(language.pick(format!("and {more} more"), format!("et {more} de plus")));
    }
    words.join(", ")
}

/// The steps on the first page: each of them where there is room, else how many came to what, and those that are not done.
fn summary(sheet: &Sheet, language: Language) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(language.pick("Steps", "Étapes").to_owned())];
    let not_done: Vec<&Delivered> = sheet.not_done().collect();
    if sheet.steps.len() + not_done.len() <= ROOM {
        blocks.push(Block::Table(short(&sheet.steps.iter().collect::<Vec<_>>(), language)));
        return blocks;
    }
    let mut counts: Vec<(&Outcome, u32)> = Vec::new();
    for step in &sheet.steps {
        let outcome = &step.stood.outcome;
        match counts.iter_mut().find(|(known, _)| known.word(language) == outcome.word(language)) {
            Some((_, count)) => *count += 1,
            None => counts.push((outcome, 1)),
        }
    }
    let columns = vec![
        Column::new(language.pick("Result", "Résultat"), Fit::Wrap),
        Column::right(language.pick("Steps", "Étapes"), Fit::Whole),
    ];
    let row = |(outcome, count): (&Outcome, u32)| Row {
        tone: tone(outcome),
        cells: vec![outcome.word(language).into(), number(count, language).into()],
    };
    blocks.push(Block::Table(Table { columns, rows: counts.into_iter().map(row).collect(), reading: Reading::Short }));
    if !not_done.is_empty() {
        blocks.push(Block::Table(short(&not_done[..not_done.len().min(TOLD)], language)));
    }
    let more = not_done.len().saturating_sub(TOLD) as u32;
    let text = match more {
        0 => language.pick("Each step is on the pages that follow.", "Chaque étape figure sur les pages suivantes.").to_owned(),
        more => {
            let (one, many) =
                (("more is not done", "autre étape non aboutie"), ("more are not done", "autres étapes non abouties"));
            let more = counted(more, one, many, language);
            language.pick(
                format!("{more}; all of them are on the pages that follow."),
                format!("{more} ; toutes figurent sur les pages suivantes."),
            )
        }
    };
    blocks.push(Block::Text(text));
    blocks
}

/// Steps in one line each, with the reason of those that are not done.
fn short(steps: &[&Delivered], language: Language) -> Table {
    let columns = vec![
        Column::new(language.pick("Step", "Étape"), Fit::Wrap),
        Column::new(language.pick("Result", "Résultat"), Fit::Said),
        Column::new(language.pick("Why", "Pourquoi"), Fit::Wrap),
    ];
    let row = |step: &&Delivered| {
        let outcome = &step.stood.outcome;
        let why = reasons(outcome, language).into_iter().next().filter(|_| !outcome.is_done()).unwrap_or_default();
        let cells = vec![cut(&step.stood.name, NAME).into(), outcome.word(language).into(), cut(&why, TEXT).into()];
        Row { tone: tone(outcome), cells }
    };
    Table { columns, rows: steps.iter().map(row).collect(), reading: Reading::Short }.without_empty_columns()
}

/// What proves what stands on the first page.
fn evidence(sheet: &Sheet, language: Language, zone: &TimeZone) -> Vec<Block> {
    let heading = |english: &str, french: &str| Block::Heading(language.pick(english, french).to_owned());
    let mut blocks = vec![heading("Evidence", "Constats")];
    if !sheet.steps.is_empty() {
        blocks.push(Block::Table(steps(sheet, language)));
    }
    if let Some(cards) = every_card(sheet, language) {
        blocks.push(heading("Network cards", "Cartes réseau"));
        blocks.push(Block::Facts(cards));
    }
    if !sheet.restarts.is_empty() {
        let restart = |restart: &Restarted| {
            let why = match restart.step.as_str() {
                "" => language.pick("not asked for by a step", "sans demande d'une étape"),
                step => step,
            };
            (day_and_time(&restart.at, zone, language), why.to_owned())
        };
        blocks.push(heading("Restarts", "Redémarrages"));
        blocks.push(Block::Facts(sheet.restarts.iter().map(restart).collect()));
    }
    blocks.push(heading("Made from", "Établi à partir de"));
    let profile = language.pick("Profile", "Profil");
    let used = [(profile.to_owned(), sheet.profile.clone())].into_iter();
    let used = used.chain(sheet.payloads.iter().map(|(name, digest)| (name.clone(), digest.sha256.clone())));
    let columns = vec![Column::new(language.pick("File", "Fichier"), Fit::Wrap), Column::new("SHA-256", Fit::Wrap)];
    let row = |(name, sum): (String, String)| Row { tone: None, cells: vec![name.into(), sum.into()] };
    blocks.push(Block::Table(Table { columns, rows: used.map(row).collect(), reading: Reading::Short }));
    if sheet.left.is_some() {
        let program = &sheet.program;
        blocks.push(Block::Text(language.pick(
            format!("Prepared and looked at once more by trousse {program}. No exit code was believed: a step is done when a second look finds nothing left to do."),
            format!("Préparé et revu par trousse {program}. On ne s'est fié à aucun code de sortie : une étape est faite quand un second regard n'y trouve plus rien à faire."),
        )));
    }
    blocks
}

/// Every step: what it changed, from how it was found to how it is; what else was seen of it; and by what.
fn steps(sheet: &Sheet, language: Language) -> Table {
    let columns = vec![
        Column::new(language.pick("Step", "Étape"), Fit::Wrap),
        Column::new(language.pick("Result", "Résultat"), Fit::Said),
        Column::new(language.pick("Before → after", "Avant → après"), Fit::Wrap),
        Column::new(language.pick("Seen by", "Constaté par"), Fit::Wrap),
    ];
    let rows = sheet.steps.iter().flat_map(|step| {
        let stood = &step.stood;
        let mut lines = lines(step, language).into_iter();
        let seen_by = match stood.outcome {
            Outcome::Skipped | Outcome::NotTried(_) => String::new(),
            _ => stood.detection.say(language).to_owned(),
        };
        let word = stood.outcome.word(language).to_owned();
        let first = [stood.name.clone(), word, lines.next().unwrap_or_default(), seen_by];
        let below = lines.map(|line| (None, [String::new(), String::new(), line, String::new()]));
        [(tone(&stood.outcome), first)].into_iter().chain(below)
    });
    let rows = rows.map(|(tone, texts)| Row { tone, cells: texts.into_iter().map(Into::into).collect() });
    Table { columns, rows: rows.collect(), reading: Reading::Short }.without_empty_columns()
}

/// What a step tells: what it changed or could not, then what else was seen, and how its programs ended where not with 0.
fn lines(step: &Delivered, language: Language) -> Vec<String> {
    let stood = &step.stood;
    // What is done is told as it was made, what is not as it was found: a sight that says the same is not told twice.
    let is = |change: &Change| if stood.outcome.is_done() { change.after.clone() } else { change.before.clone() };
    let told = |sight: &&Sight| {
        let same = |change: &Change| (&change.subject, &change.aspect) == (&sight.subject, &sight.aspect);
        !stood.outcome.changes().iter().any(|change| same(change) && is(change) == sight.state)
    };
    let mut lines = reasons(&stood.outcome, language);
    lines.extend(stood.seen.iter().filter(told).map(|sight| sight.say(language)));
    lines.extend(stood.unseen.as_ref().map(|why| why.say(language)));
    for how in step.programs.iter().filter(|how| **how != How::Code(0)) {
        let how = how.say(language);
        lines.push(language.pick(format!("program: {how}"), format!("programme : {how}")));
    }
    lines
}

/// What was changed; of a step that is not done, how it is and how it must be.
fn reasons(outcome: &Outcome, language: Language) -> Vec<String> {
    match outcome {
        Outcome::DidNotTake(changes) | Outcome::RebootNeeded(changes) | Outcome::ToDo(changes) => {
            changes.iter().map(|change| change.say_wanted(language)).collect()
        }
        other => other.lines(language),
    }
}
