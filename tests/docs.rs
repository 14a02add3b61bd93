//! What `docs/` holds of the program's own words is what the program says.

use std::path::Path;
use std::{env, fs};

use trousse::cli::explain::markdown;

/// Compares a document with what it is made from; `TROUSSE_BLESS=1` writes it anew.
fn holds(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if env::var_os("TROUSSE_BLESS").is_some() {
        fs::write(&path, made).expect("docs/ can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == made, "docs/{name} is out of date: run the tests with TROUSSE_BLESS=1");
}

#[test]
fn the_page_of_findings_is_current() {
    holds("findings.md", &markdown());
}
