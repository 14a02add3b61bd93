//! `package`: a package of the system beside the profile, installed. Its name and version are read from the file itself.

pub mod version;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, ExitCodes, Scene, Step, beside};
use crate::fault::{Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Look};

/// A package beside the profile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The package (.deb). An installed one of the same version or a later one is left as it is.
    pub file: String,
    /// What exit codes other than 0 mean.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

impl Step for Package {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let package = pc.payload_package(&self.file)?;
        let installed = pc.package(&package.name)?;
        if installed.as_ref().is_some_and(|installed| version::compare(installed, &package.version).is_ge()) {
            return Ok(Vec::new());
        }
        let before = installed.map_or(State::Absent, State::Text);
        Ok(vec![Change::new(package.name, Aspect::Version, before, State::Text(package.version))])
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let package = pc.payload_package(&self.file)?;
        let version = pc.package(&package.name)?.map_or(State::Absent, State::Text);
        Ok(vec![Sight::new(package.name, Aspect::Version, version)])
    }

    fn detection(&self) -> Why {
        Why::new("dpkg's own list of packages", "liste des paquets de dpkg")
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        pc.install(&self.file, scene.timeout_s).map(|ended| self.exit_codes.applied(ended))
    }

    fn check(&self) -> std::result::Result<(), Why> {
        beside(&self.file)?;
        if !self.file.ends_with(".deb") {
            let file = &self.file;
            return Err(Why::new(format!("{file:?} is no .deb"), format!("{file:?} n'est pas un .deb")));
        }
        self.exit_codes.check()
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        pc.payload_package(&self.file).map(drop)
    }

    fn payloads(&self) -> Vec<&str> {
        vec![&self.file]
    }
}

#[cfg(test)]
mod tests {
    use crate::prep::fake::{Fake, done, planned, refused, step};

    #[test]
    fn a_later_version_is_left_as_it_is() {
        let mut pc = Fake::default();
        pc.payloads.insert("kioskd.deb".into(), b"package kioskd 1:2.10-3".to_vec());
        let kiosk = step("kind = \"package\"\nfile = \"kioskd.deb\"");
        for (installed, wanted) in [(None, 1), (Some("2.11"), 1), (Some("1:2.10-2"), 1), (Some("1:2.10-3"), 0), (Some("1:2.11"), 0)] {
            pc.packages.clear();
            pc.packages.extend(installed.map(|version| ("kioskd".to_owned(), version.to_owned())));
            assert_eq!(planned(&kiosk, &pc).len(), wanted, "{installed:?}");
        }
        pc.packages.clear();
        done(&kiosk, &mut pc);
        assert_eq!(pc.packages["kioskd"], "1:2.10-3");
    }

    #[test]
    fn what_is_no_package_beside_the_profile_is_refused() {
        assert!(refused("kind = \"package\"\nfile = \"setup.exe\"").contains("no .deb"));
        assert!(refused("kind = \"package\"\nfile = \"../x.deb\"").contains("beside the profile"));
    }
}
