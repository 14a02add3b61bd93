//! `trousse site init`: a commented plan, drafted from a visit.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::leases::{self, LeaseArgs};
use crate::cli::output::print;
use crate::draft;
use crate::edge::replay;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::report::Report;
use crate::site::Plan;

/// Write a commented plan from what a visit saw.
#[derive(Debug, clap::Args)]
pub struct InitArgs {
    /// A folder made by --record, or a pcap or pcapng file
    #[arg(value_name = "DIR|FILE")]
    pub visit: PathBuf,
    /// A plan whose words are kept [default: that of the record]
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// What DHCP servers say.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// Write the plan to FILE, which may not exist yet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &InitArgs, language: Language) -> Result<u8> {
    let named = args.site.as_deref().map(Plan::load).transpose()?;
    let files = args.leases.read(language)?;
    let mut replayed = replay::replay(&args.visit)?;
    let survey = replayed.circumstances.as_ref().map(|circumstances| &circumstances.survey);
    leases::fold(files.facts(survey, replayed.started_us, language), &mut replayed.inventory);
    let visit = replayed.visit(&args.visit);
    let known = named.or(replayed.circumstances.map(|circumstances| circumstances.plan)).unwrap_or_default();
    let text = draft::plan(&Report::of(visit, &replayed.inventory, &known), &known, language);
    args.output.as_deref().map_or_else(|| print(&text), |path| create(path, &text)).map(|()| 0)
}

/// Writes a file that does not exist yet: a plan that a person has worked on is never overwritten.
pub(super) fn create(path: &Path, text: &str) -> Result<()> {
    let shown = path.display();
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    opened.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return Fault::new(format!("{shown} exists already"), format!("{shown} existe déjà")).hint(
                "name another file: a plan is never overwritten",
                "indiquez un autre fichier : un plan n'est jamais écrasé",
            );
        }
        Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), &error)
            .hint("name a file in a folder that exists", "indiquez un fichier dans un dossier qui existe")
    })
}
