//! `script`: lines of shell, for what no other step does. How it is seen that they have done their work must be said.

use schemars::JsonSchema;
use serde::Deserialize;

use super::package::version;
use super::{Applied, ExitCodes, Scene, Step, from_the_root, of_this_system};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Command, Ended, Look};

/// Lines of shell and what shows that they have done their work.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The lines, on Windows of PowerShell; the first that fails ends them. The variables of the profile are in the environment:
    /// `$TROUSSE_NAME` (`$env:TROUSSE_NAME` in PowerShell) is `name`.
    pub run: String,
    /// What is so once they have done their work.
    pub done_when: Detection,
    /// What exit codes other than 0 mean.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

/// What shows that something is done: a file, or a command that only looks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// This file is there.
    pub file: Option<String>,
    /// And it holds this text.
    pub contains: Option<String>,
    /// And this is its SHA-256, in hexadecimal.
    pub sha256: Option<String>,
    /// This command ends with the exit code 0. It may change nothing: it is run by `plan` too.
    pub command: Option<String>,
    /// And the first version in what it writes is this one or a later one, as in `"2.10"`.
    pub at_least: Option<String>,
}

impl Detection {
    fn check(&self) -> std::result::Result<(), Why> {
        let of_file = self.contains.is_some() || self.sha256.is_some();
        let sound = match (&self.file, &self.command) {
            (Some(_), None) => self.at_least.is_none(),
            (None, Some(command)) => !of_file && !command.trim().is_empty(),
            _ => false,
        };
        if !sound {
            return Err(Why::new(
                "done_when needs either `file` (and `contains` or `sha256`) or `command` (and `at_least`)",
                "done_when attend soit `file` (avec `contains` ou `sha256`), soit `command` (avec `at_least`)",
            ));
        }
        if let Some(sha256) = self.sha256.as_ref().filter(|sha256| !is_sha256(sha256)) {
            return Err(Why::new(format!("{sha256:?} is no SHA-256"), format!("{sha256:?} n'est pas un SHA-256")));
        }
        if let Some(least) = self.at_least.as_ref().filter(|least| version::found_in(least) != Some(least.as_str())) {
            return Err(Why::new(format!("{least:?} is no version"), format!("{least:?} n'est pas une version")));
        }
        self.file.as_deref().map_or(Ok(()), from_the_root)
    }

    /// What it looks at, in the words of the profile.
    fn subject(&self) -> String {
        let command = self.command.as_deref().unwrap_or_default().trim();
        let first = command.lines().next().unwrap_or_default();
        let more = if first == command { "" } else { " …" };
        self.file.clone().unwrap_or_else(|| format!("{first}{more}"))
    }

