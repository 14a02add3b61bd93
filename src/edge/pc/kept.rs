//! What is kept on the PC while a run is under way: the program, the profile and its files, for the stick that they came on may be
//! gone when the PC is started. What lies there is run with all rights: nobody else writes into that folder.

use std::fs::{self, File};
use std::io;
use std::path::{MAIN_SEPARATOR_STR, Path, PathBuf};

use super::payloads::{Payload, Payloads};
use super::{about, digest, files, is_still, system};
use crate::fault::Result;
use crate::prep::look::Mode;

/// What goes on with a run when the PC is started, and where it is kept.
#[derive(Clone, Debug)]
pub struct Resume {
    /// The folder of the preparation.
    pub state: PathBuf,
    /// The profile.
    pub profile: PathBuf,
    /// The words of the command line before the profile.
    pub words: Vec<String>,
}

/// The kept program, and the kept profile.
pub(super) struct Copies {
    pub(super) program: PathBuf,
    pub(super) profile: PathBuf,
}

impl Resume {
    /// Where all of it is kept.
    pub(super) fn kept(&self) -> PathBuf {
        system::kept_folder(&self.state)
    }

    /// Where the program is kept.
    pub(super) fn kept_program(&self) -> PathBuf {
        self.kept().join(format!("trousse{}", std::env::consts::EXE_SUFFIX))
    }

    /// Where a file of the profile is kept.
    pub(super) fn kept_payload(&self, name: &str) -> PathBuf {
        self.kept().join("beside").join(name.replace('/', MAIN_SEPARATOR_STR))
    }

    /// Copies what is not there yet. Where the run goes on by what is kept, all of it is.
    pub(super) fn keep(&self, payloads: &Payloads) -> Result<Copies> {
        let (program, beside) = (self.kept_program(), self.kept().join("beside"));
        let profile = beside.join(self.profile.file_name().unwrap_or_default());
        let own = std::env::current_exe().map_err(|error| about(&program, &error))?;
        if !is_the_same(&own, &program) {
            if !holds_the_same(&own, &program) {
                files::copy(&own, &program.display().to_string(), Mode(0o755))?;
            }
            files::copy(&self.profile, &profile.display().to_string(), Mode(0o600))?;
            // One that cannot be had any more does not keep the others from being there.
            let copied = payloads.iter().map(|(name, Payload { path, digest: expected, .. })| {
                let to = self.kept_payload(name);
                let there = File::open(&to).and_then(|file| digest(file, &mut io::sink()));
                if matches!(there, Ok(there) if there == *expected) {
                    return Ok(());
                }
                let mut file = File::open(path).map_err(|error| about(path, &error))?;
                files::write_if(&to.display().to_string(), &mut file, path, Mode(0o600), |digest| {
                    is_still(name, digest, expected)
                })
            });
            copied.fold(Ok(()), Result::and)?;
        }
        Ok(Copies { program, profile })
    }
}

/// What was removed is not there any more: nor is it a fault that it never was.
pub(super) fn gone(path: impl AsRef<Path>, removed: io::Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(about(path, &error)),
        _ => Ok(()),
    }
}

/// Whether two paths lead to the same file.
pub(super) fn is_the_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether a program was kept before: it is large, and copied once. Another build of it often has the same size.
fn holds_the_same(own: &Path, kept: &Path) -> bool {
    let size = |path: &Path| fs::metadata(path).map(|known| known.len()).ok();
    let known_by = |path: &Path| File::open(path).and_then(|file| digest(file, &mut io::sink())).ok();
    size(own).is_some() && size(own) == size(kept) && known_by(own).is_some() && known_by(own) == known_by(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_there_already_is_not_copied_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let [own, kept] = ["own", "kept"].map(|name| folder.path().join(name));
        fs::write(&own, "program").expect("ours");
        assert!(!holds_the_same(&own, &kept), "there is none");
        fs::write(&kept, "program").expect("ours");
        assert!(holds_the_same(&own, &kept));
        for other in ["half", "pr0gram"] {
            fs::write(&kept, other).expect("ours");
            assert!(!holds_the_same(&own, &kept), "{other}");
        }
        assert!(is_the_same(&own, &folder.path().join(".").join("own")) && !is_the_same(&own, &kept));
    }
}
