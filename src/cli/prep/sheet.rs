//! `trousse prep sheet`: the delivery sheet of a PC, from the journal of its preparation or from a sheet that was kept.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::cli::output::Places;
use crate::edge::pc::state_folder;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::line::one_line;
use crate::prep::sheet::Sheet;
use crate::report::{SHEET_FORMATS, SheetFormat};

/// Bytes of a sheet that are read: one of a thousand steps has a tenth of it.
const LONGEST: u64 = 16 << 20;

/// Write the delivery sheet of a PC: which one it is, each step before and after with its proof, what is not done. Exit code 0:
/// the PC is ready; 1: the preparation is under way or was interrupted; 10: a restart is awaited; 20: a step failed; 30: there is
/// none, or a sheet that was changed.
#[derive(Debug, clap::Args)]
pub struct SheetArgs {
    /// The folder of the preparation, also one that was copied from another PC
    #[arg(long, value_name = "DIR", default_value_os_t = state_folder())]
    pub state: PathBuf,
    /// A sheet that was kept (JSON), in place of a preparation
    #[arg(long, value_name = "SHEET", conflicts_with_all = ["state", "technician"])]
    pub from: Option<PathBuf>,
    /// Who prepared the PC [default: as it was said when it was prepared]
    #[arg(long, value_name = "NAME")]
    pub technician: Option<String>,
    /// How it is written; by default as the name of FILE says, else for the terminal
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(SHEET_FORMATS.iter().map(|format| format.name)))]
    pub format: Option<String>,
    /// Write it to FILE; may be repeated, as in -o sheet.pdf -o sheet.json
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// The firm at the head of HTML and PDF (TOML) [default: trousse/firm.toml among the user's settings]
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<PathBuf>,
}

/// Writes the sheet.
pub(super) fn run(args: &SheetArgs, language: Language) -> Result<u8> {
    let places = Places::<SheetFormat>::of(SHEET_FORMATS, args.format.as_deref(), &args.output, args.firm.as_deref());
    places.check()?;
    let sheet = match &args.from {
        Some(path) => read(path)?,
        None => of_journal(&args.state, language)?,
    };
    let sheet = match args.technician.as_deref().map(technician).transpose()? {
        Some(name) => sheet.by(name),
        None => sheet,
    };
    places.write(language, |format, view| (format.render)(&sheet, view))?;
    Ok(sheet.exit_code())
}

/// The name of whoever prepares a PC, in one line.
pub(super) fn technician(name: &str) -> Result<String> {
    let name = one_line(name);
    if name.is_empty() {
        return Err(Fault::new("--technician is empty", "--technician est vide")
            .hint("say who prepares the PC, or leave it out", "dites qui prépare le PC, ou omettez-le"));
    }
    Ok(name)
}

/// The sheet of the preparation in a folder.
fn of_journal(state: &Path, language: Language) -> Result<Sheet> {
    let read = super::read(state, language)?;
    let sheet = Sheet::of(&read.entries).ok_or_else(|| super::no_preparation(state))?;
    Ok(if read.unread.is_empty() { sheet } else { sheet.without(read.unread.len() as u32) })
}

/// A sheet that was kept.
pub(super) fn read(path: &Path) -> Result<Sheet> {
    let shown = path.display();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    read.map_err(|error| {
        Fault::because(format!("cannot read the sheet {shown}"), format!("fiche {shown} illisible"), &error).hint(
            "name a file that trousse prep sheet -o sheet.json wrote",
            "indiquez un fichier écrit par trousse prep sheet -o fiche.json",
        )
    })?;
    Sheet::read(&text).map_err(|unreadable| {
        Fault::because(format!("cannot use the sheet {shown}"), format!("fiche {shown} inutilisable"), unreadable).hint(
            "take the file as trousse prep sheet -o sheet.json wrote it",
            "prenez le fichier tel que trousse prep sheet -o fiche.json l'a écrit",
        )
    })
}
