//! `trousse completions` and `trousse man`: what shells and `man` know of the kit, made from the command line itself.

use std::fs;
use std::path::PathBuf;

use clap_complete::Shell;

use crate::cli;
use crate::cli::output::print;
use crate::fault::{Fault, Result};
use crate::language::Language;

/// Print the completions of a shell.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Write the manual pages into a folder.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The folder
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// Prints the completions.
pub fn completions(args: &CompletionsArgs, language: Language) -> Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut cli::command(language), "trousse", &mut text);
    print(&String::from_utf8_lossy(&text)).map(|()| 0)
}

/// Writes `trousse.1` and a page for each command.
pub fn pages(args: &ManArgs, language: Language) -> Result<u8> {
    let shown = args.folder.display();
    let written = fs::create_dir_all(&args.folder).and_then(|()| clap_mangen::generate_to(cli::command(language), &args.folder));
    written.map(|()| 0).map_err(|error| {
        Fault::because(
            format!("cannot write the manual to {shown}"),
            format!("impossible d'écrire le manuel dans {shown}"),
            &error,
        )
    })
}
