//! `trousse visit`: the journal of a visit: what was done, what each thing led to, how long it took, what mended it.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::cli::output::{Places, print, view};
use crate::cli::retest::AgainArgs;
use crate::edge::logbook as shelf;
use crate::fault::{Fault, Result};
use crate::journal::Read;
use crate::language::Language;
use crate::line::one_line;
#[cfg(target_os = "linux")]
use crate::logbook::What;
use crate::logbook::entry::{Entry, Opened, SCHEMA};
use crate::logbook::{Answer, Logbook};
use crate::report::{LOGBOOK_FORMATS, LogbookFormat};

#[cfg(target_os = "linux")]
pub mod log;

/// Keep the journal of a visit: what was done, whether it helped, how long it took; the report says what mended it.
///
/// While a visit is open, scan, dhcp, link, diagnose and retest write what they find into its journal, and record what they saw
/// beside it. A power cut loses no line. The visit is kept in $XDG_STATE_HOME/trousse/visits, or in the folder that --visit or
/// the variable TROUSSE_VISIT names; where that variable is empty no visit is open. Under sudo it is the visit of whoever called
/// it, in that home: sudo hands over neither XDG_STATE_HOME nor TROUSSE_VISIT without --preserve-env.
#[derive(Debug, clap::Args)]
pub struct VisitArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: VisitCommand,
}

/// What can be done with the journal of a visit.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "what each does stands beside its arguments, where the help is taken from")]
pub enum VisitCommand {
    Start(StartArgs),
    Note(NoteArgs),
    Retest(Box<RetestArgs>),
    Pause(PauseArgs),
    Status(StatusArgs),
    Show(ShowArgs),
    Close(CloseArgs),
    List(ListArgs),
}

/// Start a visit; the time runs from now on.
#[derive(Debug, clap::Args)]
pub struct StartArgs {
    /// Whose network it is
    #[arg(long, value_name = "NAME")]
    pub customer: String,
    /// Which of the customer's sites
    #[arg(long, value_name = "NAME")]
    pub site: Option<String>,
    /// Where that is
    #[arg(long, value_name = "TEXT")]
    pub address: Option<String>,
    /// The number of the ticket
    #[arg(long, value_name = "NUMBER")]
    pub ticket: Option<String>,
    /// Who goes there
    #[arg(long, value_name = "NAME")]
    pub technician: Option<String>,
    /// Keep the visit in DIR [default: a folder of its own]
    #[arg(long, value_name = "DIR")]
    pub visit: Option<PathBuf>,
}

/// Note what was just done; the next test tells whether it helped.
#[derive(Debug, clap::Args)]
pub struct NoteArgs {
    /// What was done, as in "changed the cable"
    #[arg(value_name = "TEXT")]
    pub text: String,
    /// Whether that mended it, where you have tried it out yourself
    #[arg(long, value_enum, value_name = "YES|NO")]
    pub mended: Option<YesNo>,
    /// The folder of the visit [default: that of the open one]
    #[arg(long, value_name = "DIR")]
    pub visit: Option<PathBuf>,
}

/// An answer on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum YesNo {
    /// It is mended.
    #[value(alias = "oui")]
    Yes,
    /// It is not.
    #[value(alias = "non")]
    No,
}

/// Test again what the last look of this visit tested; the answer goes beside the last action.
///
/// Exit code 0: all is closed and nothing is new; 1: something is still wrong, or newly so; 3: nothing is, but something was not
/// tested again.
#[derive(Debug, clap::Args)]
pub struct RetestArgs {
    /// How it is made again.
    #[command(flatten)]
    pub again: AgainArgs,
}

/// Interrupt the visit: the time does not run until something is noted or tested again.
#[derive(Debug, clap::Args)]
pub struct PauseArgs {
    /// The folder of the visit [default: that of the open one]
    #[arg(long, value_name = "DIR")]
    pub visit: Option<PathBuf>,
}

