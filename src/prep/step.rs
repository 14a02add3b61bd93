//! The table of steps. Each is one file: what it is told in a profile, how it sees that it is done, how it does it, and its
//! tests.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use super::change::{Change, Sight};
use super::look::{Act, Ended, How, Look, System};
use super::path;
use crate::fault::{Fault, Result, Why};
use crate::secret::Secret;

/// A step of a profile.
pub trait Step {
    /// What is left to do. Nothing, where the PC is as the step wants it; that alone says that a step is done.
    fn plan(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Change>>;

    /// Everything that the plan looks at, as it is now: the proof on the delivery sheet, and what a later check compares with. The
    /// same things each time, whether they are there or not.
    fn seen(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Sight>>;

    /// How it is seen that the step is done, in a few words for the delivery sheet.
    fn detection(&self) -> Why;

    /// Makes one change of the plan.
    fn apply(&self, change: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied>;

    /// Refuses what can be seen to be wrong before any PC is there.
    fn check(&self) -> std::result::Result<(), Why> {
        Ok(())
    }

    /// Refuses what can be seen to be wrong with its files, before any step is applied.
    fn inspect(&self, _: &dyn Look) -> Result<()> {
        Ok(())
    }

    /// The files beside the profile that it needs.
    fn payloads(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Whether it is begun again by itself where it was cut off. Where not, somebody must look at the PC and start the run.
    fn begins_again(&self) -> bool {
        true
    }

    /// The names of the secrets that it may need, on whatever PC.
    fn secrets(&self) -> Vec<&str> {
        Vec::new()
    }

    /// It needs the name that this PC is given.
    fn wants_name(&self) -> bool {
        false
    }

    /// The names of the secrets that it needs for one of its changes.
    fn needs_secrets(&self, _: &Change) -> Vec<&str> {
        Vec::new()
    }
}

/// What a step is told beside what its own table says.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The variables of the profile.
    pub variables: &'a BTreeMap<String, String>,
    /// How long a program of it may run.
    pub timeout_s: u32,
    /// The start of the PC (see [`Look::boot`]) under which a restart was asked for by this step, where it was.
    pub restart_asked_under: Option<&'a str>,
    /// The name that this PC is given, where it is given one.
    pub name: Option<&'a str>,
}

/// What making a change came to, as whoever made it tells. Whether it is true, the next plan says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// What it means.
    pub meaning: Meaning,
    /// How the program ended that did it.
    pub ended: Option<Ended>,
}

impl Applied {
    /// A change that shows after a restart only.
    pub fn after_restart() -> Applied {
        Applied { meaning: Meaning::Restart, ended: None }
    }
}

/// What an exit code means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// It says that it has done its work.
    #[default]
    Done,
    /// The same, and that the PC must be restarted.
    Restart,
    /// It could not now: try it again.
    Retry,
    /// It says that it has failed.
    Failed,
}

/// What the exit codes of a program mean, beside 0: a table such as `{ 3010 = "restart", 0x80070642 = "retry" }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ExitCodes(BTreeMap<String, Meaning>);

impl ExitCodes {
    /// An exit code as people and Windows write it: `3010`, `-1`, `2147944002`, `0x80070642`.
    fn number(code: &str) -> Option<i32> {
        let code = code.to_ascii_lowercase();
        let unsigned = match code.strip_prefix("0x") {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => code.parse(),
        };
        unsigned.map(u32::cast_signed).or_else(|_| code.parse()).ok()
    }

    fn check(&self) -> std::result::Result<(), Why> {
        let mut codes = BTreeSet::new();
        for code in self.0.keys() {
            let Some(number) = ExitCodes::number(code) else {
                return Err(Why::new(
                    format!("exit_codes: {code:?} is no number"),
                    format!("exit_codes : {code:?} n'est pas un nombre"),
                ));
            };
            if !codes.insert(number) {
                return Err(Why::new(
                    format!("exit_codes: {code:?} stands there twice"),
                    format!("exit_codes : {code:?} y figure deux fois"),
                ));
            }
        }
        Ok(())
    }

    fn applied(&self, ended: Ended) -> Applied {
        self.applied_or(ended, &[])
    }

