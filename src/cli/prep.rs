//! `trousse prep`: from a freshly imaged PC to one that is ready to deliver.

mod carried_out;
pub mod names;
mod naming;
mod new;
mod progress;
mod sheet;

use std::path::{Path, PathBuf};

use crate::edge::pc::state_folder;
use crate::fault::{Fault, Result};
use crate::language::Language;
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
    /// Who prepares the PC, for its delivery sheet
    #[arg(long, value_name = "NAME")]
    pub technician: Option<String>,
    /// The PC goes on by itself, after it was started
    #[arg(long, hide = true)]
    pub resumed: bool,
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
        PrepCommand::Sheet(args) => sheet::run(args, language),
        PrepCommand::Names(args) => names::run(args, language),
        PrepCommand::New(args) => new::run(args, language),
    }
}

/// What is said where no preparation was begun.
fn no_preparation(state: &Path) -> Fault {
    let shown = state.display();
    Fault::new(format!("no preparation is in {shown}"), format!("aucune préparation dans {shown}"))
        .hint("begin one: trousse prep run PROFILE", "commencez-en une : trousse prep run PROFIL")
}
