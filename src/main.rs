//! The executable: builds the edge and runs the command.

use std::process::ExitCode;

use clap::Parser;
use trousse::cli::oui::{OuiArgs, run};
use trousse::language::Language;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Who made a network card, from its hardware address.
    Oui(OuiArgs),
}

fn main() -> ExitCode {
    let language = Language::of_locale(&std::env::var("TROUSSE_LANG").unwrap_or_default());
    let Command::Oui(args) = Cli::parse().command;
    match run(&args, language, &mut std::io::stdout().lock()) {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            eprintln!("{}", fault.say(language));
            ExitCode::from(2)
        }
    }
}
