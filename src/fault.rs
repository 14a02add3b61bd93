//! A fault of the run (not of the site): one line and a way out, in both languages.

use std::{fmt, io};

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

/// A text in both languages that is part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// In English.
    pub english: String,
    /// In French.
    pub french: String,
}

impl Why {
    /// A text in both languages: lower case, no full stop.
    pub fn new(english: impl Into<String>, french: impl Into<String>) -> Why {
        Why { english: english.into(), french: french.into() }
    }
}

impl From<&io::Error> for Why {
    /// What the system says, in French where it is one of the usual things.
    fn from(error: &io::Error) -> Why {
        let french = match error.kind() {
            io::ErrorKind::NotFound => "fichier ou dossier introuvable",
            io::ErrorKind::PermissionDenied => "permission refusée",
            io::ErrorKind::AlreadyExists => "existe déjà",
            io::ErrorKind::NotADirectory => "n'est pas un dossier",
            io::ErrorKind::IsADirectory => "est un dossier",
            io::ErrorKind::NotSeekable => "n'est pas un fichier ordinaire",
            io::ErrorKind::StorageFull => "plus de place sur le disque",
            io::ErrorKind::QuotaExceeded => "quota de disque dépassé",
            io::ErrorKind::FileTooLarge => "fichier trop gros",
            io::ErrorKind::ReadOnlyFilesystem => "système de fichiers en lecture seule",
            io::ErrorKind::InvalidData => "le contenu n'est pas du texte UTF-8",
            _ => return Why::new(error.to_string(), error.to_string()),
        };
        Why::new(error.to_string(), french)
    }
}

/// What a command of the kit gives back.
pub type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// A fault in both languages: lower case, no full stop.
    pub fn new(english: impl Into<String>, french: impl Into<String>) -> Fault {
        let said = |line| Said { line, hint: None };
        Fault { english: said(english.into()), french: said(french.into()) }
    }

    /// A fault and why it came about.
    pub fn because(english: impl fmt::Display, french: impl fmt::Display, why: impl Into<Why>) -> Fault {
        let why = why.into();
        Fault::new(format!("{english}: {}", why.english), format!("{french} : {}", why.french))
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
