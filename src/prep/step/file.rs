//! `file`: a file that holds this text, or what a file beside the profile holds.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step, beside, from_the_root, of_this_system};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Contents, Digest, Look, Mode, System};

/// Who may do what with a file that a profile says nothing of.
const USUAL: Mode = Mode(0o644);

/// A file with its contents.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Where it is: from the root; on Windows from a drive, or from a folder such as `%ProgramData%`.
    pub path: String,
    /// What it holds; `{name}` stands for a variable. Either this or `from`.
    pub text: Option<String>,
    /// The file beside the profile whose contents it has, byte by byte.
    pub from: Option<String>,
    /// Who may do what with it, in octal, as in `"644"`; a file that is there keeps its own where this is left out. Not on Windows.
    #[schemars(with = "Option<String>")]
    pub mode: Option<Mode>,
}

impl File {
    fn contents(&self) -> Contents {
        match (&self.text, &self.from) {
            (_, Some(name)) => Contents::Payload(name.clone()),
            (text, None) => Contents::Text(text.clone().unwrap_or_default()),
        }
    }
}

impl Step for File {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let wanted = match self.contents() {
            Contents::Text(text) => Digest::of(text.as_bytes()),
            Contents::Payload(name) => pc.payload(&name)?,
        };
        let seen = pc.file(&self.path)?;
        let mut changes = Vec::new();
        if seen.as_ref().is_none_or(|seen| seen.digest != wanted) {
            let before = seen.as_ref().map_or(State::Absent, |seen| State::Bytes(seen.digest.clone()));
            changes.push(Change::new(&self.path, Aspect::Contents, before, State::Bytes(wanted)));
        }
        if let (Some(seen), Some(mode)) = (&seen, self.mode)
            && seen.mode != Some(mode)
        {
            let before = seen.mode.map_or(State::Absent, |mode| State::Text(mode.to_string()));
            changes.push(Change::new(&self.path, Aspect::Mode, before, State::Text(mode.to_string())));
        }
        Ok(changes)
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let seen = pc.file(&self.path)?;
        let contents = seen.as_ref().map_or(State::Absent, |seen| State::Bytes(seen.digest.clone()));
        let mode = seen.filter(|_| self.mode.is_some()).and_then(|seen| seen.mode).map(|mode| State::Text(mode.to_string()));
        let mode = mode.map(|mode| Sight::new(&self.path, Aspect::Mode, mode));
        Ok([Sight::new(&self.path, Aspect::Contents, contents)].into_iter().chain(mode).collect())
    }

    fn detection(&self) -> Why {
        match self.mode {
            None => Why::new("SHA-256 of the file", "SHA-256 du fichier"),
            Some(_) => Why::new("SHA-256 and mode of the file", "SHA-256 et droits du fichier"),
        }
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        match change.aspect {
            Aspect::Mode => pc.set_mode(&self.path, self.mode.unwrap_or(USUAL))?,
            _ => {
                let kept = pc.file(&self.path)?.and_then(|seen| seen.mode);
                pc.write(&self.path, &self.contents(), self.mode.or(kept).unwrap_or(USUAL))?;
            }
        }
        Ok(Applied::default())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        from_the_root(&self.path)?;
        if self.text.is_some() == self.from.is_some() {
            return Err(Why::new("it needs either `text` or `from`", "il faut soit `text`, soit `from`"));
        }
        self.from.as_deref().map_or(Ok(()), beside)
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        of_this_system(&self.path, pc)?;
        match self.mode {
            Some(mode) if pc.build()?.system == System::Windows => {
                let path = &self.path;
                Err(Fault::new(
                    format!("{path}: Windows has no mode, and {mode} is asked for"),
                    format!("{path} : Windows ne connaît pas les droits {mode}"),
                )
                .hint(
                    "leave mode out: the file gets the permissions of its folder",
                    "omettez mode : le fichier reçoit les droits de son dossier",
                ))
            }
            _ => Ok(()),
        }
    }

    fn payloads(&self) -> Vec<&str> {
        self.from.as_deref().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::fake::{Fake, done, planned, step};

    #[test]
    fn a_file_is_written_and_then_nothing_is_left_to_do() {
        let mut pc = Fake::default();
        let motd = step("kind = \"file\"\npath = \"/etc/motd\"\ntext = \"hello\"\nmode = \"600\"");
        assert_eq!(planned(&motd, &pc).len(), 1, "the mode comes with the contents");
        done(&motd, &mut pc);
        assert_eq!(pc.files["/etc/motd"], (b"hello".to_vec(), Mode(0o600)));
    }

    #[test]
    fn a_file_keeps_its_mode_where_the_profile_names_none() {
        let mut pc = Fake::default();
        pc.files.insert("/etc/motd".into(), (b"old".to_vec(), Mode(0o640)));
        done(&step("kind = \"file\"\npath = \"/etc/motd\"\ntext = \"new\""), &mut pc);
        assert_eq!(pc.files["/etc/motd"], (b"new".to_vec(), Mode(0o640)));
        let mode = step("kind = \"file\"\npath = \"/etc/motd\"\ntext = \"new\"\nmode = \"0600\"");
        let changes = planned(&mode, &pc);
        assert_eq!((changes.len(), &changes[0].aspect), (1, &Aspect::Mode));
        done(&mode, &mut pc);
    }

    #[test]
    fn a_file_beside_the_profile_is_compared_byte_by_byte() {
        let mut pc = Fake::default();
        pc.payloads.insert("logo.png".into(), vec![0, 1, 2, 255]);
        let logo = step("kind = \"file\"\npath = \"/opt/logo.png\"\nfrom = \"logo.png\"");
        done(&logo, &mut pc);
        assert_eq!(pc.files["/opt/logo.png"].0, [0, 1, 2, 255]);
    }

    #[test]
    fn a_path_or_a_mode_that_this_system_does_not_have_is_refused_before_anything_is_touched() {
        let said = |pc: &Fake, more: &str| {
            let step = step(&format!("kind = \"file\"\ntext = \"x\"\n{more}"));
            step.step().inspect(pc).err().map(|fault| fault.to_string()).unwrap_or_default()
        };
        let (linux, windows) = (Fake::default(), Fake { system: System::Windows, ..Fake::default() });
        assert_eq!(said(&linux, "path = \"/etc/motd\"\nmode = \"600\""), "");
        assert_eq!(said(&windows, "path = '%ProgramData%\\kiosk\\a'"), "");
        assert!(said(&linux, "path = 'C:\\a'").contains("C:\\a is no path on Linux"));
        assert!(said(&windows, "path = \"/etc/motd\"").contains("no path on Windows"));
        assert!(said(&windows, "path = 'C:\\a'\nmode = \"600\"").contains("Windows has no mode"));
    }
}
