//! `trousse site import`: the plan from the table in which somebody keeps the devices of the site.

use std::fs::File;
use std::io::Read as _;
use std::panic;
use std::path::PathBuf;

use super::init::create;
use crate::cli::output::print;
use crate::draft::import;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::sheet::BYTES;

/// Write a plan from a table of devices (CSV or Excel .xlsx: name, role, system, address, mac).
///
/// Rows that cannot be read are told one by one on standard error, and the exit code is then 1; the others are imported.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The table; headings in English or in French, only the address is needed
    #[arg(value_name = "FILE")]
    pub table: PathBuf,
    /// Write the plan to FILE, which may not exist yet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Complaints that are told one by one.
const TOLD: usize = 50;

/// Runs the command.
pub fn run(args: &ImportArgs, language: Language) -> Result<u8> {
    let shown = args.table.display();
    let hint = |fault: Fault| {
        fault.hint(
            "columns: name, role, system, address, mac; only address is needed; save .ods or .xls as .xlsx or .csv",
            "colonnes : nom, rôle, système, adresse, mac ; seule adresse est obligatoire ; enregistrez un .ods ou .xls en .xlsx ou .csv",
        )
    };
    let mut bytes = Vec::new();
    let read = File::open(&args.table).and_then(|file| file.take(BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        hint(Fault::because(format!("cannot read the table {shown}"), format!("tableau {shown} illisible"), &error))
    })?;
    // A damaged workbook is told in one line, not by the words of whoever stumbled over it.
    let told = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let read = import::read(bytes);
    panic::set_hook(told);
    let imported = read
        .map_err(|why| hint(Fault::because(format!("the table {shown} is refused"), format!("tableau {shown} refusé"), why)))?;
    let name = args.table.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = import::plan(&imported.devices, &name, language);
    args.output.as_deref().map_or_else(|| print(&text), |path| create(path, &text))?;
    for why in imported.complaints.iter().take(TOLD) {
        eprintln!("trousse: {}", Fault::new(&why.english, &why.french).say(language));
    }
    if let more @ 1.. = imported.complaints.len().saturating_sub(TOLD) {
        eprintln!("{}", language.pick(format!("and {more} more"), format!("et {more} de plus")));
    }
    Ok(u8::from(!imported.complaints.is_empty()))
}
