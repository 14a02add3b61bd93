//! What is intrusive is done where somebody agreed: by `--yes`, or at the terminal.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use crate::language::Language;

/// Whether whoever sits at the terminal agrees to go on after `warning`. Where nobody does, nobody agreed.
pub fn given(warning: &str, language: Language) -> bool {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return false;
    }
    let question = language.pick("Go on? [y/N]", "Continuer ? [o/N]");
    let mut answer = String::new();
    let asked = write!(stderr(), "{warning}{question} ")
        .and_then(|()| stderr().flush())
        .and_then(|()| stdin().lock().read_line(&mut answer));
    asked.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "o" | "oui")
}