    /// How it is, and how it must be where it is not so.
    fn look(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<(State, Option<State>)> {
        let is = |so: bool| if so { (State::Present, None) } else { (State::Absent, Some(State::Present)) };
        if let Some(path) = &self.file {
            let Some(seen) = pc.file(path)? else { return Ok(is(false)) };
            let right = self.sha256.as_ref().is_none_or(|sha256| sha256.eq_ignore_ascii_case(&seen.digest.sha256));
            let holds = right && self.contains.as_ref().map_or(Ok(true), |text| pc.file_holds(path, text))?;
            return Ok(is(holds));
        }
        let command = self.command.as_deref().unwrap_or_default();
        let ended = pc.ask(&shell(command, scene))?;
        let Some(least) = &self.at_least else { return Ok(is(ended.well())) };
        let told = version::found_in(&ended.output).filter(|_| ended.well());
        let wanted = told.is_none_or(|told| version::compare(told, least).is_lt()).then(|| State::Text(least.clone()));
        Ok((told.map_or(State::Absent, |told| State::Text(told.to_owned())), wanted))
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn shell(text: &str, scene: &Scene<'_>) -> Command {
    Command { text: text.to_owned(), variables: scene.variables.clone(), timeout_s: scene.timeout_s }
}

impl Step for Script {
    fn plan(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Change>> {
        let (before, wanted) = self.done_when.look(pc, scene)?;
        let change = wanted.map(|after| Change::new(self.done_when.subject(), Aspect::Done, before, after));
        Ok(change.into_iter().collect())
    }

    fn seen(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Sight>> {
        let (state, _) = self.done_when.look(pc, scene)?;
        Ok(vec![Sight::new(self.done_when.subject(), Aspect::Done, state)])
    }

    fn detection(&self) -> Why {
        let Detection { file, contains, sha256, at_least, .. } = &self.done_when;
        match (file, contains, sha256, at_least) {
            (Some(_), None, None, _) => Why::new("the file is there", "présence du fichier"),
            (Some(_), Some(_), None, _) => Why::new("what the file holds", "contenu du fichier"),
            (Some(_), _, Some(_), _) => Why::new("SHA-256 of the file", "SHA-256 du fichier"),
            (None, _, _, Some(_)) => Why::new("the version that a command tells", "version donnée par une commande"),
            (None, _, _, None) => Why::new("a command that only looks", "commande qui ne fait que regarder"),
        }
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        let ended: Ended = pc.run(&shell(&self.run, scene))?;
        Ok(self.exit_codes.applied(ended))
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        self.done_when.file.as_deref().map_or(Ok(()), |path| of_this_system(path, pc))?;
        for lines in [Some(&self.run), self.done_when.command.as_ref()].into_iter().flatten() {
            if let Some(wrong) = pc.wrong_with(lines)? {
                let first = lines.trim().lines().next().unwrap_or_default();
                return Err(Fault::new(format!("the script {first:?} is refused: {wrong}"), format!("script {first:?} refusé : {wrong}"))
                    .hint("mend that line: nothing was run", "corrigez cette ligne : rien n'a été lancé"));
            }
        }
        Ok(())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        if self.run.trim().is_empty() {
            return Err(Why::new("`run` is empty", "`run` est vide"));
        }
        self.exit_codes.check()?;
        self.done_when.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::fake::{Fake, done, planned, refused, step};

    #[test]
    fn a_script_is_done_when_what_it_brings_about_is_there() {
        let mut pc = Fake::default();
        let by_file = step("kind = \"script\"\nrun = \"make /opt/kiosk\"\ndone_when = { file = \"/opt/kiosk\" }");
        done(&by_file, &mut pc);
        let by_command = step("kind = \"script\"\nrun = \"make /opt/b\"\ndone_when = { command = \"has /opt/b\" }");
        assert_eq!(planned(&by_command, &pc).len(), 1);
        done(&by_command, &mut pc);
    }

    #[test]
    fn a_version_that_is_too_old_is_not_enough() {
        let mut pc = Fake::default();
        let kiosk = step("kind = \"script\"\nrun = \"x\"\ndone_when = { command = \"version kioskd\", at_least = \"2.10\" }");
        let before = |pc: &Fake| planned(&kiosk, pc).first().map(|change| change.before.clone());
        assert_eq!(before(&pc), Some(State::Absent));
        pc.packages.insert("kioskd".into(), "2.9".into());
        assert_eq!(before(&pc), Some(State::Text("2.9".into())));
        pc.packages.insert("kioskd".into(), "2.10-rc1".into());
        assert_eq!(before(&pc), None);
    }

    #[test]
    fn a_script_that_no_shell_understands_is_refused_before_anything_is_run() {
        let with = |run: &str, command: &str| {
            let keys = format!("kind = \"script\"\nrun = \"{run}\"\ndone_when = {{ command = \"{command}\" }}");
            step(&keys).step().inspect(&Fake::default())
        };
        assert!(with("make /a", "has /a").is_ok());
        let said = with("make ((", "has /a").expect_err("refused").to_string();
        assert!(said.contains("\"make ((\" is refused: line 1"), "{said}");
        assert!(with("make /a", "has ((").is_err());
    }

    #[test]
    fn a_script_that_says_not_how_it_is_seen_to_be_done_is_refused() {
        assert!(refused("kind = \"script\"\nrun = \"x\"").contains("done_when"));
        for wrong in [
            "{}",
            "{ file = \"/a\", command = \"b\" }",
            "{ command = \" \" }",
            "{ file = \"a\" }",
            "{ file = \"/a\", at_least = \"1\" }",
            "{ file = \"/a\", sha256 = \"12\" }",
            "{ command = \"a\", at_least = \"new\" }",
        ] {
            refused(&format!("kind = \"script\"\nrun = \"x\"\ndone_when = {wrong}"));
        }
        assert!(refused("kind = \"script\"\nrun = \" \"\ndone_when = { file = \"/a\" }").contains("empty"));
    }
}
