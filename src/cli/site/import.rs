//! `trousse site import`: the plan from the table in which somebody keeps the devices of the site.

use std::path::{Path, PathBuf};

use super::init::create;
use crate::cli::output::print;
use crate::cli::table;
use crate::draft::import::merge::{Merged, merge};
use crate::draft::import::{self, Imported};
use crate::edge::{replace, stop};
use crate::fault::{Fault, Result, Why};
use crate::language::Language;
use crate::line::one_line;
use crate::site::Plan;

/// Write a plan from a table of devices (CSV, Excel .xlsx or LibreOffice .ods: name, role, system, address, mac).
///
/// Rows that cannot be read are told one by one on standard error, and the exit code is then 1; the others are imported.
///
/// With --into the devices go into a plan that exists: its comments, its order and all else in it stay. A device is known by its
/// address. A role or a system that differs is changed; another name or another card at an address, or a name that is at another
/// address, is a conflict: it is told, the plan stays as it is there, and the exit code is 1.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// The table; headings in English or in French, only the address is needed
    #[arg(value_name = "FILE")]
    pub table: PathBuf,
    /// Write the plan to FILE, which may not exist yet
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Put the devices into this plan
    #[arg(long, value_name = "PLAN", conflicts_with = "output")]
    pub into: Option<PathBuf>,
    /// Where the plan and the table say differently whose an address is, the table is right
    #[arg(long, requires = "into")]
    pub overwrite: bool,
}

/// Complaints, and changes of each kind, that are told one by one.
const TOLD: usize = 50;

/// Runs the command.
pub fn run(args: &ImportArgs, language: Language) -> Result<u8> {
    let shown = args.table.display();
    let hint = |fault: Fault| {
        fault.hint(
            "columns: name, role, system, address, mac; only address is needed; save .xls as .xlsx, .ods or .csv",
            "colonnes : nom, rôle, système, adresse, mac ; seule adresse est obligatoire ; enregistrez un .xls en .xlsx, .ods ou .csv",
        )
    };
    let bytes = table::bytes(&args.table).map_err(|error| {
        hint(Fault::because(format!("cannot read the table {shown}"), format!("tableau {shown} illisible"), &error))
    })?;
    let imported = table::quietly(|| import::read(bytes))
        .map_err(|why| hint(Fault::because(format!("the table {shown} is refused"), format!("tableau {shown} refusé"), why)))?;
    let conflicts = match &args.into {
        Some(plan) => into(plan, &imported, args.overwrite, language)?,
        None => {
            let name = args.table.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let text = import::plan(&imported.devices, &name, language);
            args.output.as_deref().map_or_else(|| print(&text), |path| create(path, &text))?;
            0
        }
    };
    for why in imported.complaints.iter().take(TOLD) {
        eprintln!("trousse: {}", Fault::new(&why.english, &why.french).say(language));
    }
    if let more @ 1.. = imported.complaints.len().saturating_sub(TOLD) {
        eprintln!("{}", and_more(more, language));
    }
    if conflicts > 0 {
        let hint = language.pick(
            "hint: correct the plan or the table; with --overwrite the table is right",
            "conseil : corrigez le plan ou le tableau ; avec --overwrite, c'est le tableau qui a raison",
        );
        eprintln!("{hint}");
    }
    Ok(u8::from(conflicts > 0 || !imported.complaints.is_empty()))
}

/// Puts the devices into a plan, and says what that changed; how many conflicts there are.
fn into(path: &Path, imported: &Imported, overwrite: bool, language: Language) -> Result<usize> {
    let shown = path.display();
    // What is wrong in it by itself is told as for every command that reads a plan.
    Plan::load(path)?;
    let failed = |error: std::io::Error| {
        Fault::because(format!("cannot write the plan {shown}"), format!("impossible d'écrire le plan {shown}"), &error)
            .hint("the plan is as it was", "le plan est resté tel quel")
    };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let merged = merge(&text, &imported.devices, overwrite).map_err(|why| {
        Fault::because(
            format!("the plan {shown} would be refused with the table in it"),
            format!("avec le tableau, le plan {shown} serait refusé"),
            why,
        )
        .hint("the plan is as it was: correct it, or the table", "le plan est resté tel quel : corrigez-le, ou le tableau")
    })?;
    if merged.text != text {
        // Ctrl-C waits for the few milliseconds that this takes.
        stop::watch();
        replace::replace(path, merged.text.as_bytes()).map_err(failed)?;
    }
    print(&told(&shown.to_string(), &merged, language))?;
    Ok(merged.conflicts.len())
}

/// What an import changed: a line of numbers, then what is new (+), changed (~) and in conflict (!).
fn told(shown: &str, merged: &Merged, language: Language) -> String {
    let numbered = |count: usize, (one, many): (&str, &str)| {
        let word = if language.pick(count == 1, count < 2) { one } else { many };
        format!("{count} {word}")
    };
    let mut numbers = vec![
        numbered(merged.added.len(), language.pick(("device added", "devices added"), ("appareil ajouté", "appareils ajoutés"))),
        numbered(merged.changed.len(), language.pick(("changed", "changed"), ("modifié", "modifiés"))),
        numbered(merged.same, language.pick(("as it was", "as they were"), ("inchangé", "inchangés"))),
    ];
    if !merged.conflicts.is_empty() {
        numbers
            .push(numbered(merged.conflicts.len(), language.pick(("in conflict", "in conflict"), ("en conflit", "en conflit"))));
    }
    let colon = language.pick(":", " :");
    let mut text = format!("{}{colon} {}\n", one_line(shown), numbers.join(", "));
    for (mark, all) in [('+', &merged.added), ('~', &merged.changed), ('!', &merged.conflicts)] {
        for Why { english, french } in all.iter().take(TOLD) {
            text.push_str(&format!("  {mark} {}\n", one_line(language.pick(english, french))));
        }
        if let more @ 1.. = all.len().saturating_sub(TOLD) {
            text.push_str(&format!("  {mark} {}\n", and_more(more, language)));
        }
    }
    text
}

fn and_more(more: usize, language: Language) -> String {
    language.pick(format!("and {more} more"), format!("et {more} de plus"))
}