    /// What it came to; `usual` are the codes that need not stand in the profile.
    fn applied_or(&self, ended: Ended, usual: &[(i32, Meaning)]) -> Applied {
        let meaning = match ended.how {
            How::Code(code) => {
                let own = self.0.iter().find(|(known, _)| ExitCodes::number(known) == Some(code)).map(|(_, meaning)| *meaning);
                let usual = usual.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning);
                own.or(usual).unwrap_or(if code == 0 { Meaning::Done } else { Meaning::Failed })
            }
            How::Signal(_) | How::TookTooLong(_) => Meaning::Failed,
        };
        Applied { meaning, ended: Some(ended) }
    }
}

macro_rules! steps {
    ($($word:literal $module:ident::$step:ident)*) => {
        $(pub mod $module;)*

        /// A step of any kind.
        #[derive(Clone, Debug)]
        pub enum Kind {
            $(
                #[doc = concat!("`", $word, "`.")]
                $step($module::$step),
            )*
        }

        /// What profiles call the kinds.
        pub const KINDS: &[&str] = &[$($word,)*];

        impl Kind {
            /// Reads the keys of one kind; `None` where there is no such kind.
            pub(super) fn read(kind: &str, keys: Spanned<DeValue<'_>>) -> Option<std::result::Result<Kind, toml::de::Error>> {
                match kind {
                    $($word => Some(typed::<$module::$step>(keys).map(Kind::$step)),)*
                    _ => None,
                }
            }

            /// What profiles call it.
            pub fn word(&self) -> &'static str {
                match self { $(Kind::$step(_) => $word,)* }
            }

            /// What does it.
            pub fn step(&self) -> &dyn Step {
                match self { $(Kind::$step(step) => step,)* }
            }

            /// The keys of each kind, as a JSON Schema of an object.
            pub(super) fn schemas(generator: &mut SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($word, <$module::$step>::json_schema(generator)),)*]
            }
        }
    };
}

steps! {
    "file"     file::File
    "script"   script::Script
    "package"  package::Package
    "registry" registry::Registry
    "shortcut" shortcut::Shortcut
    "service"  service::Service
    "user"     user::User
    "rename"   rename::Rename
    "power"    power::Power
    "remove-app" remove_app::RemoveApp
    "driver"   driver::Driver
    "firmware" firmware::Firmware
    "windows-update" windows_update::WindowsUpdate
    "check"    check::Check
    "reboot"   reboot::Reboot
}

/// A secret that somebody gave.
fn given(name: &str, pc: &dyn Act) -> Result<Secret> {
    pc.secret(name).ok_or_else(|| {
        Fault::new(format!("nobody gave the secret {name}"), format!("le secret {name} n'a pas été donné"))
            .hint("run trousse prep run again at the PC: it asks for it", "relancez trousse prep run sur le PC : il le demande")
    })
}

/// Whether a secret may be called so: as an environment variable is.
fn is_secret_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Reads a table, its places in the text kept for the error.
pub(super) fn typed<T: DeserializeOwned>(keys: Spanned<DeValue<'_>>) -> std::result::Result<T, toml::de::Error> {
    T::deserialize(keys.into_deserializer())
}

/// Refuses a path that is no whole one on any system, or that climbs.
fn from_the_root(path: &str) -> std::result::Result<(), Why> {
    path::system_of(path).map(drop)
}

/// Refuses the path of another system than the one that runs on this PC.
fn of_this_system(path: &str, pc: &dyn Look) -> Result<()> {
    let system = pc.build()?.system;
    if path::system_of(path).is_ok_and(|of| of == system) {
        return Ok(());
    }
    Err(Fault::new(format!("{path} is no path on {system}"), format!("{path} n'est pas un chemin sous {system}")).hint(
        format!("give the step when = {{ system = … }}, and one of its own for {system}"),
        format!("donnez à l'étape when = {{ system = … }}, et une autre pour {system}"),
    ))
}

/// Refuses a step that only Windows knows on any other system, before anything is touched.
fn only_windows(pc: &dyn Look, kind: &str) -> Result<()> {
    let system = pc.build()?.system;
    if system == System::Windows {
        return Ok(());
    }
    Err(Fault::new(
        format!("a step of the kind `{kind}` is for Windows, and this PC runs {system}"),
        format!("une étape du genre `{kind}` est pour Windows, et ce PC est sous {system}"),
    )
    .hint(
        "write when = { system = \"windows\" } where the profile is for both",
        "écrivez when = { system = \"windows\" } si le profil est pour les deux",
    ))
}

