//! Writes the seeds of every target to FOLDER/TARGET/ and prints the names of the targets, a line each.

use std::path::Path;

mod targets;

fn main() -> std::io::Result<()> {
    let corpus = std::env::args_os().nth(1).expect("the folder of the corpora is the argument");
    for target in targets::all() {
        let folder = Path::new(&corpus).join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
        println!("{}", target.name);
    }
    Ok(())
}
