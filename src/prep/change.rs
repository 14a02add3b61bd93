//! One thing of a PC that is not yet as the profile wants it: what it is, how it is, how it must be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::look::Digest;
use crate::language::Language;

/// A change that is to be made, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// What it is about: a path, a package, an account.
    pub subject: String,
    /// What of it.
    pub aspect: Aspect,
    /// How it was found.
    pub before: State,
    /// How it must be.
    pub after: State,
}

/// What of a subject changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// What a file holds.
    Contents,
    /// Who may do what with a file.
    Mode,
    /// The version of a package or a program.
    Version,
    /// Whether a program is installed.
    Program,
    /// Whether an account exists.
    Account,
    /// The name of the person of an account.
    FullName,
    /// Whether an account is in a group.
    Member(String),
    /// Whether an account has a password.
    Password,
    /// The name of the PC.
    HostName,
    /// What a script must bring about.
    Done,
    /// Whether the PC was restarted.
    Restarted,
}

/// How something is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Not there, or not so.
    Absent,
    /// There, or so.
    Present,
    /// This text.
    Text(String),
    /// These bytes.
    Bytes(Digest),
}

impl Change {
    /// A change of something from how it was found to how it must be.
    pub fn new(subject: impl Into<String>, aspect: Aspect, before: State, after: State) -> Change {
        Change { subject: subject.into(), aspect, before, after }
    }

    /// Something that is not there and must be.
    pub fn to_be(subject: impl Into<String>, aspect: Aspect) -> Change {
        Change::new(subject, aspect, State::Absent, State::Present)
    }

    /// The change in the reader's language, as in `/etc/motd: contents none → 34 bytes (sha256 0f3c…)`.
    pub fn say(&self, language: Language) -> String {
        let [before, after] = [&self.before, &self.after].map(|state| self.aspect.state(state, language));
        let what = self.aspect.say(language);
        let colon = language.pick(":", " :");
        let subject = &self.subject;
        match self.aspect {
            Aspect::HostName | Aspect::Restarted => format!("{what}{colon} {before} → {after}"),
            Aspect::Done => format!("{subject}{colon} {before} → {after}"),
            _ => format!("{subject}{colon} {what} {before} → {after}"),
        }
    }
}

impl Aspect {
    fn say(&self, language: Language) -> String {
        let (english, french) = match self {
            Aspect::Contents => ("contents", "contenu"),
            Aspect::Mode => ("mode", "droits"),
            Aspect::Version => ("version", "version"),
            Aspect::Program => ("program", "programme"),
            Aspect::Account => ("account", "compte"),
            Aspect::FullName => ("full name", "nom complet"),
            Aspect::Member(group) => {
                return language.pick(format!("member of {group}:"), format!("membre de {group} :"));
            }
            Aspect::Password => ("password", "mot de passe"),
            Aspect::HostName => ("name of the PC", "nom du PC"),
            Aspect::Done => ("done", "fait"),
            Aspect::Restarted => ("restart", "redémarrage"),
        };
        language.pick(english, french).to_owned()
    }

    fn state(&self, state: &State, language: Language) -> String {
        /// Digits of a digest that tell one from another at a glance.
        const SHOWN: usize = 8;
        let (english, french) = match (state, self) {
            (State::Text(text), Aspect::FullName) => return language.pick(format!("\"{text}\""), format!("« {text} »")),
            (State::Text(text), _) => return text.clone(),
            (State::Bytes(Digest { sha256, size }), _) => {
                let digits = sha256.get(..SHOWN).unwrap_or(sha256);
                return language.pick(format!("{size} bytes ({digits}…)"), format!("{size} octets ({digits}…)"));
            }
            (State::Absent, Aspect::Member(_)) => ("no", "non"),
            (State::Present, Aspect::Member(_)) => ("yes", "oui"),
            (State::Absent, Aspect::Done | Aspect::Restarted) => ("not done", "pas fait"),
            (State::Present, Aspect::Done | Aspect::Restarted) => ("done", "fait"),
            (State::Absent, Aspect::Version) => ("none", "absente"),
            (State::Absent, _) => ("none", "absent"),
            (State::Present, Aspect::Password) => ("set", "défini"),
            (State::Present, _) => ("there", "présent"),
        };
        language.pick(english, french).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_as_a_technician_says_it() {
        let said = |change: &Change| Language::ALL.map(|language| change.say(language));
        let contents = Change::new("/etc/motd", Aspect::Contents, State::Absent, State::Bytes(Digest::of(b"hello")));
        assert_eq!(
            said(&contents),
            [
                "/etc/motd: contents none → 5 bytes (2cf24dba…)".to_owned(),
                "/etc/motd : contenu absent → 5 octets (2cf24dba…)".to_owned()
            ]
        );
        assert_eq!(
            said(&Change::to_be("tech", Aspect::Member("sudo".to_owned()))),
            ["tech: member of sudo: no → yes".to_owned(), "tech : membre de sudo : non → oui".to_owned()]
        );
        let name = Change::new("debian", Aspect::HostName, State::Text("debian".into()), State::Text("kiosk-01".into()));
        assert_eq!(said(&name), ["name of the PC: debian → kiosk-01".to_owned(), "nom du PC : debian → kiosk-01".to_owned()]);
    }

    #[test]
    fn a_change_comes_back_from_json_as_it_was() {
        let change = Change::new("tech", Aspect::Member("sudo".into()), State::Absent, State::Bytes(Digest::of(b"")));
        let text = serde_json::to_string(&change).expect("JSON");
        assert_eq!(serde_json::from_str::<Change>(&text).expect("a change"), change);
    }
}
