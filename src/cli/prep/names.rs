//! `trousse prep names`: which names of PCs are taken, and by whom.

use std::path::{Path, PathBuf};

use crate::cli::output::{print, view};
use crate::cli::table;
use crate::edge::{names, visits};
use crate::fault::{Fault, Result, Why};
use crate::json::escaped;
use crate::language::Language;
use crate::prep::names::import::{self, Came, Row, label};
use crate::prep::names::{FILE, How};
use crate::report::{names_csv, names_list};

/// Complaints that are told one by one.
const TOLD: usize = 50;

/// Show or complete the names of PCs that are taken: no PC is given one of them.
#[derive(Debug, clap::Args)]
pub struct NamesArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: NamesCommand,
}

/// What to do with the names.
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "what each does stands below, where the help is taken from")]
pub enum NamesCommand {
    Import(ImportArgs),
    List(ListArgs),
}

/// Where the names are kept.
#[derive(Debug, clap::Args)]
pub struct WhereArgs {
    /// The folder of the depot, which keeps the names too
    #[arg(long, value_name = "DIR", env = "TROUSSE_DEPOT", hide_env = true, default_value = "depot")]
    pub depot: PathBuf,
    /// The file of the names [default: names.json in the depot]
    #[arg(long, value_name = "FILE")]
    pub names: Option<PathBuf>,
}

impl WhereArgs {
    fn file(&self) -> PathBuf {
        self.names.clone().unwrap_or_else(|| self.depot.join(FILE))
    }
}

/// Take over names that others have given: from tables (CSV, Excel .xlsx or LibreOffice .ods) of a directory or a remote-help tool, and from what answered on a
/// network. Exit code 0: all of them; 1: something in them could not be read, or says otherwise who has a name; 30: refused.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The tables; the column of the names is known by its heading, as is that of the serial numbers
    #[arg(value_name = "FILE", required_unless_present = "seen")]
    pub tables: Vec<PathBuf>,
    /// Names that answered at a visit: a folder made by --record, or a report in JSON; may be repeated
    #[arg(long, value_name = "VISIT")]
    pub seen: Vec<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub place: WhereArgs,
}

/// Show who has which name.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Where.
    #[command(flatten)]
    pub place: WhereArgs,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "terminal")]
    pub format: NamesFormat,
}

/// How the names are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum NamesFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// Runs the command.
pub(super) fn run(args: &NamesArgs, language: Language) -> Result<u8> {
    match &args.command {
        NamesCommand::Import(args) => import(args, language),
        NamesCommand::List(args) => list(args, language),
    }
}

/// Names from a file, and what could not be read in it.
struct Source {
    how: How,
    from: String,
    rows: Vec<Row>,
    complaints: Vec<Why>,
}

fn import(args: &ImportArgs, language: Language) -> Result<u8> {
    // All are read before anything is written.
    let tables = args.tables.iter().map(|path| imported(path));
    let sources: Vec<Source> = tables.chain(args.seen.iter().map(|path| seen(path))).collect::<Result<_>>()?;
    let file = args.place.file();
    let mut well = true;
    for Source { how, from, rows, complaints } in sources {
        let (came, conflicts) = names::take(&file, rows, how, &from)?;
        print(&told(&from, came, language))?;
        well &= complaints.is_empty() && conflicts.is_empty();
        for why in complaints.iter().chain(&conflicts).take(TOLD) {
            eprintln!("trousse: {}", Fault::because(&from, &from, why.clone()).say(language));
        }
        if let more @ 1.. = (complaints.len() + conflicts.len()).saturating_sub(TOLD) {
            eprintln!("{}", language.pick(format!("and {more} more"), format!("et {more} de plus")));
        }
    }
    Ok(u8::from(!well))
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn imported(path: &Path) -> Result<Source> {
    let shown = path.display();
    let hint = |fault: Fault| {
        fault.hint(
            "a table is expected (CSV, .xlsx, .ods), with a heading such as \"Computer name\" and, where there are any, \"Serial number\"",
            "il faut un tableau (CSV, .xlsx, .ods), avec un titre comme « Nom de l'ordinateur » et, s'il y en a, « Numéro de série »",
        )
    };
    let bytes = table::bytes(path).map_err(|error| {
        hint(Fault::because(format!("cannot read the table {shown}"), format!("tableau {shown} illisible"), &error))
    })?;
    let read = table::quietly(|| import::read(bytes))
        .map_err(|why| hint(Fault::because(format!("the table {shown} is refused"), format!("tableau {shown} refusé"), why)))?;
    Ok(Source { how: How::Imported, from: name_of(path), rows: read.rows, complaints: read.complaints })
}

/// The names that answered at a visit. What is no name of a PC, as many services call themselves, says nothing.
fn seen(path: &Path) -> Result<Source> {
    let report = visits::read(path)?;
    let names = report.hosts.iter().flat_map(|host| &host.names).filter_map(|name| label(&name.name));
    let rows = names.map(|name| Row { name, pc: None }).collect();
    Ok(Source { how: How::Seen, from: name_of(path), rows, complaints: Vec::new() })
}

fn told(from: &str, came: Came, language: Language) -> String {
    let Came { added, bound, same } = came;
    let line = language.pick(
        format!("{from}: {added} new, {bound} now known by serial number, {same} as before"),
        format!("{from} : {added} de plus, {bound} désormais liés à un numéro de série, {same} inchangés"),
    );
    crate::line::one_line(&line) + "\n"
}

fn list(args: &ListArgs, language: Language) -> Result<u8> {
    let file = args.place.file();
    let names = names::read(&file)?;
    print(&match args.format {
        NamesFormat::Terminal => names_list(&file.display().to_string(), &names, &view(true, language)),
        NamesFormat::Json => escaped(&serde_json::to_string_pretty(&names).unwrap_or_default()) + "\n",
        NamesFormat::Csv => names_csv(&names),
    })?;
    Ok(0)
}
