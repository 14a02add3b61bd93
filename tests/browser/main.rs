//! The report in a real browser, on its screen and on its paper (chromium, and poppler's tools to look at the PDF).

#![cfg(target_os = "linux")]

#[path = "../cases/mod.rs"]
mod cases;
mod driven;
mod paper;
mod screen;

use std::process::{Command, Stdio};

use jiff::tz::TimeZone;
use trousse::language::Language;
use trousse::report::{FORMATS, Report, View};

/// Whether these programs are here; where one is not, that is said, and fails where no test may be left out.
fn have(programs: &[&str]) -> bool {
    let is_here = |program: &&str| {
        let asked = Command::new("which").arg(program).stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    };
    let Some(missing) = programs.iter().find(|program| !is_here(program)) else { return true };
    eprintln!("not run: needs {missing}");
    assert!(std::env::var_os("TROUSSE_REQUIRE_LABS").is_none(), "required, and there is no {missing}");
    false
}

/// The page of a report.
fn page(report: &Report, language: Language) -> String {
    let html = FORMATS.iter().find(|format| format.name == "html").expect("a format named html");
    (html.render)(report, &View::new(language, TimeZone::UTC))
}
