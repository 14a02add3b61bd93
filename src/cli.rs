//! The command line: one file a command, flags to request; what is common to all.

use std::ffi::OsString;
use std::io;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::edge::locale;
use crate::fault::{Fault, Result};
use crate::language::Language;

pub mod agreement;
pub mod asking;
pub mod budget;
#[cfg(target_os = "linux")]
pub mod deep;
pub mod depot;
pub mod dhcp;
pub mod diagnose;
pub mod diff;
pub mod explain;
pub mod french;
pub mod lab;
pub mod leases;
pub mod link;
pub mod logbook;
pub mod manual;
pub mod oui;
pub mod output;
pub mod pools;
pub mod prep;
pub mod progress;
pub mod replay;
pub mod retest;
pub mod scan;
pub mod schema;
pub mod site;
pub mod switches;
mod table;
pub mod unseen;
#[cfg(target_os = "linux")]
pub mod visit;

/// The field technician's kit: finds what is wrong on a network, from the cable up.
#[derive(Debug, Parser)]
#[command(name = "trousse", version, propagate_version = true)]
pub struct Cli {
    /// The language of everything that is printed: fr or en [default: that of the system]
    #[arg(long, global = true, value_enum, value_name = "LANG", hide_possible_values = true)]
    pub lang: Option<Tag>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// A language on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Tag {
    /// Français
    Fr,
    /// English
    En,
}

impl From<Tag> for Language {
    fn from(tag: Tag) -> Language {
        match tag {
            Tag::Fr => Language::Fr,
            Tag::En => Language::En,
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "what each does stands in its own file, where the help is taken from")]
pub enum Command {
    Scan(scan::ScanArgs),
    Dhcp(dhcp::DhcpArgs),
    Link(Box<link::LinkArgs>),
    Diagnose(diagnose::DiagnoseArgs),
    Replay(replay::ReplayArgs),
    Diff(diff::DiffArgs),
    Retest(retest::RetestArgs),
    Visit(logbook::VisitArgs),
    Site(site::SiteArgs),
    Prep(prep::PrepArgs),
    Depot(depot::DepotArgs),
    Oui(oui::OuiArgs),
    Explain(explain::ExplainArgs),
    Lab(lab::LabArgs),
    Schema(schema::SchemaArgs),
    Completions(manual::CompletionsArgs),
    Man(manual::ManArgs),
}

/// Exit code of a run that could not do its work.
const COULD_NOT: u8 = 2;

/// Runs the command line; the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let language = asked_language(&arguments).unwrap_or_else(locale::language);
    let parsed = match parse(&arguments, language) {
        Ok(cli) => cli,
        Err(Parsed::Text(text)) => return output::print(&text).map_or_else(|fault| told(&fault, language), |()| 0),
        Err(Parsed::Refused(fault)) => return told(&fault, language),
    };
    run(&parsed.command, language).unwrap_or_else(|fault| told(&fault, language))
}

fn run(command: &Command, language: Language) -> Result<u8> {
    match command {
        Command::Scan(args) => scan::run(args, language),
        Command::Dhcp(args) => dhcp::run(args, language),
        Command::Link(args) => link::run(args, language),
        Command::Diagnose(args) => diagnose::run(args, language),
        Command::Replay(args) => replay::run(args, language),
        Command::Diff(args) => diff::run(args, language),
        Command::Retest(args) => retest::run(args, language),
        Command::Visit(args) => logbook::run(args, language),
        Command::Site(args) => site::run(args, language),
        Command::Prep(args) => prep::run(args, language),
        Command::Depot(args) => depot::run(args, language),
        Command::Oui(args) => oui::run(args, language, &mut io::stdout().lock()),
        Command::Explain(args) => explain::run(args, language),
        Command::Lab(args) => lab::run(args, language),
        Command::Schema(args) => schema::run(args),
        Command::Completions(args) => manual::completions(args, language),
        Command::Man(args) => manual::pages(args, language),
    }
}

