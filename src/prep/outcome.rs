//! What a step came to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::look::{Ended, How};
use crate::fault::Fault;
use crate::language::Language;

/// What a step came to. No exit code has a say in it: only a look after it was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", content = "of", rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing had to be done.
    AlreadySo,
    /// It was done, and a second look finds nothing left to do.
    Changed(Vec<Change>),
    /// All went well, it said, and this is still not so.
    DidNotTake(Vec<Change>),
    /// It went wrong.
    Failed(Failure),
    /// It was done; this shows after the next restart only.
    RebootNeeded(Vec<Change>),
    /// It is not for this PC.
    Skipped,
    /// The step of this name, which it needs, is not done.
    NotTried(String),
    /// It comes after a restart that is awaited.
    AfterRestart,
    /// This has to be done: the answer of a look alone.
    ToDo(Vec<Change>),
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// A program did not end well.
    Program(Ended),
    /// The PC did not let it happen.
    Fault {
        /// In English.
        english: String,
        /// In French.
        french: String,
    },
}

impl From<&Fault> for Failure {
    fn from(fault: &Fault) -> Failure {
        let said = |language: Language| {
            let said = fault.say(language);
            match said.split_once('\n') {
                Some((line, hint)) => format!("{line} ({hint})"),
                None => said,
            }
        };
        Failure::Fault { english: said(Language::En), french: said(Language::Fr) }
    }
}

impl Failure {
    /// The failure in one line.
    pub fn say(&self, language: Language) -> String {
        match self {
            Failure::Fault { english, french } => language.pick(english, french).clone(),
            Failure::Program(ended) => {
                let last = ended.output.lines().rfind(|line| !line.trim().is_empty()).map(str::trim);
                let how = ended.how.say(language);
                match last {
                    Some(last) => language.pick(format!("{how}: {last}"), format!("{how} : {last}")),
                    None => how,
                }
            }
        }
    }
}

impl How {
    /// How the program ended, in words.
    pub fn say(self, language: Language) -> String {
        match self {
            How::Code(code) => {
                let said = language.pick(format!("exit code {code}"), format!("code de sortie {code}"));
                match of_windows_installer(code) {
                    Some((english, french)) => format!("{said} ({})", language.pick(english, french)),
                    None => said,
                }
            }
            How::Signal(signal) => language.pick(format!("ended by signal {signal}"), format!("arrêté par le signal {signal}")),
            How::TookTooLong(seconds) => language.pick(
                format!("not done after {seconds} s, ended with all that it had started"),
                format!("pas terminé au bout de {seconds} s, arrêté avec tout ce qu'il avait lancé"),
            ),
        }
    }
}

/// What an exit code of Windows Installer says (MsiExec.exe and InstMsi.exe error messages, Win32 documentation). No other system has
/// codes as large.
fn of_windows_installer(code: i32) -> Option<(&'static str, &'static str)> {
    Some(match code {
        1601 => ("Windows Installer cannot be used", "Windows Installer est inutilisable"),
        1602 => ("somebody cancelled it", "quelqu'un l'a annulée"),
        1603 => ("the installation failed", "l'installation a échoué"),
        1605 => ("this product is not installed", "ce produit n'est pas installé"),
        1618 => ("another installation is running", "une autre installation est en cours"),
        1619 => ("the package cannot be opened", "le paquet ne peut pas être ouvert"),
        1620 => ("it is no package", "ce n'est pas un paquet"),
        1625 => ("a policy forbids it", "une stratégie l'interdit"),
        1633 => ("the package is for another processor", "le paquet est pour un autre processeur"),
        1638 => ("another version of it is installed", "une autre version en est installée"),
        1641 | 3010 => ("a restart is needed", "un redémarrage est nécessaire"),
        _ => return None,
    })
}

impl Outcome {
    /// The step is done: steps that need it may go on. One that is not for this PC stands in nobody's way.
    pub fn is_done(&self) -> bool {
        matches!(self, Outcome::AlreadySo | Outcome::Changed(_) | Outcome::Skipped)
    }

    /// The step went wrong, or another that it needs.
    pub fn is_failure(&self) -> bool {
        matches!(self, Outcome::DidNotTake(_) | Outcome::Failed(_) | Outcome::NotTried(_))
    }

    /// The changes that it tells of.
    pub fn changes(&self) -> &[Change] {
        match self {
            Outcome::Changed(changes)
            | Outcome::DidNotTake(changes)
            | Outcome::RebootNeeded(changes)
            | Outcome::ToDo(changes) => changes,
            _ => &[],
        }
    }

    /// The outcome in a word or two.
    pub fn word(&self, language: Language) -> &'static str {
        match self {
            Outcome::AlreadySo => language.pick("already so", "déjà fait"),
            Outcome::Changed(_) => language.pick("done", "fait"),
            Outcome::DidNotTake(_) => language.pick("did not take", "sans effet"),
            Outcome::Failed(_) => language.pick("failed", "échec"),
            Outcome::RebootNeeded(_) => language.pick("restart needed", "à redémarrer"),
            Outcome::Skipped => language.pick("not for this PC", "pas pour ce PC"),
            Outcome::NotTried(_) => language.pick("not tried", "non tenté"),
            Outcome::AfterRestart => language.pick("after restart", "après redémarrage"),
            Outcome::ToDo(_) => language.pick("to do", "à faire"),
        }
    }

    /// What it tells, one line each.
    pub fn lines(&self, language: Language) -> Vec<String> {
        match self {
            Outcome::Failed(failure) => vec![failure.say(language)],
            Outcome::NotTried(need) => vec![language.pick(format!("needs {need}"), format!("dépend de {need}"))],
            other => other.changes().iter().map(|change| change.say(language)).collect(),
        }
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunEnd {
    /// The PC is as the profile wants it.
    Ready,
    /// It must be restarted first.
    RestartPending,
    /// A step failed.
    Failed,
    /// It was resumed too many times without coming to its end.
    TooManyResumes,
}

impl RunEnd {
    /// The exit code of the house: 0, 10, 20.
    pub fn exit_code(self) -> u8 {
        match self {
            RunEnd::Ready => 0,
            RunEnd::RestartPending => 10,
            RunEnd::Failed | RunEnd::TooManyResumes => 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_the_last_thing_that_the_program_said() {
        let ended = Ended { how: How::Code(2), output: "reading\ndpkg: error: no such file\n\n".into() };
        assert_eq!(Failure::Program(ended).say(Language::Fr), "code de sortie 2 : dpkg: error: no such file");
        let another = Ended { how: How::Code(1638), output: String::new() };
        assert_eq!(Failure::Program(another).say(Language::En), "exit code 1638 (another version of it is installed)");
        let fault = Fault::new("no room", "plus de place").hint("make room", "faites de la place");
        assert_eq!(Failure::from(&fault).say(Language::En), "no room (hint: make room)");
    }

    #[test]
    fn every_outcome_comes_back_from_the_journal_as_it_was() {
        let change = vec![Change::to_be("x", crate::prep::change::Aspect::Done)];
        let ended = Ended { how: How::TookTooLong(3), output: String::new() };
        for outcome in [
            Outcome::AlreadySo,
            Outcome::Changed(change.clone()),
            Outcome::Failed(Failure::Program(ended)),
            Outcome::NotTried("a".into()),
            Outcome::RebootNeeded(change),
        ] {
            let text = serde_json::to_string(&outcome).expect("JSON");
            assert_eq!(serde_json::from_str::<Outcome>(&text).expect("an outcome"), outcome, "{text}");
        }
    }
}
