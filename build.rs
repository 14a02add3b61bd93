//! Puts the data that is kept as files into the executable: the registry of `oui-data/`, as compact tables that are ready to be
//! searched, and the labs of `tests/labs/`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/line.rs"]
mod line;
#[path = "src/oui/name.rs"]
mod name;
#[path = "src/oui/pack.rs"]
mod pack;

const REGISTRY: &str = "oui-data/registry.csv";

fn main() -> Result<(), Box<dyn Error>> {
    embed_registry()?;
    Ok(embed_labs()?)
}

/// Writes `names.txt`, the rows and `tables.rs`, which `src/oui.rs` includes.
fn embed_registry() -> Result<(), Box<dyn Error>> {
    for read in ["build.rs", REGISTRY, "src/line.rs", "src/oui/name.rs", "src/oui/pack.rs"] {
        println!("cargo::rerun-if-changed={read}");
    }
    let packed = pack::pack(&blocks()?).map_err(|_| "the names of the registry take more than 16 MiB")?;

    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("names.txt"), packed.names)?;
    let mut tables = String::new();
    for (bits, rows) in packed.tables {
        fs::write(out.join(format!("rows{bits}")), rows.as_flattened())?;
        writeln!(tables, "Table::builtin({bits}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/rows{bits}\"))),")?;
    }
    fs::write(out.join("tables.rs"), format!("[\n{tables}]\n"))?;
    Ok(())
}

/// Every block of the registry.
///
/// The rows are read by holder: `mac_oui` looks addresses up as if every block were one of 24 bits.
fn blocks() -> Result<Vec<pack::Assignment>, Box<dyn Error>> {
    let registry = mac_oui::Oui::from_csv_file(REGISTRY)?;
    let mut blocks = Vec::new();
    for holder in registry.get_unique_manufacturers()? {
        let clean = name::clean(&holder);
        let shown = if name::is_the_registry(&clean) { pack::SHARED } else { &clean };
        for entry in registry.lookup_by_manufacturer(&holder)?.into_iter().flatten() {
            let bits = 4 * u8::try_from(entry.oui.len())?;
            let expected = match entry.assignment_block_size.as_str() {
                "MA-L" => 24,
                "MA-M" => 28,
                "MA-S" | "IAB" => 36,
                other => return Err(format!("{REGISTRY}: {}: no such registry: {other}", entry.oui).into()),
            };
            if bits != expected {
                return Err(format!("{REGISTRY}: {}: {expected} bits expected", entry.oui).into());
            }
            blocks.push((u64::from_str_radix(&entry.oui, 16)? << (48 - bits), bits, shown.to_owned()));
        }
    }
    if blocks.len() != usize::try_from(registry.get_total_records())? {
        return Err(format!("{REGISTRY}: not every row was read").into());
    }
    blocks.sort();
    Ok(blocks)
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
        |name: &String| format!("#[test]\nfn r#{}() {{\n    the_kit_finds_what_is_in({name:?});\n}}\n\n", name.replace('-', "_"));
    let tests: String = labs.iter().map(|(name, _)| test(name)).collect();
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    fs::write(Path::new(&out).join("labs.rs"), list)?;
    fs::write(Path::new(&out).join("lab_tests.rs"), tests)
}
