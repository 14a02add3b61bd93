//! The executable: builds the edge and runs the command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use trousse::cli::lab::{self, LabArgs};
use trousse::language::Language;

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Lab(LabArgs),
}

fn main() -> ExitCode {
    let language = Language::of_locale(&std::env::var("TROUSSE_LANG").unwrap_or_default());
    let Command::Lab(args) = Cli::parse().command;
    ExitCode::from(lab::run(&args, language).unwrap_or_else(|fault| {
        eprintln!("{}", fault.say(language));
        2
    }))
}