/// Why a command that sends raw frames cannot run here.
#[cfg(not(target_os = "linux"))]
fn no_raw_frames(command: &str) -> Fault {
    Fault::new(
        format!("{command} needs raw frames, which this system gives only through Npcap, and this build does not use it"),
        format!("{command} a besoin de trames brutes, que ce système ne donne que par Npcap, et cette version ne s'en sert pas"),
    )
    .hint(
        "run it from Linux (a live USB stick will do), or capture here with Wireshark and run: trousse replay FILE.pcapng",
        "lancez-le sous Linux (une clé USB autonome suffit), ou capturez ici avec Wireshark puis : trousse replay FICHIER.pcapng",
    )
}

/// The command line as clap knows it, its help in the reader's language.
pub fn command(language: Language) -> clap::Command {
    match language {
        Language::En => Cli::command(),
        Language::Fr => french::translate(Cli::command()),
    }
}

/// Why there is no command to run.
enum Parsed {
    /// Help or the version was asked for.
    Text(String),
    /// The words were wrong.
    Refused(Fault),
}

fn parse(arguments: &[OsString], language: Language) -> std::result::Result<Cli, Parsed> {
    let matches = command(language).try_get_matches_from(arguments);
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Parsed::Text(error.render().to_string()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Parsed::Text(command(language).render_help().to_string()),
        _ => Parsed::Refused(refusal(&error)),
    })
}

/// The language of `--lang`, looked for before anything else so that even a refusal is in it.
fn asked_language(arguments: &[OsString]) -> Option<Language> {
    let words: Vec<&str> = arguments.iter().map_while(|word| word.to_str()).take_while(|word| *word != "--").collect();
    let value = words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix("--lang") {
        Some("") => words.get(index + 1).copied(),
        Some(rest) => rest.strip_prefix('='),
        None => None,
    })?;
    Tag::from_str(value, true).ok().map(Language::from)
}

/// clap's refusal as one line in both languages.
fn refusal(error: &clap::Error) -> Fault {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let (argument, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
    let fault = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = context(ContextKind::InvalidSubcommand);
            Fault::new(format!("no such command: {word}"), format!("commande inconnue : {word}"))
        }
        ErrorKind::UnknownArgument => Fault::new(format!("no such option: {argument}"), format!("option inconnue : {argument}")),
        ErrorKind::MissingRequiredArgument => Fault::new(format!("missing: {argument}"), format!("il manque : {argument}")),
        ErrorKind::InvalidValue if value.is_empty() => {
            Fault::new(format!("{argument} needs a value"), format!("{argument} attend une valeur"))
        }
        ErrorKind::InvalidValue => {
            let valid = context(ContextKind::ValidValue);
            return Fault::new(
                format!("{argument}: \"{value}\" is not possible"),
                format!("{argument} : « {value} » n'est pas possible"),
            )
            .hint(format!("one of: {valid}"), format!("au choix : {valid}"));
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            let first = why.lines().next().unwrap_or_default().to_owned();
            Fault::new(format!("{argument}: \"{value}\": {first}"), format!("{argument} : « {value} » est refusé"))
        }
        ErrorKind::ArgumentConflict => {
            let prior = context(ContextKind::PriorArg);
            Fault::new(format!("{argument} does not go with {prior}"), format!("{argument} ne va pas avec {prior}"))
        }
        _ => {
            let line = error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Fault::new(line.clone(), line)
        }
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg].map(context).concat();
    match near.as_str() {
        "" => fault.hint("trousse --help tells what there is", "trousse --help dit ce qui existe"),
        near => fault.hint(format!("did you mean {near}?"), format!("vouliez-vous dire {near} ?")),
    }
}

fn told(fault: &Fault, language: Language) -> u8 {
    eprintln!("trousse: {}", fault.say(language));
    COULD_NOT
}
