//! `trousse prep`: from a freshly imaged PC to one that is ready to deliver.

#[cfg(target_os = "linux")]
mod bench;
mod carried_out;
pub mod names;
mod naming;
mod new;
mod progress;
mod secrets;
mod sheet;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::PossibleValuesParser;

use crate::edge::pc::{journal_in, lines, state_folder};
use crate::fault::{Fault, Result};
use crate::journal::Read as Lines;
use crate::language::Language;
use crate::line::one_line;
use crate::prep::entry::Written;
use crate::report::BENCH_FORMATS;
pub use new::NewArgs;
pub use sheet::SheetArgs;

/// Exit code of what was refused before anything was touched.
const REFUSED: u8 = 30;

/// Prepare this PC as a profile says: each step is done only when a second look finds nothing left to do.
#[derive(Debug, clap::Args)]
pub struct PrepArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: PrepCommand,
}

/// What to do with a profile.
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "what each does stands below, where the help is taken from")]
pub enum PrepCommand {
    Plan(PlanArgs),
    Run(RunArgs),
    Verify(VerifyArgs),
    Status(StatusArgs),
    Secrets(SealArgs),
    Bench(Box<BenchArgs>),
    #[command(hide = true)]
    Attend(AttendArgs),
    Sheet(SheetArgs),
    Names(names::NamesArgs),
    New(NewArgs),
}

/// Show every change that a run would make, and touch nothing. Exit code 0: nothing to do; 1: something; 10: a restart is
/// awaited; 20: a step cannot be planned; 30: the profile is refused.
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
    /// The profile.
    #[command(flatten)]
    pub profile: ProfileArgs,
}

/// Make every change, look again after each, go on after restarts and power cuts. Exit code 0: the PC is as the profile wants it;
/// 10: a restart is awaited; 20: a step failed; 30: refused before anything was touched.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// The profile.
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// Restart the PC where a step needs it, and go on by itself; without it, that is left to you
    #[arg(long)]
    pub reboot: bool,
    /// Where secrets come from.
    #[command(flatten)]
    pub secrets: SecretsArgs,
    /// Who prepares the PC, for its delivery sheet
    #[arg(long, value_name = "NAME")]
    pub technician: Option<String>,
    /// The PC goes on by itself, after it was started
    #[arg(long, hide = true)]
    pub resumed: bool,
    /// Write what happens to this file too, a line each, as --format json does
    #[arg(long, value_name = "FILE", hide = true)]
    pub tell: Option<PathBuf>,
}

/// Show exactly what has changed since the preparation: how it was left, how it is. Exit code 0: the PC is as the profile wants it;
/// 1: something no longer is; 20: a step cannot be looked at; 30: this PC was not prepared to the end with this profile, or the sheet
/// is one of another PC.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The profile.
    #[command(flatten)]
    pub profile: ProfileArgs,
    /// Compare with this delivery sheet (JSON) [default: what the journal of this PC tells]
    #[arg(long, value_name = "SHEET")]
    pub sheet: Option<PathBuf>,
}

/// Show how the preparation of this PC stands, by its journal. Exit code 0: ready; 1: under way or interrupted; 10: a restart is
/// awaited;
/// 20: a step failed; 30: there is none.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// The folder of the preparation
    #[arg(long, value_name = "DIR", default_value_os_t = state_folder())]
    pub state: PathBuf,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "terminal")]
    pub format: PrepFormat,
}

/// A profile, and where its preparation is kept.
#[derive(Debug, clap::Args)]
pub struct ProfileArgs {
    /// The profile (TOML); the files that it names lie beside it or in the depot
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// The folder of the depot, for files that are not beside the profile [default: the one that the profile names]
    #[arg(long, value_name = "DIR", env = "TROUSSE_DEPOT", hide_env = true)]
    pub depot: Option<PathBuf>,
    /// The file of the names that are taken, for a step that gives the PC one [default: the one that the profile names, else
    /// names.json in the depot, else beside the profile]
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// The name that this PC is given, where it was reserved elsewhere
    #[arg(long, value_name = "NAME", conflicts_with = "names")]
    pub name: Option<String>,
    /// The value of a variable of the profile, as in customer=Tilleuls; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The folder of the preparation: its journal, and what it needs to go on after a restart
    #[arg(long, value_name = "DIR", default_value_os_t = state_folder())]
    pub state: PathBuf,
    /// How it is written; json is a line for each thing that happens
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "terminal")]
    pub format: PrepFormat,
}

/// Where the secrets of a profile come from, beside the environment and the keyboard.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SecretsArgs {
    /// Take the secrets of the profile from this file, sealed with age; from standard input as it is, where FILE is -
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// Open it with this identity (of age-keygen); without one, its passphrase is asked for
    #[arg(long, value_name = "FILE", requires = "secrets")]
    pub identity: Option<PathBuf>,
}

/// Seal secrets with a passphrase in a new file, for --secrets: each is asked for, and nothing of it is shown.
#[derive(Debug, clap::Args)]
pub struct SealArgs {
    /// The file, as in counter.age
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What each is called, as in ADMIN_PASSWORD: the password_from of a step
    #[arg(value_name = "NAME", required = true)]
    pub names: Vec<String>,
}

