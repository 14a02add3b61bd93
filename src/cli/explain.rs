//! `trousse explain`: what a code means on site, how it is seen, what only looks like it, what to do.

use std::fmt::Write as _;

use crate::check::{CHECKS, Check};
use crate::cli::output::print;
use crate::fault::{Fault, Result};
use crate::finding::Manual;
use crate::language::Language;

/// Explain a finding's code: what it means on site, how it is seen, what only looks like it, what to do.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The code, as in L3-duplicate-address; without it, all codes are listed
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
    /// Every page in both languages, as docs/findings.md holds them
    #[arg(long, conflicts_with = "code")]
    pub markdown: bool,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, language: Language) -> Result<u8> {
    let text = match &args.code {
        Some(code) => page(find(code)?, language),
        None if args.markdown => markdown(),
        None => list(language),
    };
    print(&text).map(|()| 0)
}

fn find(code: &str) -> Result<&'static Check> {
    CHECKS.iter().find(|check| check.code.eq_ignore_ascii_case(code)).ok_or_else(|| {
        Fault::new(format!("no such code: {code}"), format!("code inconnu : {code}"))
            .hint("trousse explain lists all codes", "trousse explain donne la liste des codes")
    })
}

fn list(language: Language) -> String {
    let width = CHECKS.iter().map(|check| check.code.len()).max().unwrap_or_default();
    CHECKS.iter().map(|check| format!("{:<width$}  {}\n", check.code, (check.manual)(language).title)).collect()
}

/// The parts of a page with their headings.
fn parts(manual: &Manual, language: Language) -> [(&'static str, &'static str); 4] {
    [
        (language.pick("On site", "Sur site"), manual.meaning),
        (language.pick("How it is seen", "Comment on le voit"), manual.seen),
        (language.pick("What looks like it and is not", "Ce qui y ressemble sans l'être"), manual.lookalikes),
        (language.pick("What to do", "Que faire"), manual.remedy),
    ]
}

fn page(check: &Check, language: Language) -> String {
    let manual = (check.manual)(language);
    let width = console::Term::stdout().size_checked().map_or(WIDTH, |(_, columns)| usize::from(columns).min(WIDTH));
    let mut text = format!("{}  {}\n", check.code, manual.title);
    for (heading, body) in parts(&manual, language) {
        let options = textwrap::Options::new(width).initial_indent("  ").subsequent_indent("  ");
        let _ = write!(text, "\n{heading}\n{}\n", textwrap::fill(body, options));
    }
    text
}

/// Columns of a page, at the most: longer lines are hard to read.
const WIDTH: usize = 100;

/// The text of `docs/findings.md`.
pub fn markdown() -> String {
    let mut text = String::from("# Findings · Anomalies\n\nMade by `trousse explain --markdown`.\n");
    for check in CHECKS {
        let _ = write!(text, "\n## {}\n", check.code);
        for language in Language::ALL {
            let manual = (check.manual)(language);
            let _ = write!(text, "\n### {}\n", manual.title);
            for (heading, body) in parts(&manual, language) {
                let _ = write!(text, "\n**{heading}.** {body}\n");
            }
        }
    }
    text
}
