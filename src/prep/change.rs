//! One thing of a PC that is not yet as the profile wants it: what it is, how it is, how it must be. And one that was seen, which
//! is the proof that it is so.

mod list;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::look::Digest;
use super::look::power::{Setting, Source};
use crate::language::Language;
pub use list::List;

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
    /// A value of a key of the registry, by its name.
    Value(String),
    /// Whether a shortcut exists, and what it opens.
    Shortcut,
    /// What a shortcut opens.
    Target,
    /// What a shortcut tells its program.
    Arguments,
    /// The folder that a shortcut starts its program in.
    WorkingFolder,
    /// Where the picture of a shortcut comes from.
    Icon,
    /// What a shortcut says of itself.
    Comment,
    /// Whether what a shortcut opens is there.
    OpensSomething,
    /// When a service starts.
    Start,
    /// Whether a service runs.
    Runs,
    /// Whether a PC may hibernate.
    Hibernation,
    /// When a PC sleeps.
    Power {
        /// Fed by what.
        source: Source,
        /// What is set.
        setting: Setting,
    },
    /// Whether an app or a program is gone; where it came from, so that it can be put back.
    Removed {
        /// Who made it, and what it was by its key.
        origin: String,
    },
    /// The version, the maker and the day of the driver of a device.
    Driver,
    /// The version that a file beside the profile brings.
    Brings,
    /// What is found in a list of the PC.
    Listed(List),
    /// The version of the firmware of the PC.
    Firmware,
    /// Whether an update is installed.
    Update {
        /// What it is known by.
        id: String,
    },
    /// Whether something holds that no step makes so.
    Check {
        /// What, in English.
        english: String,
        /// In French.
        french: String,
    },
    /// What a script must bring about.
    Done,
    /// Whether the PC was restarted.
    Restarted,
    /// The system that runs on the PC.
    System,
    /// A network card of the PC, by its MAC.
    Card,
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
    /// So it was seen to be.
    Said {
        /// In English.
        english: String,
        /// In French.
        french: String,
    },
    /// These bytes.
    Bytes(Digest),
}

/// How something was seen to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sight {
    /// What it is about: a path, a package, an account.
    pub subject: String,
    /// What of it.
    pub aspect: Aspect,
    /// How it is.
    pub state: State,
}

impl Sight {
    /// Something that was seen.
    pub fn new(subject: impl Into<String>, aspect: Aspect, state: State) -> Sight {
        Sight { subject: subject.into(), aspect, state }
    }

    /// Something that is there or so, or not.
    pub fn whether(subject: impl Into<String>, aspect: Aspect, is: bool) -> Sight {
        Sight::new(subject, aspect, if is { State::Present } else { State::Absent })
    }

    /// What has changed until it was seen again; nothing where it is the same, or another thing.
    pub fn until(&self, again: &Sight) -> Option<Change> {
        let same = self.subject == again.subject && self.aspect == again.aspect;
        let change = || Change::new(&self.subject, self.aspect.clone(), self.state.clone(), again.state.clone());
        (same && self.state != again.state).then(change)
    }

    /// What was seen, in the reader's language, as in `/etc/motd: contents 34 bytes (0f3c…)`.
    pub fn say(&self, language: Language) -> String {
        // It may never have been there.
        let is = match (&self.aspect, &self.state) {
            (Aspect::Removed { .. }, State::Absent) => language.pick("none", "absent").to_owned(),
            (aspect, state) => aspect.state(state, language),
        };
        self.aspect.of(&self.subject, &is, language)
    }
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

    /// How it is and how it must be, for what was not made so: `kioskd: version none (wanted: 2.10-1)`.
    pub fn say_wanted(&self, language: Language) -> String {
        let [before, after] = [&self.before, &self.after].map(|state| self.aspect.state(state, language));
        let wanted = language.pick(format!("(wanted: {after})"), format!("(attendu : {after})"));
        self.aspect.of(&self.subject, &format!("{before} {wanted}"), language)
    }