/// Show how the open visit stands.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// The folder of the visit [default: that of the open one]
    #[arg(long, value_name = "DIR")]
    pub visit: Option<PathBuf>,
}

/// Show a visit: every action with its answer, what mended it, before and after.
///
/// Exit code 0: mended, or nothing was wrong; 1: something is still wrong; 3: nothing was tested, or not everything again, or
/// lines of the journal are lost.
#[derive(Debug, clap::Args)]
pub struct ShowArgs {
    /// The folder of the visit [default: that of the last one]
    #[arg(value_name = "DIR")]
    pub visit: Option<PathBuf>,
    /// How it is shown.
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// How a visit is shown.
#[derive(Debug, clap::Args)]
pub struct ShownArgs {
    /// How it is written; by default as the name of FILE says, else for the terminal
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(LOGBOOK_FORMATS.iter().map(|format| format.name)))]
    pub format: Option<String>,
    /// Write it to FILE; may be repeated, as in -o visit.pdf -o visit.json
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// The firm at the head of HTML and PDF (TOML) [default: trousse/firm.toml among the user's settings]
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<PathBuf>,
}

/// Close the visit and show it, with the exit code of visit show.
#[derive(Debug, clap::Args)]
pub struct CloseArgs {
    /// Kilometres driven, as in 6 or 6.5
    #[arg(long, value_name = "NUMBER", value_parser = kilometres)]
    pub km: Option<f64>,
    /// Minutes to be charged [default: those from the start until now, without the pauses]
    #[arg(long, value_name = "NUMBER")]
    pub minutes: Option<u32>,
    /// The folder of the visit [default: that of the open one]
    #[arg(long, value_name = "DIR")]
    pub visit: Option<PathBuf>,
    /// How it is shown.
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// List the visits that are kept, the latest first.
#[derive(Debug, clap::Args)]
pub struct ListArgs {}

/// Runs the command.
pub fn run(args: &VisitArgs, language: Language) -> Result<u8> {
    match &args.command {
        VisitCommand::Start(args) => start(args, language),
        VisitCommand::Note(args) => note(args, language),
        VisitCommand::Retest(args) => retest(args, language),
        VisitCommand::Pause(args) => {
            let open = the_open_one(args.visit.as_deref(), language)?;
            shelf::add(&open.folder, &Entry::Paused { when: shelf::stamp() })?;
            Ok(0)
        }
        VisitCommand::Status(args) => status(args, language),
        VisitCommand::Show(args) => show(args, language),
        VisitCommand::Close(args) => close(args, language),
        VisitCommand::List(_) => list(language),
    }
}

fn start(args: &StartArgs, language: Language) -> Result<u8> {
    let text = |text: &Option<String>| text.as_deref().map(|text| worded(text, "")).transpose();
    let opened = Opened {
        schema: SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        when: shelf::stamp(),
        customer: worded(&args.customer, "--customer")?,
        site: text(&args.site)?,
        address: text(&args.address)?,
        ticket: text(&args.ticket)?,
        technician: text(&args.technician)?,
    };
    let folder = shelf::start(args.visit.as_deref(), opened)?;
    let shown = one_line(&folder.display().to_string());
    eprintln!(
        "{}",
        language.pick(format!("visit started, kept in {shown}"), format!("intervention commencée, gardée dans {shown}"))
    );
    Ok(0)
}

fn note(args: &NoteArgs, language: Language) -> Result<u8> {
    let text = worded(&args.text, "TEXT")?;
    let open = the_open_one(args.visit.as_deref(), language)?;
    let answer = args.mended.map(|mended| match mended {
        YesNo::Yes => Answer::Yes,
        YesNo::No => Answer::No,
    });
    shelf::add(&open.folder, &Entry::Did { when: shelf::stamp(), text, answer })?;
    Ok(0)
}

/// A text that somebody typed: not empty, and no novel.
fn worded(text: &str, option: &str) -> Result<String> {
    /// Characters of one text.
    const LONGEST: usize = 2_000;
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Fault::new(format!("an empty text: {option}"), format!("texte vide : {option}"))
            .hint("write what a colleague would want to read", "écrivez ce qu'un collègue voudrait lire")),
        1..=LONGEST => Ok(text.to_owned()),
        many => Err(Fault::new(
            format!("a text of {many} characters: {LONGEST} at most"),
            format!("texte de {many} caractères : {LONGEST} au plus"),
        )
        .hint("note it in several steps", "notez-le en plusieurs fois")),
    }
}