/// Prepare many PCs at once over SSH: the program, the profile and its files are brought to each, the run goes on there by itself
/// and is followed across restarts and lost connections. Exit code: the highest of them; 0: ready; 10: a restart is awaited; 20: a
/// step failed, or the PC was lost; 30: refused, or not reached.
#[derive(Debug, clap::Args)]
pub struct BenchArgs {
    /// The profile (TOML); the files that it names lie beside it or in the depot
    #[arg(value_name = "PROFILE")]
    pub profile: PathBuf,
    /// The folder of the depot, for files that are not beside the profile [default: the one that the profile names]
    #[arg(long, value_name = "DIR", env = "TROUSSE_DEPOT", hide_env = true)]
    pub depot: Option<PathBuf>,
    /// The file of the names that are taken, for a step that gives each PC one [default: the one that the profile names, else
    /// names.json in the depot, else beside the profile]
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
    /// The PCs, one a row: address, user, port, and variables of the profile (CSV or TOML)
    #[arg(long, value_name = "FILE")]
    pub hosts: PathBuf,
    /// The value of a variable of the profile for every PC, as in customer=Tilleuls; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// The user to log in as, where the list names none [default: your own name]
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Log in with this private key, and no other; may be repeated [default: those of the agent and of ~/.ssh]
    #[arg(long, value_name = "FILE")]
    pub key: Vec<PathBuf>,
    /// Ask for the password of the user, for logging in and for sudo; TROUSSE_SSH_PASSWORD in the environment does too
    #[arg(long)]
    pub ask_password: bool,
    /// Take a PC whose key is not known at its word, once, and remember the key; one that has changed is refused all the same
    #[arg(long)]
    pub accept_new_keys: bool,
    /// Where the keys of the PCs are known from [default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts]
    #[arg(long, value_name = "FILE")]
    pub known_hosts: Option<PathBuf>,
    /// Reach every PC by way of this one, as in technician@10.0.0.1:22
    #[arg(long, value_name = "PC")]
    pub jump: Option<String>,
    /// Put this program on the PCs that it is for: trousse.exe for Windows, one for another processor; may be repeated
    /// [default: this one, which other PCs with Linux get too]
    #[arg(long, value_name = "FILE")]
    pub program: Vec<PathBuf>,
    /// Prepare so many at once
    #[arg(short, long, value_name = "NUMBER", default_value = "64", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Wait so long for a PC that was reached and is heard of no more, in minutes
    #[arg(long, value_name = "MINUTES", default_value = "15", value_parser = clap::value_parser!(u16).range(1..=1440))]
    pub patience: u16,
    /// Where secrets come from.
    #[command(flatten)]
    pub secrets: SecretsArgs,
    /// How the results are written; json is a line for each thing that happens
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(BENCH_FORMATS.iter().map(|format| format.name)))]
    pub format: Option<String>,
    /// Write the results to FILE; may be repeated, as in -o fleet.html -o fleet.csv
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// The firm at the head of HTML and PDF (TOML) [default: trousse/firm.toml among the user's settings]
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<PathBuf>,
}

/// Attend to the station that has put this program here, on standard input and output
#[derive(Debug, clap::Args)]
pub struct AttendArgs {
    /// End when the station has said nothing for so long, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = clap::value_parser!(u64).range(1..))]
    pub silence: u64,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PrepFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
}

/// Runs the command.
pub fn run(args: &PrepArgs, language: Language) -> Result<u8> {
    carried_out(args, language).or_else(|fault| {
        eprintln!("trousse: {}", fault.say(language));
        Ok(REFUSED)
    })
}

fn carried_out(args: &PrepArgs, language: Language) -> Result<u8> {
    match &args.command {
        PrepCommand::Plan(args) => carried_out::plan(args, language),
        PrepCommand::Run(args) => carried_out::run(args, language),
        PrepCommand::Verify(args) => carried_out::verify(args, language),
        PrepCommand::Status(args) => carried_out::status(args, language),
        PrepCommand::Secrets(args) => secrets::seal(args, language),
        #[cfg(target_os = "linux")]
        PrepCommand::Bench(args) => bench::bench(args, language),
        PrepCommand::Attend(args) => {
            // It hands secrets over to the run.
            secrets::leave_no_core();
            crate::edge::bench::attend::attend(Duration::from_secs(args.silence)).map(|()| 0)
        }
        #[cfg(not(target_os = "linux"))]
        PrepCommand::Bench(_) => Err(Fault::new("many PCs are prepared from Linux", "plusieurs PC se préparent depuis Linux")
            .hint("run it from Linux (a live USB stick will do)", "lancez-le sous Linux (une clé USB autonome suffit)")),
        PrepCommand::Sheet(args) => sheet::run(args, language),
        PrepCommand::Names(args) => names::run(args, language),
        PrepCommand::New(args) => new::run(args, language),
    }
}

/// The journal in a folder; lines of it that a disk spoilt are told.
fn read(state: &Path, language: Language) -> Result<Lines<Written>> {
    let read = lines(state)?;
    let shown = one_line(&journal_in(state).display().to_string());
    for line in &read.unread {
        eprintln!(
            "{}",
            language.pick(
                format!("warning: {shown}, line {line}: unreadable; what it told is not known, the rest is whole"),
                format!("attention : {shown}, ligne {line} : illisible ; ce qu'elle disait est perdu, le reste est entier"),
            )
        );
    }
    Ok(read)
}

/// What is said where no preparation was begun.
fn no_preparation(state: &Path) -> Fault {
    let shown = state.display();
    Fault::new(format!("no preparation is in {shown}"), format!("aucune préparation dans {shown}"))
        .hint("begin one: trousse prep run PROFILE", "commencez-en une : trousse prep run PROFIL")
}

/// The variables of `--set`.
fn given_variables(set: &[String]) -> Result<std::collections::BTreeMap<String, String>> {
    let pair = |word: &String| match word.split_once('=') {
        Some((name, value)) => Ok((name.trim().to_owned(), value.to_owned())),
        None => Err(crate::fault::Fault::new(format!("--set {word:?}: no value"), format!("--set {word:?} : pas de valeur"))
            .hint("as in --set customer=Tilleuls", "par exemple --set customer=Tilleuls")),
    };
    set.iter().map(pair).collect()
}