    /// The change in the reader's language, as in `/etc/motd: contents none → 34 bytes (sha256 0f3c…)`.
    pub fn say(&self, language: Language) -> String {
        let [before, after] = [&self.before, &self.after].map(|state| self.aspect.state(state, language));
        self.aspect.of(&self.subject, &format!("{before} → {after}"), language)
    }
}

impl Aspect {
    /// A subject, what of it, and how that is.
    fn of(&self, subject: &str, is: &str, language: Language) -> String {
        let what = self.say(language);
        let colon = language.pick(":", " :");
        match self {
            Aspect::HostName
            | Aspect::Restarted
            | Aspect::System
            | Aspect::Firmware
            | Aspect::Hibernation
            | Aspect::Power { .. }
            | Aspect::Check { .. } => format!("{what}{colon} {is}"),
            Aspect::Done => format!("{subject}{colon} {is}"),
            Aspect::Removed { .. } => format!("{subject} ({what}){colon} {is}"),
            Aspect::Value(_) | Aspect::Listed(_) => format!("{subject}{colon} {what}{colon} {is}"),
            _ => format!("{subject}{colon} {what} {is}"),
        }
    }

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
            Aspect::Value(name) if name.is_empty() => ("(default)", "(par défaut)"),
            Aspect::Value(name) => return name.clone(),
            Aspect::Shortcut => ("shortcut", "raccourci"),
            Aspect::Target => ("target", "cible"),
            Aspect::Arguments => ("arguments", "arguments"),
            Aspect::WorkingFolder => ("starts in", "démarre dans"),
            Aspect::Icon => ("icon", "icône"),
            Aspect::Comment => ("comment", "commentaire"),
            Aspect::OpensSomething => ("what the shortcut opens", "ce que le raccourci ouvre"),
            Aspect::Start => ("start", "démarrage"),
            Aspect::Runs => ("state", "état"),
            Aspect::Hibernation => ("hibernation", "veille prolongée"),
            Aspect::Power { source, setting } => return power(*source, *setting, language),
            Aspect::Removed { origin } => return origin.clone(),
            Aspect::Driver => ("driver", "pilote"),
            Aspect::Brings => ("brings", "apporte"),
            Aspect::Listed(list) => return list.say(language).to_owned(),
            Aspect::Firmware => ("firmware", "firmware"),
            Aspect::Update { .. } => ("update", "mise à jour"),
            Aspect::Check { english, french } => return language.pick(english, french).clone(),
            Aspect::Done => ("done", "fait"),
            Aspect::Restarted => ("restart", "redémarrage"),
            Aspect::System => ("system", "système"),
            Aspect::Card => ("network card", "carte réseau"),
        };
        language.pick(english, french).to_owned()
    }

    fn state(&self, state: &State, language: Language) -> String {
        /// Digits of a digest that tell one from another at a glance.
        const SHOWN: usize = 8;
        /// Letters of a value of the registry that are shown.
        const VALUE: usize = 60;
        let (english, french) = match (state, self) {
            (State::Text(text), Aspect::FullName) => return language.pick(format!("\"{text}\""), format!("« {text} »")),
            (State::Text(text), Aspect::Start | Aspect::Runs) => match text.as_str() {
                "automatic" => ("automatic", "automatique"),
                "manual" => ("manual", "manuel"),
                "disabled" => ("disabled", "désactivé"),
                "running" => ("running", "en marche"),
                "stopped" => ("stopped", "arrêté"),
                _ => return text.clone(),
            },
            (State::Text(text), Aspect::Power { .. }) => match text.as_str() {
                "never" => ("never", "jamais"),
                "nothing" => ("nothing", "rien"),
                "sleep" => ("sleep", "veille"),
                "hibernate" => ("hibernate", "veille prolongée"),
                "shut down" => ("shut down", "arrêt"),
                _ => return text.clone(),
            },
            (State::Text(text), Aspect::Value(_)) => {
                let cut = text.char_indices().nth(VALUE).map(|(at, _)| format!("{}…", &text[..at]));
                return cut.unwrap_or_else(|| text.clone());
            }
            (State::Text(text), _) => return text.clone(),
            (State::Bytes(Digest { sha256, size }), _) => {
                let digits = sha256.get(..SHOWN).unwrap_or(sha256);
                return language.pick(format!("{size} bytes ({digits}…)"), format!("{size} octets ({digits}…)"));
            }
            (State::Said { english, french }, _) => return language.pick(english, french).clone(),
            (State::Absent, Aspect::Hibernation) => ("off", "interdite"),
            (State::Present, Aspect::Hibernation) => ("on", "permise"),
            (State::Absent, Aspect::Power { .. }) => ("none", "aucun"),
            (State::Absent, Aspect::Removed { .. }) => ("removed", "retiré"),
            (State::Absent, Aspect::Driver) => ("none", "aucun"),
            (State::Absent, Aspect::Listed(list)) => return list.none(language).to_owned(),
            (State::Absent, Aspect::Update { .. }) => ("missing", "manquante"),
            (State::Present, Aspect::Update { .. }) => ("installed", "installée"),
            (State::Present, Aspect::Check { .. }) => ("holds", "conforme"),
            (State::Absent, Aspect::Member(_)) => ("no", "non"),
            (State::Present, Aspect::Member(_)) => ("yes", "oui"),
            (State::Absent, Aspect::Done | Aspect::Restarted) => ("not done", "pas fait"),
            (State::Present, Aspect::Done | Aspect::Restarted) => ("done", "fait"),
            (State::Absent, Aspect::Version | Aspect::Value(_) | Aspect::Card) => ("none", "absente"),
            (State::Absent, Aspect::Arguments) => ("none", "aucun"),
            (State::Absent, Aspect::Target | Aspect::Icon) => ("none", "aucune"),
            (State::Present, Aspect::Card) => ("there", "présente"),
            (State::Absent, _) => ("none", "absent"),
            (State::Present, Aspect::Password) => ("set", "défini"),
            (State::Present, _) => ("there", "présent"),
        };
        language.pick(english, french).to_owned()
    }
}

