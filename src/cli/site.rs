//! `trousse site`: the plan of a site, drafted from a visit and checked at the desk.

use clap::Subcommand;

use crate::fault::Result;
use crate::language::Language;

pub mod check;
pub mod import;
pub mod init;

/// Draft the plan of a site from a visit, or check one.
#[derive(Debug, clap::Args)]
pub struct SiteArgs {
    /// What to do with the plan.
    #[command(subcommand)]
    pub command: SiteCommand,
}

/// What can be done with a plan.
#[derive(Debug, Subcommand)]
#[allow(missing_docs, reason = "what each does stands in its own file, where the help is taken from")]
pub enum SiteCommand {
    Init(init::InitArgs),
    Check(check::CheckArgs),
    Import(import::ImportArgs),
}

/// Runs the command.
pub fn run(args: &SiteArgs, language: Language) -> Result<u8> {
    match &args.command {
        SiteCommand::Init(args) => init::run(args, language),
        SiteCommand::Check(args) => check::run(args, language),
        SiteCommand::Import(args) => import::run(args, language),
    }
}
