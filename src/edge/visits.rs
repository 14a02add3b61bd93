//! Reads a visit for a comparison: a folder made by `--record`, heard again, or a report in JSON.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;

use super::replay::replay;
use crate::fault::{Fault, Result};
use crate::report::{Report, SCHEMA};

/// Bytes of a report: one of 65,536 devices has a quarter of it.
const LONGEST: u64 = 256 << 20;

/// The report of a visit.
pub fn read(path: &Path) -> Result<Report> {
    if path.is_dir() { replayed(path) } else { written(path) }
}

/// The report of a recorded visit, judged by the checks of today.
pub fn replayed(folder: &Path) -> Result<Report> {
    let replayed = replay(folder)?;
    let visit = replayed.visit(folder);
    let plan = replayed.circumstances.map(|circumstances| circumstances.plan).unwrap_or_default();
    Ok(Report::of(visit, &replayed.inventory, &plan))
}

/// What every report has, of whatever form.
#[derive(Deserialize)]
struct Form {
    schema: String,
}

fn written(path: &Path) -> Result<Report> {
    let shown = path.display();
    let expected = |fault: Fault| {
        fault.hint(
            "a folder made by --record, or a report written with --format json, is expected",
            "il faut un dossier créé par --record, ou un rapport écrit avec --format json",
        )
    };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| expected(Fault::because(format!("cannot read {shown}"), format!("{shown} illisible"), &error)))?;
    if bytes.len() as u64 > LONGEST {
        return Err(expected(Fault::new(
            format!("{shown} is too large for a report: more than {LONGEST} bytes"),
            format!("{shown} est trop gros pour un rapport : plus de {LONGEST} octets"),
        )));
    }
    // A page or a capture is no damaged report.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        let fault = Fault::new(format!("{shown} is not a visit"), format!("{shown} n'est pas une intervention"));
        return Err(expected(fault));
    }
    let malformed = |error: serde_json::Error| {
        let line = error.line();
        expected(Fault::new(format!("{shown}, line {line}: {error}"), format!("{shown}, ligne {line} : {error}")))
    };
    let form: Form = serde_json::from_slice(&bytes).map_err(malformed)?;
    if form.schema != SCHEMA {
        let schema = form.schema;
        let fault =
            Fault::new(format!("{shown} is of another form: {schema}"), format!("{shown} est d'une autre forme : {schema}"));
        return Err(expected(fault));
    }
    serde_json::from_slice(&bytes).map_err(malformed)
}