/// What is set of when a PC sleeps.
fn power(source: Source, setting: Setting, language: Language) -> String {
    let (english, french) = match source {
        Source::Mains => ("on mains", "sur secteur"),
        Source::Battery => ("on battery", "sur batterie"),
    };
    let (what, quoi) = match setting {
        Setting::Screen => ("dark screen", "écran noir"),
        Setting::Sleep => ("sleep", "veille"),
        Setting::Hibernate => ("hibernation", "veille prolongée"),
        Setting::Lid => ("closed lid", "capot fermé"),
    };
    language.pick(format!("{what} {english}"), format!("{quoi} {french}"))
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
        assert_eq!(
            Language::ALL.map(|language| contents.say_wanted(language)),
            [
                "/etc/motd: contents none (wanted: 5 bytes (2cf24dba…))",
                "/etc/motd : contenu absent (attendu : 5 octets (2cf24dba…))"
            ]
        );
        let name = Change::new("debian", Aspect::HostName, State::Text("debian".into()), State::Text("kiosk-01".into()));
        assert_eq!(said(&name), ["name of the PC: debian → kiosk-01".to_owned(), "nom du PC : debian → kiosk-01".to_owned()]);
    }

    #[test]
    fn what_was_seen_twice_tells_what_has_changed_between() {
        let seen = |state| Sight::new("kioskd", Aspect::Version, state);
        let (then, now) = (seen(State::Text("2.10-1".into())), seen(State::Absent));
        assert_eq!(then.say(Language::Fr), "kioskd : version 2.10-1");
        assert_eq!(then.until(&now).map(|change| change.say(Language::Fr)).as_deref(), Some("kioskd : version 2.10-1 → absente"));
        assert_eq!(then.until(&then), None);
        assert_eq!(then.until(&Sight::new("other", Aspect::Version, State::Absent)), None);
        assert_eq!(Sight::whether("tech", Aspect::Member("sudo".into()), true).say(Language::En), "tech: member of sudo: yes");
    }

    #[test]
    fn a_change_comes_back_from_json_as_it_was() {
        let change = Change::new("tech", Aspect::Member("sudo".into()), State::Absent, State::Bytes(Digest::of(b"")));
        let text = serde_json::to_string(&change).expect("JSON");
        assert_eq!(serde_json::from_str::<Change>(&text).expect("a change"), change);
    }
}
