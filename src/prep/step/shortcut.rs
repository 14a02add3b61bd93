//! `shortcut`: a shortcut on everyone's desktop, in everyone's start menu, or in a folder.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step, from_the_root, on_a_drive, only_windows};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::shortcut::{Place, icon, icon_text};
use crate::prep::look::{Act, Look, shortcut};

/// Letters of a name of a file, its ending included (NTFS).
const LONGEST: usize = 255;
/// Letters of what a shortcut tells a program: `INFOTIPSIZE` and what the shell hands on (IShellLinkW::SetArguments).
const LONGEST_ARGUMENTS: usize = 1024;

/// A shortcut.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shortcut {
    /// What it is called, as people read it.
    pub label: String,
    /// Where it lies: `"desktop"`, `"start-menu"` or `"startup"` of everyone, or a folder such as `'C:\Tools'`.
    #[serde(rename = "in")]
    #[schemars(with = "String")]
    pub place: Place,
    /// The program, document or folder that it opens, as in `'C:\Tools\help.exe'` or `'%ProgramFiles%\Help\help.exe'`. Such
    /// variables of folders that are the same for every account are filled in here, and in all below.
    pub target: String,
    /// What the program is told.
    #[serde(default)]
    pub arguments: String,
    /// The folder that the program is started in.
    #[serde(default)]
    pub folder: String,
    /// The file that its picture comes from, and which one in it, as in `'C:\x\y.dll,3'`; without it, the target's own.
    #[serde(default)]
    pub icon: String,
    /// What is shown when the pointer rests on it.
    #[serde(default)]
    pub comment: String,
}

impl Shortcut {
    /// As it must be on this PC: what a shortcut holds is what whoever looks at it reads, and what is read back.
    fn wanted(&self, pc: &dyn Look) -> Result<shortcut::Shortcut> {
        let (file, index) = icon(&self.icon);
        Ok(shortcut::Shortcut {
            target: pc.filled(&self.target)?,
            arguments: pc.filled(&self.arguments)?,
            folder: pc.filled(&self.folder)?,
            icon: icon_text(&pc.filled(file)?, index),
            comment: self.comment.clone(),
        })
    }

    /// Where it lies on this PC.
    fn place(&self, pc: &dyn Look) -> Result<Place> {
        match &self.place {
            Place::Folder(folder) => pc.filled(folder).map(Place::Folder),
            place => Ok(place.clone()),
        }
    }
}

/// Refuses a path that begins neither at a drive or a share nor in a folder that is the same for every account.
fn whole(path: &str) -> std::result::Result<(), Why> {
    if path.starts_with('%') { from_the_root(path) } else { on_a_drive(path) }
}

/// Whether a path begins at a share: in the workshop its server is not there, and the system has no rights on it.
fn on_a_share(path: &str) -> bool {
    path.starts_with("\\\\")
}

