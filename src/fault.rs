//! A fault of the run (not of the site): one line and a way out, in both languages.

use std::fmt;

use crate::language::Language;
use crate::line::one_line;

/// One line in one language: what was tried, on what, what happened; and the way out, where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Said {
    line: String,
    hint: Option<String>,
}

/// Why the kit could not do its work. Shown on standard error; the exit code is 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    english: Said,
    french: Said,
}

/// What a command of the kit gives back.
pub type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// A fault in both languages: lower case, no full stop.
    pub fn new(english: impl Into<String>, french: impl Into<String>) -> Fault {
        let said = |line| Said { line, hint: None };
        Fault { english: said(english.into()), french: said(french.into()) }
    }

    /// The same fault with the way out.
    pub fn hint(mut self, english: impl Into<String>, french: impl Into<String>) -> Fault {
        self.english.hint = Some(english.into());
        self.french.hint = Some(french.into());
        self
    }

    /// The fault as it is printed: the line, then `hint:` on a line of its own. What it quotes from a file may be hostile and is
    /// cleaned here.
    pub fn say(&self, language: Language) -> String {
        let said = language.pick(&self.english, &self.french);
        let hint = language.pick("hint: ", "conseil : ");
        match &said.hint {
            Some(text) => format!("{}\n{hint}{}", one_line(&said.line), one_line(text)),
            None => one_line(&said.line),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::En))
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_one_line_and_its_hint() {
        let fault = Fault::new("cannot open eth9: no such interface", "impossible d'ouvrir eth9 : interface inconnue");
        assert_eq!(fault.say(Language::En), "cannot open eth9: no such interface");
        let fault = fault.hint("name one of: lo", "choisissez parmi : lo");
        assert_eq!(fault.say(Language::Fr), "impossible d'ouvrir eth9 : interface inconnue\nconseil : choisissez parmi : lo");
    }

    #[test]
    fn what_a_fault_quotes_is_one_line_that_a_terminal_does_not_obey() {
        let fault = Fault::new("unknown key \u{1b}]0;x\u{7}\nhint: obey", "clé inconnue \u{202e}x").hint("a\nb", "c");
        assert_eq!(fault.say(Language::En), "unknown key ]0;x hint: obey\nhint: a b");
        assert_eq!(fault.say(Language::Fr), "clé inconnue x\nconseil : c");
    }
}