/// Refuses a path that is not one of Windows from a drive or a share, or that climbs.
fn on_a_drive(path: &str) -> std::result::Result<(), Why> {
    let rest = path.strip_prefix("\\\\").or_else(|| {
        let (drive, rest) = path.split_once(":\\")?;
        (drive.len() == 1 && drive.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(rest)
    });
    let bad = |c: char| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '/' | '|' | '?' | '*');
    let sound = |rest: &str| !rest.contains(bad) && rest.split('\\').all(|part| !matches!(part, "" | "." | ".."));
    if rest.is_some_and(sound) {
        return Ok(());
    }
    Err(Why::new(
        format!("{path:?} is no path from a drive, as in 'C:\\Tools\\help.exe'"),
        format!("{path:?} n'est pas un chemin depuis un lecteur, comme 'C:\\Tools\\help.exe'"),
    ))
}

/// Refuses the name of a file that does not lie beside the profile.
pub(crate) fn beside(name: &str) -> std::result::Result<(), Why> {
    let inside = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if inside && !name.contains(['\\', ':']) && !name.contains(char::is_control) {
        return Ok(());
    }
    Err(Why::new(
        format!("{name:?} is no file beside the profile: a name, or folder/name"),
        format!("{name:?} n'est pas un fichier à côté du profil : un nom, ou dossier/nom"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_means_what_the_profile_says() {
        let codes = ExitCodes(BTreeMap::from([("3010".to_owned(), Meaning::Restart), ("1".to_owned(), Meaning::Done)]));
        let meaning = |how| codes.applied(Ended { how, output: String::new() }).meaning;
        assert_eq!(
            [0, 1, 2, 3010].map(|code| meaning(How::Code(code))),
            [Meaning::Done, Meaning::Done, Meaning::Failed, Meaning::Restart]
        );
        assert_eq!(meaning(How::Signal(9)), Meaning::Failed);
        assert!(ExitCodes(BTreeMap::from([("ok".to_owned(), Meaning::Done)])).check().is_err());
    }

    #[test]
    fn an_exit_code_may_be_written_as_windows_does() {
        let table = |codes: &[&str]| ExitCodes(codes.iter().map(|code| ((*code).to_owned(), Meaning::Restart)).collect());
        for (written, code) in
            [("03010", 3010), ("+3010", 3010), ("-1", -1), ("0x80070642", -2_147_023_294), ("2147944002", -2_147_023_294)]
        {
            let codes = table(&[written]);
            assert!(codes.check().is_ok(), "{written}");
            let ended = Ended { how: How::Code(code), output: String::new() };
            assert_eq!(codes.applied(ended).meaning, Meaning::Restart, "{written}");
        }
        for wrong in ["0x", "0x180070642", "4294967296", "3010.0", ""] {
            assert!(table(&[wrong]).check().is_err(), "{wrong}");
        }
        assert!(table(&["3010", "03010"]).check().is_err_and(|why| why.english.contains("twice")));
    }

    #[test]
    fn a_path_stays_where_it_says() {
        assert!(from_the_root("/etc/motd").is_ok());
        for path in ["etc/motd", "/", "/etc/", "/etc/../x", "", "/a\nb"] {
            assert!(from_the_root(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_path_of_windows_begins_at_a_drive_or_a_share() {
        for path in ["C:\\Tools\\x.exe", "c:\\x", "\\\\server\\share\\x"] {
            assert!(on_a_drive(path).is_ok(), "{path}");
        }
        for path in ["", "C:", "C:\\", "C:x", "CC:\\x", "\\x", "C:/x", "C:\\a\\..\\b", "C:\\a\\\\b", "C:\\a:b", "\\\\"] {
            assert!(on_a_drive(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_file_beside_the_profile_lies_there() {
        assert!(beside("payload/hello.deb").is_ok());
        for name in ["", "/etc/passwd", "../x", "a/../../x", "C:\\x", "a//b"] {
            assert!(beside(name).is_err(), "{name}");
        }
    }
}
