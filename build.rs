//! Puts the data that is kept as files into the program.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    embed_labs()
}

/// Lists `tests/labs/*.toml` for the program (`labs.rs`: their names and texts) and for the tests (`lab_tests.rs`: one each), so
/// that a new lab is a new file and nothing else.
fn embed_labs() -> io::Result<()> {
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("tests/labs");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut labs = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if let (Some("toml"), Some(name)) = (path.extension().and_then(|end| end.to_str()), path.file_stem()) {
            labs.push((name.to_string_lossy().into_owned(), path));
        }
    }
    labs.sort();
    let rows: String = labs.iter().map(|(name, path)| format!("    ({name:?}, include_str!({path:?})),\n")).collect();
    let list =
        format!("/// Every lab: its name and its text, in alphabetical order.\npub const LABS: &[(&str, &str)] = &[\n{rows}];\n");
    let test =
        |name: &String| format!("#[test]\nfn {}() {{\n    the_kit_finds_what_is_in({name:?});\n}}\n\n", name.replace('-', "_"));
    let tests: String = labs.iter().map(|(name, _)| test(name)).collect();
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("labs.rs"), list)?;
    fs::write(Path::new(&out).join("lab_tests.rs"), tests)
}
