//! `trousse diff`: two visits of one network side by side.

use std::path::PathBuf;

use crate::cli::output::OutputArgs;
use crate::edge::visits;
use crate::fault::Result;
use crate::language::Language;
use crate::report::Comparison;

/// Compare two visits of one network: what is closed, still there and new, who came, went or moved.
///
/// Exit code 0: all is closed and nothing is new; 1: something is still wrong, or newly so; 3: nothing is, but something was not
/// tested again.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The first: a folder made by --record, or a report in JSON
    #[arg(value_name = "VISIT1")]
    pub before: PathBuf,
    /// The second
    #[arg(value_name = "VISIT2")]
    pub after: PathBuf,
    /// Where the comparison goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs the command.
pub fn run(args: &DiffArgs, language: Language) -> Result<u8> {
    args.output.check()?;
    let comparison = Comparison::of(&visits::read(&args.before)?, &visits::read(&args.after)?)?;
    args.output.write_comparison(&comparison, language)?;
    Ok(comparison.exit_code())
}