/// Kilometres with a comma or a point.
fn kilometres(text: &str) -> std::result::Result<f64, String> {
    /// Nobody drives further for one visit.
    const MOST: f64 = 10_000.0;
    let number = text.replace(',', ".").parse::<f64>().ok().filter(|km| (0.0..=MOST).contains(km));
    number.ok_or_else(|| "a number from 0 to 10000 is expected".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn retest(_: &RetestArgs, _: Language) -> Result<u8> {
    Err(super::no_raw_frames("visit retest"))
}

#[cfg(target_os = "linux")]
fn retest(args: &RetestArgs, language: Language) -> Result<u8> {
    use crate::cli::visit::Looked;
    use crate::edge::record;
    use crate::report::Comparison;

    let again = &args.again;
    again.output.check()?;
    let open = the_open_one(None, language)?;
    let last = last_record(&open.read)?;
    let (before, Looked { report, record, recorded }) = again.look(&open.folder.join(last), language)?;
    // A laptop that was given another address sees another network: nothing to compare, and the report tells all the same.
    let (written, kept, code) = match Comparison::of(&before, &report) {
        Ok(comparison) => (
            again.output.write_comparison(&comparison, language),
            record.map_or(Ok(()), |folder| record::keep_comparison(&folder, &comparison).inspect(|()| shelf::recorded(&folder))),
            comparison.exit_code(),
        ),
        Err(fault) => {
            eprintln!("trousse: {}", fault.say(language));
            (again.output.write(&report, language), Ok(()), report.exit_code())
        }
    };
    written.and(recorded).and(kept)?;
    if let Some((text, answer)) = shelf::open(None)?.and_then(|open| last_action(&open.read)) {
        let answer = answer.word(language);
        eprintln!("{}", language.pick(format!("→ {text}: {answer}"), format!("→ {text} : {answer}")));
    }
    Ok(code)
}

/// The record of the last look that repeats none. An older one is no substitute: it asked something else.
#[cfg(target_os = "linux")]
fn last_record(read: &Read<Entry>) -> Result<&str> {
    let last = read.entries.iter().rev().find_map(|entry| match entry {
        Entry::Looked(looked) if !looked.again => Some(looked.record.as_deref()),
        _ => None,
    });
    match last {
        Some(Some(record)) => Ok(record),
        Some(None) => Err(Fault::new(
            "the last look of this visit was not recorded, so it cannot be repeated",
            "la dernière observation de cette intervention n'a pas été enregistrée : elle ne peut pas être refaite",
        )
        .hint(
            "give its command once more, as in trousse diagnose; or name an older record: trousse retest DIR",
            "redonnez sa commande, comme trousse diagnose ; ou indiquez un enregistrement plus ancien : trousse retest DOSSIER",
        )),
        None => Err(Fault::new("nothing was tested in this visit yet", "rien n'a encore été testé pendant cette intervention")
            .hint("run trousse diagnose first", "lancez d'abord trousse diagnose")),
    }
}

/// The last action that a test or the technician has answered, where nothing was done after it.
#[cfg(target_os = "linux")]
fn last_action(read: &Read<Entry>) -> Option<(String, Answer)> {
    let last = Logbook::of_journal(read, None).steps.into_iter().rev().find_map(|step| match step.what {
        What::Action { text, answer, .. } => Some((text, answer)),
        _ => None,
    });
    last.and_then(|(text, answer)| Some((one_line(&text), answer?)))
}

fn status(args: &StatusArgs, language: Language) -> Result<u8> {
    let open = the_open_one(args.visit.as_deref(), language)?;
    let book = Logbook::of_journal(&open.read, Some(&shelf::stamp()));
    print(&(LOGBOOK_FORMATS[0].render)(&book, &view(true, language))).map(|()| 0)
}

fn show(args: &ShowArgs, language: Language) -> Result<u8> {
    args.shown.places().check()?;
    let folder = shelf::meant(args.visit.as_deref()).ok_or_else(none_is_open)?;
    let book = read(&folder, language)?;
    args.shown.write(&book, language)?;
    Ok(book.exit_code())
}

fn close(args: &CloseArgs, language: Language) -> Result<u8> {
    args.shown.places().check()?;
    let open = the_open_one(args.visit.as_deref(), language)?;
    shelf::add(&open.folder, &Entry::Closed { when: shelf::stamp(), km: args.km, minutes: args.minutes })?;
    let book = Logbook::of_journal(&crate::edge::journal::read(&open.folder.join(shelf::JOURNAL))?, Some(&shelf::stamp()));
    args.shown.write(&book, language)?;
    Ok(book.exit_code())
}

fn list(language: Language) -> Result<u8> {
    let mut visits = Vec::new();
    for folder in shelf::all() {
        match read(&folder, language) {
            Ok(book) => visits.push((folder, book)),
            // One that cannot be read hides no other.
            Err(fault) => eprintln!("trousse: {}", fault.say(language)),
        }
    }
    visits.sort_by_key(|(_, book)| std::cmp::Reverse(book.started.parse::<Timestamp>().ok()));
    let line = |(folder, book): (PathBuf, Logbook)| {
        format!("{}  {}\n", one_line(&folder.display().to_string()), book.in_a_line(language))
    };
    let lines: String = visits.into_iter().map(line).collect();
    print(&lines).map(|()| 0)
}

impl ShownArgs {
    fn places(&self) -> Places<'_, LogbookFormat> {
        Places::of(LOGBOOK_FORMATS, self.format.as_deref(), &self.output, self.firm.as_deref())
    }

    fn write(&self, book: &Logbook, language: Language) -> Result<()> {
        self.places().write(language, |format, view| (format.render)(book, view))
    }
}

/// The visit in a folder; what of its journal cannot be read is told.
fn read(folder: &Path, language: Language) -> Result<Logbook> {
    let path = folder.join(shelf::JOURNAL);
    let read: Read<Entry> = crate::edge::journal::read(&path)?;
    warn(&path, &read, language);
    Ok(Logbook::of_journal(&read, Some(&shelf::stamp())))
}

/// The open visit, or a fault that says how to start one.
fn the_open_one(named: Option<&Path>, language: Language) -> Result<shelf::Open> {
    let open = shelf::open(named)?.ok_or_else(none_is_open)?;
    warn(&open.folder.join(shelf::JOURNAL), &open.read, language);
    Ok(open)
}

fn none_is_open() -> Fault {
    Fault::new("no visit is open", "aucune intervention n'est ouverte").hint(
        "start one: trousse visit start --customer NAME --site NAME; or name its folder with --visit",
        "commencez-en une : trousse visit start --customer NOM --site NOM ; ou indiquez son dossier avec --visit",
    )
}

/// Lines of a journal that a disk spoilt, and one that a power cut tore off, are told.
fn warn(path: &Path, read: &Read<Entry>, language: Language) {
    let shown = one_line(&path.display().to_string());
    for line in &read.unread {
        eprintln!(
            "{}",
            language.pick(
                format!("warning: {shown}, line {line}: unreadable, left out; the rest is whole"),
                format!("attention : {shown}, ligne {line} : illisible, laissée de côté ; le reste est entier"),
            )
        );
    }
    if read.torn {
        eprintln!(
            "{}",
            language.pick(
                format!("warning: {shown}: the last line was not written to its end and is left out; the rest is whole"),
                format!("attention : {shown} : la dernière ligne n'a pas été écrite jusqu'au bout, elle est laissée de côté ; le reste est entier"),
            )
        );
    }
}
