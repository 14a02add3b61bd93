//! What a look writes into the journal of the visit that is open. Nothing of that keeps anybody from looking.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::edge::logbook as shelf;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::logbook::entry::{Entry, Looked};
use crate::report::{Report, Said};

/// The folder of the visit that is open. A journal that cannot be read is told, and looked past.
pub fn of_the_open_visit(language: Language) -> Option<PathBuf> {
    match shelf::open(None) {
        Ok(open) => open.map(|open| open.folder),
        Err(fault) => {
            eprintln!("trousse: {}", fault.say(language));
            None
        }
    }
}

/// Where a look is recorded that names no other place. A disk that takes no record is told, and looked past.
pub fn record_beside(visit: Option<&Path>, language: Language) -> Option<PathBuf> {
    let folder = shelf::next_record(visit?);
    match takes_a_record(&folder) {
        Ok(()) => Some(folder),
        Err(error) => {
            let shown = folder.display();
            let fault = Fault::because(
                format!("the look is not recorded in {shown}"),
                format!("l'observation n'est pas enregistrée dans {shown}"),
                &error,
            );
            eprintln!("trousse: {}", fault.say(language));
            None
        }
    }
}

/// Tries out whether a folder can be made and written to.
fn takes_a_record(folder: &Path) -> io::Result<()> {
    /// Bytes that the smallest record takes.
    const LEAST: usize = 4096;
    let trial = folder.join("trial");
    fs::create_dir_all(folder)?;
    let tried = fs::write(&trial, [b'\n'; LEAST]);
    let gone = fs::remove_file(&trial);
    // What was tried out leaves nothing behind: a look that is refused makes no record.
    let _ = fs::remove_dir(folder);
    tried.and(gone)
}

/// Writes what a look found.
pub fn tell(visit: &Path, report: &Report, record: Option<&Path>, again: bool) -> Result<()> {
    if let Some(folder) = record.filter(|record| record.starts_with(visit)) {
        shelf::recorded(folder);
    }
    let told = report.ladder.iter().filter(|rung| rung.verdict != Said::NotTested);
    let inside = |record: &Path| {
        let whole = record.canonicalize().unwrap_or_else(|_| record.to_owned());
        whole.strip_prefix(visit).map_or(whole.clone(), Path::to_owned).to_string_lossy().into_owned()
    };
    shelf::add(
        visit,
        &Entry::Looked(Box::new(Looked {
            when: shelf::stamp(),
            errand: report.visit.errand,
            interface: report.visit.interface.clone(),
            record: record.map(inside),
            again,
            findings: Looked::without_evidence(&report.findings),
            told: told.map(|rung| rung.code.clone()).collect(),
            asked: Some(report.asked()),
        })),
    )
}