/// Windows does not tell upper from lower case in a path.
fn same_path(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

impl Step for Shortcut {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let (label, wanted) = (&self.label, self.wanted(pc)?);
        let text = |text: &str| if text.is_empty() { State::Absent } else { State::Text(text.to_owned()) };
        let mut changes = Vec::new();
        match pc.shortcut(&self.place(pc)?, label)? {
            None => changes.push(Change::new(label, Aspect::Shortcut, State::Absent, text(&wanted.target))),
            Some(seen) => {
                for (aspect, seen, wanted, same) in [
                    (Aspect::Target, &seen.target, &wanted.target, same_path(&seen.target, &wanted.target)),
                    (Aspect::Arguments, &seen.arguments, &wanted.arguments, seen.arguments == wanted.arguments),
                    (Aspect::WorkingFolder, &seen.folder, &wanted.folder, same_path(&seen.folder, &wanted.folder)),
                    (Aspect::Icon, &seen.icon, &wanted.icon, same_path(&seen.icon, &wanted.icon)),
                    (Aspect::Comment, &seen.comment, &wanted.comment, seen.comment == wanted.comment),
                ] {
                    if !same {
                        changes.push(Change::new(label, aspect, text(seen), text(wanted)));
                    }
                }
                // The picture is there, and a click on it opens nothing.
                if changes.is_empty() && !on_a_share(&wanted.target) && !pc.is_there(&wanted.target)? {
                    changes.push(Change::to_be(&wanted.target, Aspect::OpensSomething));
                }
            }
        }
        Ok(changes)
    }

    fn seen(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Sight>> {
        let target = pc.shortcut(&self.place(pc)?, &self.label)?.map_or(State::Absent, |seen| State::Text(seen.target));
        let there = Sight::new(&self.label, Aspect::Shortcut, target);
        let unseen = Some(self.wanted(pc)?.target).filter(|target| on_a_share(target)).map(|target| {
            let said = State::Said { english: "not looked at (on a share)".into(), french: "non examiné (sur un partage)".into() };
            Sight::new(target, Aspect::OpensSomething, said)
        });
        let wrong = self.plan(pc, scene)?.into_iter().filter(|change| change.aspect != Aspect::Shortcut);
        let wrong = unseen.into_iter().chain(wrong.map(|change| Sight::new(change.subject, change.aspect, change.before)));
        Ok([there].into_iter().chain(wrong).collect())
    }

    fn detection(&self) -> Why {
        Why::new("the shortcut itself", "le raccourci lui-même")
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        let (place, wanted) = (self.place(pc)?, self.wanted(pc)?);
        let target = &wanted.target;
        if !on_a_share(target) && !pc.is_there(target)? {
            return Err(Fault::new(
                format!("the shortcut {:?} would open nothing: {target} is not there", self.label),
                format!("le raccourci {:?} n'ouvrirait rien : {target} est introuvable", self.label),
            )
            .hint(
                "put the step that installs it before this one: needs = [\"…\"]",
                "placez avant l'étape qui l'installe : needs = [\"…\"]",
            ));
        }
        pc.set_shortcut(&place, &self.label, &wanted)?;
        Ok(Applied::default())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        let label = &self.label;
        let bad = |c: char| c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*');
        let long = label.encode_utf16().count() + ".lnk".len() > LONGEST;
        if label.trim().is_empty() || label.contains(bad) || label.ends_with(['.', ' ']) || long {
            return Err(Why::new(
                format!("{label:?} is no name of a file in Windows"),
                format!("{label:?} n'est pas un nom de fichier sous Windows"),
            ));
        }
        if let Place::Folder(folder) = &self.place {
            whole(folder)?;
        }
        whole(&self.target)?;
        let optional = [self.folder.as_str(), icon(&self.icon).0];
        optional.into_iter().filter(|path| !path.is_empty()).try_for_each(whole)?;
        let [arguments, comment] = [&self.arguments, &self.comment];
        if [arguments, comment].iter().any(|text| text.contains(char::is_control) || text.chars().count() >= LONGEST_ARGUMENTS) {
            return Err(Why::new(
                format!("arguments and comment are one line each, shorter than {LONGEST_ARGUMENTS} letters"),
                format!("arguments et comment tiennent chacun en une ligne de moins de {LONGEST_ARGUMENTS} lettres"),
            ));
        }
        Ok(())
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        only_windows(pc, "shortcut")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, said, step};
    use crate::prep::look::{Mode, System};

    const HELP: &str = "kind = \"shortcut\"\nlabel = \"Remote help\"\nin = \"desktop\"\ntarget = 'C:\\Kit\\help.exe'\n";

    fn pc() -> Fake {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        pc.files.insert("C:\\Kit\\help.exe".into(), (Vec::new(), Mode(0o644)));
        pc
    }

    #[test]
    fn a_shortcut_is_made_and_read_back() {
        let mut pc = pc();
        let help = step(&format!("{HELP}arguments = \"--site lyon\"\nfolder = 'C:\\Kit'\nicon = 'C:\\Kit\\help.exe,0'"));
        assert_eq!(planned(&help, &pc).len(), 1);
        done(&help, &mut pc);
        let made = &pc.shortcuts[&(Place::Desktop, "Remote help".to_owned())];
        assert_eq!((made.arguments.as_str(), made.icon.as_str()), ("--site lyon", "C:\\Kit\\help.exe"));
    }

    #[test]
    fn folders_that_are_the_same_for_every_account_are_filled_in() {
        let mut pc = pc();
        pc.files.insert("C:\\Program Files\\Help\\help.exe".into(), (Vec::new(), Mode(0o644)));
        let keys = "kind = \"shortcut\"\nlabel = \"Help\"\nin = '%PUBLIC%\\Links'\ntarget = '%ProgramFiles%\\Help\\help.exe'\n\
                    arguments = '/log %ProgramData%\\help.log /as %USERNAME%'\nfolder = '%ProgramData%\\help'";
        let help = step(keys);
        assert_eq!(planned(&help, &pc)[0].after, State::Text("C:\\Program Files\\Help\\help.exe".into()));
        done(&help, &mut pc);
        let made = &pc.shortcuts[&(Place::Folder("C:\\Users\\Public\\Links".into()), "Help".to_owned())];
        assert_eq!(made.arguments, "/log C:\\ProgramData\\help.log /as %USERNAME%");
        assert_eq!((made.folder.as_str(), made.icon.as_str()), ("C:\\ProgramData\\help", ""));
        for own in ["%AppData%\\help.exe", "%UserProfile%\\help.exe", "%ProgramFiles%help.exe", "%ProgramFiles%\\..\\help.exe"] {
            assert!(!refused(&keys.replace("%ProgramFiles%\\Help\\help.exe", own)).is_empty(), "{own}");
        }
    }

    #[test]
    fn one_that_points_elsewhere_is_set_right_and_upper_case_is_the_same() {
        let mut pc = pc();
        let there = |target: &str, comment: &str| shortcut::Shortcut {
            target: target.into(),
            comment: comment.into(),
            ..shortcut::Shortcut::default()
        };
        let place = (Place::Desktop, "Remote help".to_owned());
        pc.shortcuts.insert(place.clone(), there("c:\\KIT\\Help.exe", ""));
        assert_eq!(planned(&step(HELP), &pc), []);
        pc.shortcuts.insert(place, there("C:\\Old\\help.exe", "old"));
        let aspects: Vec<Aspect> = planned(&step(HELP), &pc).into_iter().map(|change| change.aspect).collect();
        assert_eq!(aspects, [Aspect::Target, Aspect::Comment]);
        done(&step(HELP), &mut pc);
    }

    #[test]
    fn one_that_opens_nothing_is_not_made_and_not_taken_for_right() {
        let mut pc = pc();
        done(&step(HELP), &mut pc);
        pc.files.clear();
        let left = planned(&step(HELP), &pc);
        assert_eq!(left[0].aspect, Aspect::OpensSomething, "its target is gone");
        assert!(pc.apply(&step(HELP), &left[0]).expect_err("a fault").to_string().contains("would open nothing"));
        pc.shortcuts.clear();
        let left = planned(&step(HELP), &pc);
        pc.apply(&step(HELP), &left[0]).expect_err("a fault");
        assert!(pc.shortcuts.is_empty());
    }

    #[test]
    fn one_to_a_share_is_made_where_its_server_is_not_there() {
        let share = step(&HELP.replace("C:\\Kit", "\\\\srv\\x"));
        let mut pc = pc();
        done(&share, &mut pc);
        assert_eq!(pc.shortcuts[&(Place::Desktop, "Remote help".to_owned())].target, "\\\\srv\\x\\help.exe");
        assert_eq!(
            said(&share, &pc, Language::Fr),
            [
                "Remote help : raccourci \\\\srv\\x\\help.exe",
                "\\\\srv\\x\\help.exe : ce que le raccourci ouvre non examiné (sur un partage)"
            ]
        );
    }

    #[test]
    fn what_windows_would_not_take_is_refused() {
        let with = |from: &str, to: &str| HELP.replace(from, to);
        for (keys, part) in [
            (with("Remote help", "a/b"), "no name of a file"),
            (with("Remote help", " "), "no name of a file"),
            (with("Remote help", "a."), "no name of a file"),
            (with("Remote help", &"x".repeat(300)), "no name of a file"),
            (with("'C:\\Kit\\help.exe'", "\"help.exe\""), "no path"),
            (with("'C:\\Kit\\help.exe'", "'C:\\Kit\\..\\x'"), "no path"),
            (with("\"desktop\"", "\"somewhere\""), "no path"),
            (format!("{HELP}arguments = \"a\\nb\""), "one line"),
            (format!("{HELP}icon = \"help.ico\""), "no path"),
        ] {
            let said = refused(&keys);
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}
