//! The seeds of every target, for its corpus.

use std::fs;
use std::path::Path;

use crate::targets;

/// Writes the seeds of every target to FOLDER/TARGET/ and prints the names of the targets, a line each.
pub(crate) fn write(corpus: &Path) -> std::io::Result<()> {
    for target in targets::all() {
        let folder = corpus.join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
        println!("{}", target.name);
    }
    Ok(())
}
