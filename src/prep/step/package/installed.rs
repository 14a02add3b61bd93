//! How it is seen that a program is installed. Its installer has no say in it.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::from_the_root;
use super::{at_least, version};
use crate::fault::{Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Look, Program};
use crate::prep::payload::msi;
use crate::prep::profile::Pattern;

/// What shows that a program is installed: an entry in the list of installed programs, or a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Installed {
    /// The list of installed programs has this: a name as people read it there, `*` standing for any letters, or the name of its key
    /// under Uninstall.
    #[schemars(with = "Option<String>")]
    pub uninstall: Option<Pattern>,
    /// The list of installed programs has the product with this code, as in `"{0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11}"`.
    pub product_code: Option<String>,
    /// This file is there.
    pub file: Option<String>,
    /// And its SHA-256 is this, in hexadecimal.
    pub sha256: Option<String>,
    /// And its version (of the entry or of the file) is this one or a later one, as in `"2.10"`.
    pub version: Option<String>,
    /// What the versions of the product share, whatever their codes.
    #[serde(skip)]
    upgrade_code: Option<String>,
}

impl Installed {
    /// A product of Windows Installer with its version, or another version of it.
    pub(super) fn product(code: String, upgrade_code: Option<String>, version: String) -> Installed {
        let (product_code, version) = (Some(code), Some(version));
        Installed { uninstall: None, product_code, file: None, sha256: None, version, upgrade_code }
    }

    pub(super) fn check(&self) -> std::result::Result<(), Why> {
        let ways = [self.uninstall.is_some(), self.product_code.is_some(), self.file.is_some()];
        if ways.into_iter().filter(|way| *way).count() != 1 || self.sha256.is_some() && self.file.is_none() {
            return Err(Why::new(
                "detect needs one of `uninstall`, `product_code` and `file` (and `version`, or of a file `sha256`)",
                "detect attend l'un de `uninstall`, `product_code` et `file` (avec `version`, ou pour un fichier `sha256`)",
            ));
        }
        if let Some(all) = self.uninstall.as_ref().filter(|name| name.as_str().trim_matches(['*', ' ']).is_empty()) {
            let all = all.as_str();
            return Err(Why::new(format!("uninstall: {all:?} is any program"), format!("uninstall : {all:?} désigne n'importe quel programme")));
        }
        if let Some(code) = self.product_code.as_ref().filter(|code| !msi::is_guid(code)) {
            return Err(Why::new(format!("{code:?} is no product code"), format!("{code:?} n'est pas un code produit")));
        }
        if let Some(sha256) = self.sha256.as_ref().filter(|text| text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(Why::new(format!("{sha256:?} is no SHA-256"), format!("{sha256:?} n'est pas un SHA-256")));
        }
        if let Some(wanted) = self.version.as_ref().filter(|wanted| version::found_in(wanted) != Some(wanted.as_str())) {
            return Err(Why::new(format!("{wanted:?} is no version"), format!("{wanted:?} n'est pas une version")));
        }
        self.file.as_deref().map_or(Ok(()), from_the_root)
    }

    /// What is left to do: nothing, where it is installed. `name` is what its file says that it is called.
    pub(super) fn change(&self, pc: &dyn Look, name: Option<String>) -> Result<Option<Change>> {
        let (found, told) = self.look(pc)?;
        let subject = name.unwrap_or_else(|| self.subject());
        Ok(match &self.version {
            _ if !found => {
                let after = self.version.clone().map_or(State::Present, State::Text);
                let aspect = if self.version.is_some() { Aspect::Version } else { Aspect::Program };
                Some(Change::new(subject, aspect, State::Absent, after))
            }
            Some(wanted) if !told.as_ref().is_some_and(|told| at_least(told, wanted)) => {
                let before = told.map_or(State::Present, State::Text);
                Some(Change::new(subject, Aspect::Version, before, State::Text(wanted.clone())))
            }
            _ => None,
        })
    }

    /// How it is seen to be. `name` is what its file says that it is called.
    pub(super) fn seen(&self, pc: &dyn Look, name: Option<String>) -> Result<Sight> {
        let (found, told) = self.look(pc)?;
        let state = if found { told.map_or(State::Present, State::Text) } else { State::Absent };
        let aspect = if self.version.is_some() { Aspect::Version } else { Aspect::Program };
        Ok(Sight::new(name.unwrap_or_else(|| self.subject()), aspect, state))
    }

    /// How that is seen, in a few words.
    pub(super) fn detection(&self) -> Why {
        match (&self.file, &self.sha256) {
            (None, _) => Installed::listed(),
            (Some(_), Some(_)) => Why::new("the SHA-256 of a file of it", "SHA-256 d'un de ses fichiers"),
            (Some(_), None) => Why::new("a file of it", "un de ses fichiers"),
        }
    }

    /// That the list of installed programs has it.
    pub(super) fn listed() -> Why {
        Why::new("the list of installed programs", "liste des programmes installés")
    }

    /// Whether it is there, and the version that it tells.
    fn look(&self, pc: &dyn Look) -> Result<(bool, Option<String>)> {
        if let Some(path) = &self.file {
            let Some(seen) = pc.file(path)? else { return Ok((false, None)) };
            let right = self.sha256.as_ref().is_none_or(|sha256| sha256.eq_ignore_ascii_case(&seen.digest.sha256));
            let told = if right && self.version.is_some() { pc.file_version(path)? } else { None };
            return Ok((right, told));
        }
        let programs = pc.programs()?;
        let related = self.upgrade_code.as_ref().map_or(Ok(Vec::new()), |code| pc.related(code))?;
        let is_related = |program: &Program| related.iter().any(|code| code.eq_ignore_ascii_case(&program.key));
        let found: Vec<&Program> = programs.iter().filter(|program| self.is(program) || is_related(program)).collect();
        let latest = found.iter().filter_map(|program| program.version.as_deref()).max_by(|one, two| version::compare(one, two));
        Ok((!found.is_empty(), latest.map(str::to_owned)))
    }

    fn is(&self, program: &Program) -> bool {
        let by_code = self.product_code.as_ref().is_some_and(|code| code.eq_ignore_ascii_case(&program.key));
        let by_name = |name: &Pattern| name.is_like(&program.name) || name.as_str().eq_ignore_ascii_case(&program.key);
        by_code || self.uninstall.as_ref().is_some_and(by_name)
    }

    /// What it looks at, in the words of the profile.
    fn subject(&self) -> String {
        let name = self.uninstall.as_ref().map(|name| name.as_str().to_owned());
        name.or_else(|| self.product_code.clone()).or_else(|| self.file.clone()).unwrap_or_default()
    }
}
